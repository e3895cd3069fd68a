# SPDX-License-Identifier: MIT
# make live-table      as root: docs/live-verdicts.csv, what each viewpoint says of each scenario
# make $(O)/scenarios    provokes resets in network namespaces and asks `live` about them (tests/live)
LIVE_SRC := $(sort $(filter-out %.bpf.c,$(wildcard src/lab/*.c src/scenarios/*.c))) \
	tests/live/scenarios.c
LIVE_OBJ := $(LIVE_SRC:%.c=$(O)/%.o) $(O)/gen/scenario_table.o

$(O)/gen/scenario_table.c: FORCE
	@mkdir -p $(@D) && sh tools/gen-table scenario src/scenarios > $@.new && \
	 { cmp -s $@ $@.new && rm $@.new || mv $@.new $@; }

# The one scenario that needs a program in the kernel.
$(O)/gen/destroy.bpf.o: src/lab/destroy.bpf.c
	@mkdir -p $(@D)
	$(BPF_CLANG) $(BPF_CFLAGS) -c -o $@.full $<
	$(BPFTOOL) gen object $@ $@.full
	@rm -f $@.full
$(O)/src/scenarios/bpf_sock_destroy.o: $(O)/gen/destroy.skel.h

$(O)/scenarios: $(LIVE_OBJ) $(O)/libwhyrst.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(LIVE_OBJ) $(O)/libwhyrst.a -ljansson -lbpf

.PHONY: scenarios
scenarios: $(O)/scenarios
test-build: $(O)/scenarios
-include $(LIVE_OBJ:.o=.d)

# docs/live-verdicts.csv: one row for every scenario and viewpoint, what was staged and what was said.
.PHONY: live-table
live-table: all $(O)/scenarios
	$(O)/scenarios --whyrst $(abspath $(O)/whyrst) --table docs/live-verdicts.csv all
