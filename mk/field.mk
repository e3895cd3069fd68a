# SPDX-License-Identifier: MIT
# make field-guide    docs/field-guide.md: resets of real programs (nginx, HAProxy, PostgreSQL, ...) and
#                     what `live` says of them, by running tests/field. As root; what is not installed
#                     is left out by name. make test-field runs the same without writing the page.
.PHONY: field-guide
field-guide: all
	@mkdir -p $(TESTS_OUT)/field
	@$(TEST_ENV) OUT=$(abspath $(TESTS_OUT)/field) bash tests/field/run --guide docs/field-guide.md
