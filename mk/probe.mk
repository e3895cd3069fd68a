# SPDX-License-Identifier: MIT
# make probe-table    docs/probe-accuracy.csv: products with known settings, what `probe` measured, how far
#                     off. As root; what is not installed is left out by name (tools/setup probe installs
#                     all of them). make test-probe runs the same without writing it.
.PHONY: probe-table
probe-table: all
	@mkdir -p $(TESTS_OUT)/probe
	@$(TEST_ENV) OUT=$(abspath $(TESTS_OUT)/probe) bash tests/probe/run --table docs/probe-accuracy.csv
