# SPDX-License-Identifier: MIT
# make kernels [KERNELS="5.10 7"]    the program and its lab on other kernels, booted in QEMU from
#                                    Debian's packages; the names are in tests/kernels/list
#             [SCENARIOS="NAME..."]  some scenarios only
# Needs tests/kernels/packages and a Debian mirror in apt's configuration. What was fetched is kept in
# $(O)/kernels, what the guests said in $(O)/test/kernels.
KERNELS ?= $(shell sed -n 's/^\([0-9][^ ]*\) .*/\1/p' tests/kernels/list)

.PHONY: kernels
kernels: all
	@$(TEST_ENV) KERNELS="$(KERNELS)" SCENARIOS="$(SCENARIOS)" bash tests/run kernels
