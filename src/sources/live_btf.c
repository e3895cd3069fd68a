/* SPDX-License-Identifier: MIT */
/* What the running kernel's own types say of it: which functions and tracepoints there are, with
 * how many parameters, and what its reasons are called. */
#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sources/live_private.h"

static struct btf *types_of_kernel(void)
{
	static struct btf *btf;

	if (!btf)
		btf = btf__load_vmlinux_btf();
	return btf;
}

bool kernel_has_types(void)
{
	return types_of_kernel() != NULL;
}

int kernel_tracepoint_arguments(const char *name)
{
	const struct btf_type *type;
	char typedef_name[64];
	int id;

	snprintf(typedef_name, sizeof(typedef_name), "btf_trace_%s", name);
	id = btf__find_by_name_kind(types_of_kernel(), typedef_name, BTF_KIND_TYPEDEF);
	type = id > 0 ? btf__type_by_id(types_of_kernel(), (__u32)id) : NULL;
	type = type ? btf__type_by_id(types_of_kernel(), type->type) : NULL;
	if (type && btf_is_ptr(type))
		type = btf__type_by_id(types_of_kernel(), type->type);
	return type && btf_is_func_proto(type) ? btf_vlen(type) - 1 : -1;
}

const char *kernel_reason_word(const struct live_kernel *kernel, int32_t reason)
{
	const struct btf_type *type;
	const struct btf_enum *values;
	static int id; /* a search goes through every type of the kernel: one is enough */

	if (!kernel->has_reason || reason < 0)
		return "";
	if (!id)
		id = btf__find_by_name_kind(types_of_kernel(), "sk_rst_reason", BTF_KIND_ENUM);
	type = id > 0 ? btf__type_by_id(types_of_kernel(), (__u32)id) : NULL;
	if (!type)
		return "";
	values = btf_enum(type);
	for (int i = 0; i < btf_vlen(type); i++) {
		const char *name = btf__name_by_offset(types_of_kernel(), values[i].name_off);

		if (values[i].val == reason && !strncmp(name, "SK_RST_REASON_", 14))
			return name + 14;
	}
	return "";
}

static int arguments_of(const struct btf *types, const char *name)
{
	int id = btf__find_by_name_kind(types, name, BTF_KIND_FUNC);
	const struct btf_type *type = id > 0 ? btf__type_by_id(types, (__u32)id) : NULL;

	type = type ? btf__type_by_id(types, type->type) : NULL;
	return type && btf_is_func_proto(type) ? btf_vlen(type) : -1;
}

int kernel_function_arguments(const char *name)
{
	return arguments_of(types_of_kernel(), name);
}

int module_function_arguments(const char *module, const char *name)
{
	struct btf *types = btf__load_module_btf(module, types_of_kernel());
	int count = types ? arguments_of(types, name) : kernel_function_arguments(name);

	btf__free(types);
	return count;
}

/* Tried with one that does nothing: to load all of the others in vain takes most of a second. */
bool kernel_has_trampolines(void)
{
	const struct bpf_insn nothing[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int id = btf__find_by_name_kind(types_of_kernel(), "tcp_reset", BTF_KIND_FUNC);
	LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = BPF_TRACE_FENTRY,
		    .attach_btf_id = id > 0 ? (__u32)id : 0);
	int program = bpf_prog_load(BPF_PROG_TYPE_TRACING, NULL, "GPL", nothing, 2, &options);
	int link = program >= 0 ? bpf_raw_tracepoint_open(NULL, program) : -1;
	bool has = link >= 0;

	if (has)
		close(link);
	if (program >= 0)
		close(program);
	return has;
}

bool kernel_has_kprobes(void)
{
	return access("/sys/bus/event_source/devices/kprobe/type", F_OK) == 0;
}
