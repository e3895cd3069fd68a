# SPDX-License-Identifier: MIT
# make fuzz [FUZZ_SECONDS=60]    runs every libFuzzer target tests/fuzz/fuzz_*.c for so long
FUZZ_SECONDS ?= 60
FUZZ_SRC := $(sort $(wildcard tests/fuzz/fuzz_*.c))
FUZZ_BIN := $(FUZZ_SRC:%.c=$(O)/%)

.PHONY: fuzz fuzz-programs
fuzz:
	@$(TEST_ENV) FUZZ_SECONDS=$(FUZZ_SECONDS) bash tests/run fuzz

# Built by tests/fuzz/run with clang, in a folder of its own.
fuzz-programs: $(FUZZ_BIN)
$(O)/tests/fuzz/%: $(O)/tests/fuzz/%.o $(filter-out $(O)/src/main.o,$(TOOL_OBJ)) $(O)/libwhyrst.a
	$(CC) $(CFLAGS) -fsanitize=fuzzer $(LDFLAGS) -o $@ $< $(TEST_OBJ) $(O)/libwhyrst.a $(LDLIBS)
.SECONDARY: $(FUZZ_BIN:%=%.o)
-include $(FUZZ_BIN:%=%.d)
