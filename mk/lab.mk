# SPDX-License-Identifier: MIT
# make lab          as root: every scenario of the lab, from every viewpoint
# make live-table   the same but the slow ones, and what each view said goes to docs/live-verdicts.csv,
#                   what that covers to docs/lab-coverage.csv

# The one scenario that needs a program in the kernel.
$(O)/gen/destroy.bpf.o: src/lab/destroy.bpf.c
	@mkdir -p $(@D)
	$(BPF_CLANG) $(BPF_CFLAGS) -c -o $@.full $<
	$(BPFTOOL) gen object $@ $@.full
	@rm -f $@.full
$(O)/src/scenarios/bpf_sock_destroy.o: $(O)/gen/destroy.skel.h

.PHONY: lab live-table
lab: all
	$(O)/whyrst lab run --slow all
live-table: all
	$(O)/whyrst lab run --table docs/live-verdicts.csv all
	tools/lab-coverage docs/live-verdicts.csv > docs/lab-coverage.csv
