# SPDX-License-Identifier: MIT
# Speed and memory, measured: `make bench` prints the numbers of the README (minutes, 2 GB of disk
# below $(O)/bench). Single parts: make bench BENCH="speed memory flood explain others".
#   make $(O)/bench/big.pcap     the capture alone, for profiling; $(O)/bench/loop FILE is the yardstick
BENCH_DIR := $(O)/bench
BENCH ?= speed memory flood explain others
BENCH_CFLAGS := $(CSTD) -O2 $(WARN) -D_GNU_SOURCE

.PHONY: bench
bench: $(O)/whyrst $(BENCH_DIR)/gen $(BENCH_DIR)/gen_log $(BENCH_DIR)/loop
	@bash tests/bench/run.sh -o $(O) $(BENCH)

$(BENCH_DIR)/gen: tests/bench/gen.c tests/bench/segment.c tests/bench/segment.h
	@mkdir -p $(@D)
	$(CC) $(BENCH_CFLAGS) -o $@ $(filter %.c,$^)
$(BENCH_DIR)/gen_log: tests/bench/gen_log.c
	@mkdir -p $(@D)
	$(CC) $(BENCH_CFLAGS) -o $@ $<
$(BENCH_DIR)/loop: tests/bench/loop.c
	@mkdir -p $(@D)
	$(CC) $(BENCH_CFLAGS) -o $@ $< -lpcap
$(BENCH_DIR)/big.pcap: $(BENCH_DIR)/gen
	$(BENCH_DIR)/gen > $@.new && mv $@.new $@
