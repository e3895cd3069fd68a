# SPDX-License-Identifier: MIT
# make $(O)/scenarios    provokes resets in network namespaces and asks `live` about them (tests/live)
LIVE_SRC := $(sort $(wildcard src/lab/*.c src/scenarios/*.c)) tests/live/scenarios.c
LIVE_OBJ := $(LIVE_SRC:%.c=$(O)/%.o) $(O)/gen/scenario_table.o

$(O)/gen/scenario_table.c: FORCE
	@mkdir -p $(@D) && sh tools/gen-table scenario src/scenarios > $@.new && \
	 { cmp -s $@ $@.new && rm $@.new || mv $@.new $@; }

$(O)/scenarios: $(LIVE_OBJ) $(O)/libwhyrst.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $(LIVE_OBJ) $(O)/libwhyrst.a -ljansson

.PHONY: scenarios
scenarios: $(O)/scenarios
test-build: $(O)/scenarios
-include $(LIVE_OBJ:.o=.d)
