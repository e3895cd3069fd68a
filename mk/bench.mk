# SPDX-License-Identifier: MIT
# Speed and memory, measured: `make bench` prints the numbers of the README (minutes, 2 GB of disk
# below $(O)/bench). Single parts: make bench BENCH="speed memory flood explain others".
#   make bench BENCH="live-churn live-stream live-nginx live-guest live-cpu live-storm live-latency live-soak"
#                                as root, on an otherwise idle machine; tests/bench/live.py says more
#   make bench BENCH="check check-rate check-vrrp"    whyrst check with 400,000 sockets; as root, 3 GB
#   make $(O)/bench/big.pcap     the capture alone, for profiling; $(O)/bench/loop FILE is the yardstick
BENCH_DIR := $(O)/bench
BENCH ?= speed memory flood explain others
BENCH_CFLAGS := $(CSTD) -O2 $(WARN) -D_GNU_SOURCE

BENCH_LIVE := $(addprefix $(BENCH_DIR)/,live_churn live_stream live_resets live_hooks)

BENCH_CHECK := $(addprefix $(BENCH_DIR)/,check_sockets check_times)

.PHONY: bench
bench: $(O)/whyrst $(BENCH_DIR)/gen $(BENCH_DIR)/gen_log $(BENCH_DIR)/loop \
  $(if $(findstring live-,$(BENCH)),$(BENCH_LIVE)) $(if $(findstring check,$(BENCH)),$(BENCH_CHECK))
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
$(BENCH_DIR)/live_churn $(BENCH_DIR)/live_stream: $(BENCH_DIR)/%: tests/bench/%.c tests/bench/live_load.c tests/bench/live_load.h
	@mkdir -p $(@D)
	$(CC) $(BENCH_CFLAGS) -o $@ $(filter %.c,$^)
$(BENCH_CHECK): $(BENCH_DIR)/%: tests/bench/%.c
	@mkdir -p $(@D)
	$(CC) $(BENCH_CFLAGS) -o $@ $<
$(BENCH_DIR)/live_resets: tests/bench/live_resets.c
	@mkdir -p $(@D)
	$(CC) $(BENCH_CFLAGS) -o $@ $<
$(BENCH_DIR)/live_hooks: tests/bench/live_hooks.c
	@mkdir -p $(@D)
	$(CC) $(BENCH_CFLAGS) -o $@ $< -lbpf -lpthread
$(BENCH_DIR)/big.pcap: $(BENCH_DIR)/gen
	$(BENCH_DIR)/gen > $@.new && mv $@.new $@
