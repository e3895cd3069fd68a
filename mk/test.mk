# SPDX-License-Identifier: MIT
# make test        everything, ends with one line "N passed, N failed[, N skipped]" and its exit status
# make test-KIND   one kind: a kind is a folder tests/KIND with a script `run`; nothing else lists them
#                  (`field`, five minutes of real programs, runs only by its name: mk/field.mk)
# make golden      the golden tests; make regold writes their expectations anew: read the diff
#                  make regold RECORD=1, as root: first the captures of the lab among them
# make accuracy, make accuracy-variants   the table of labelled captures, and of variants derived from them
#
# What a kind gets: $WHYRST the program, $WHYRST_SAN the same with ASan and UBSan, $SAN the build folder
# of that, $OUT a folder for its own files, $PYTHON, $CC. tests/lib.sh counts: pass NAME, fail NAME,
# skip NAME REASON, finish.
TESTS_OUT := $(O)/test
SAN := $(O)/san
PYTHON ?= python3
TEST_KINDS := $(notdir $(patsubst %/run,%,$(wildcard tests/*/run)))
TEST_ENV = O=$(O) SAN=$(SAN) WHYRST=$(abspath $(O)/whyrst) WHYRST_SAN=$(abspath $(SAN)/whyrst) \
	PYTHON=$(PYTHON) CC=$(CC)

# Each tests/unit/[FLOOR/]X_test.c is a program, linked with every object but main.o.
TEST_OBJ = $(filter-out $(O)/src/main.o,$(TOOL_OBJ))
UNIT_SRC := $(sort $(wildcard tests/unit/*_test.c tests/unit/*/*_test.c))
UNIT_BIN := $(UNIT_SRC:tests/%.c=$(O)/tests/%)
# What sanitizers stand in the way of says so in its source, and is built without them, too.
UNIT_PLAIN := $(patsubst tests/%.c,$(O)/tests/%,$(shell grep -l _SANITIZED $(UNIT_SRC)))
ROBUST_BIN := $(O)/tests/robust/robust

.PHONY: test golden regold accuracy accuracy-variants test-programs test-build $(TEST_KINDS:%=test-%)
test: test-build
	@$(TEST_ENV) bash tests/run $(filter-out field,$(TEST_KINDS))
$(TEST_KINDS:%=test-%): test-%: test-build
	@$(TEST_ENV) bash tests/run $*
golden: test-golden
regold: test-build
	@$(if $(RECORD),$(TEST_ENV) bash tests/golden/record)
	@$(TEST_ENV) OUT=$(TESTS_OUT)/golden bash tests/golden/run --regold
accuracy: all
	@$(TEST_ENV) bash tests/run -v accuracy
accuracy-variants: all
	@$(TEST_ENV) bash tests/run -v variants

# The sanitized programs are built in a folder of their own, by the same rules.
test-build: all $(ROBUST_BIN) $(UNIT_PLAIN)
	@$(MAKE) --no-print-directory O=$(SAN) SANITIZE=1 all test-programs
test-programs: $(UNIT_BIN) $(ROBUST_BIN)

$(O)/tests/unit/%: $(O)/tests/unit/%.o $(TEST_OBJ) $(O)/libwhyrst.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $< $(TEST_OBJ) $(O)/libwhyrst.a $(LDLIBS) -ljansson -lcmocka
$(O)/tests/robust/%: $(O)/tests/robust/%.o $(TEST_OBJ) $(O)/libwhyrst.a
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $< $(TEST_OBJ) $(O)/libwhyrst.a $(LDLIBS)
.SECONDARY: $(UNIT_BIN:%=%.o) $(ROBUST_BIN).o
-include $(UNIT_BIN:%=%.d) $(ROBUST_BIN).d
