# SPDX-License-Identifier: MIT
# make lab          as root: every scenario of the lab, from every viewpoint
# make live-table   the same but the slow ones, and what each view said goes to docs/live-verdicts.csv,
#                   what that covers to docs/lab-coverage.csv

# What of the lab runs in the kernel.
$(O)/gen/%.bpf.o: src/lab/%.bpf.c src/lab/unwatched_turn.h
	@mkdir -p $(@D)
	$(BPF_CLANG) $(BPF_CFLAGS) -Isrc -c -o $@.full $<
	$(BPFTOOL) gen object $@ $@.full
	@rm -f $@.full
$(O)/src/scenarios/bpf_sock_destroy.o: $(O)/gen/destroy.skel.h
$(O)/src/lab/unwatched.o: $(O)/gen/unwatched.skel.h

.PHONY: lab live-table
lab: all
	$(O)/whyrst lab run --slow all
live-table: all
	$(O)/whyrst lab run --table docs/live-verdicts.csv all
	tools/lab-coverage docs/live-verdicts.csv > docs/lab-coverage.csv
