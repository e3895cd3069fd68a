# SPDX-License-Identifier: MIT
# make check     the rules of the house: every tools/check-*
.PHONY: check
check: all
	@$(TEST_ENV) bash tests/run check
