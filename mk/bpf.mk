# SPDX-License-Identifier: MIT
# The programs for the kernel: every src/bpf/NAME.bpf.c becomes $(O)/gen/NAME.skel.h, which holds the
# object file; nothing of it is compiled on the machine where whyrst runs (CO-RE).
BPF_CLANG ?= $(firstword $(foreach c,clang clang-14 clang-15 clang-16 clang-17 clang-18 clang-19,$(if $(shell command -v $(c)),$(c))) clang)
BPFTOOL ?= $(firstword $(wildcard /usr/sbin/bpftool /sbin/bpftool) bpftool)
BPF_ARCH := $(shell uname -m | sed -e s/x86_64/x86/ -e s/aarch64/arm64/ -e 's/ppc64.*/powerpc/' -e 's/riscv64/riscv/')
BPF_CFLAGS := -std=gnu11 -O2 -g -target bpf -D__TARGET_ARCH_$(BPF_ARCH) -Wall \
	-idirafter /usr/include/$(shell uname -m)-linux-gnu -Isrc/bpf
BPF_SRC := $(sort $(wildcard src/bpf/*.bpf.c))
BPF_SKEL := $(BPF_SRC:src/bpf/%.bpf.c=$(O)/gen/%.skel.h)

$(O)/gen/%.bpf.o: src/bpf/%.bpf.c $(wildcard src/bpf/*.h)
	@mkdir -p $(@D)
	$(BPF_CLANG) $(BPF_CFLAGS) -c -o $@.full $<
	$(BPFTOOL) gen object $@ $@.full
	@rm -f $@.full
$(O)/gen/%.skel.h: $(O)/gen/%.bpf.o
	$(BPFTOOL) gen skeleton $< name $*_bpf > $@.new && mv $@.new $@
.SECONDARY: $(BPF_SRC:src/bpf/%.bpf.c=$(O)/gen/%.bpf.o)
# Whoever opens a skeleton needs it before its own dependencies are known.
$(O)/src/sources/live_attach.o $(O)/src/sources/live_counts.o: $(O)/gen/live.skel.h
