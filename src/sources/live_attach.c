/* SPDX-License-Identifier: MIT */
/*
 * Which programs are loaded, by what the running kernel's BTF has and what it lets us attach, never
 * by its version: stable kernels carry changes of later ones.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <malloc.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "host/boot.h"
#include "sources/live_private.h"

#include "live.skel.h" /* its variables are of the types of bpf/event.h */

static bool speak, verifier_spoke;

static int print(enum libbpf_print_level level, const char *format, va_list arguments)
{
	/* Before the verifier's words, which are an argument of it. */
	if (strstr(format, "BEGIN PROG LOAD LOG"))
		verifier_spoke = true;
	if (!speak || level == LIBBPF_DEBUG)
		return 0;
	return vfprintf(stderr, format, arguments);
}

static void add_gap(struct live_kernel *kernel, const char *what, const char *en, const char *zh)
{
	if (kernel->gap_count < LIVE_GAPS_MAX)
		kernel->gaps[kernel->gap_count++] = (struct live_gap){ what, en, zh };
}

/* How functions are asked at their beginning, best first. */
enum entry_way {
	ENTRY_FENTRY,
	ENTRY_KPROBE,
	ENTRY_NONE,
};

static enum entry_way first_way(void)
{
	if (kernel_has_trampolines())
		return ENTRY_FENTRY;
	return kernel_has_kprobes() ? ENTRY_KPROBE : ENTRY_NONE;
}

/* CPUs that have a share of a table: a power of two. */
static uint32_t cpus_shared(void)
{
	uint32_t shared = 1;

	while ((int)shared < libbpf_num_possible_cpus() && shared < WATCH_LINES)
		shared *= 2;
	return shared;
}

/* Resets without a full socket, where the tracepoint is silent about them. */
static void choose_passive(struct live_bpf *bpf, const struct live_kernel *kernel,
			   enum entry_way way)
{
	bool silent = !kernel->has_reason;

	bpf_program__set_autoload(bpf->progs.enter_send_reset4, silent && way == ENTRY_FENTRY);
	bpf_program__set_autoload(bpf->progs.enter_send_reset6, silent && way == ENTRY_FENTRY);
	bpf_program__set_autoload(bpf->progs.probe_send_reset4, silent && way == ENTRY_KPROBE);
	bpf_program__set_autoload(bpf->progs.probe_send_reset6, silent && way == ENTRY_KPROBE);
}

/*
 * What runs for each connection and packet. At the devices every packet is seen; of what arrived
 * and TCP had no use for, the drops tell, too.
 */
static void choose_frequent(struct live_bpf *bpf, const struct live_kernel *kernel, bool light)
{
	/* Since 6.2: a packet's bytes are loaded as a structure's are. */
	bool direct = kernel_function_arguments("bpf_rdonly_cast") >= 0;
	bool arriving = !light && !kernel->sees_drops;

	bpf_program__set_autoload(bpf->progs.on_state, !direct);
	bpf_program__set_autoload(bpf->progs.on_state_direct, direct);
	bpf_program__set_autoload(bpf->progs.on_drop, kernel->sees_drops && !direct);
	bpf_program__set_autoload(bpf->progs.on_drop_direct, kernel->sees_drops && direct);
	bpf_program__set_autoload(bpf->progs.device_in, arriving && !direct);
	bpf_program__set_autoload(bpf->progs.device_out, !light && !direct);
	bpf_program__set_autoload(bpf->progs.device_in_direct, arriving && direct);
	bpf_program__set_autoload(bpf->progs.device_out_direct, !light && direct);
}

/* The compiler may have put __oom_kill_process() into its caller, which is then in the stack. */
static void choose_killers(struct live_bpf *bpf, const struct symbols *symbols)
{
	uint64_t from = 0, to = 0;

	if (symbols_range(symbols, "__oom_kill_process", &from, &to) ||
	    symbols_range(symbols, "oom_kill_process", &from, &to)) {
		bpf->rodata->oom_kill_from = from;
		bpf->rodata->oom_kill_to = to;
	}
	if (symbols_range(symbols, "mem_cgroup_out_of_memory", &from, &to)) {
		bpf->rodata->cgroup_oom_from = from;
		bpf->rodata->cgroup_oom_to = to;
	}
}

/* Resets that netfilter makes: what makes them is a module, and has the packet since 5.16. */
static bool can_ask_filter(bool ip6)
{
	return ip6 ? module_function_arguments("nf_reject_ipv6", "nf_send_reset6") == 4
		   : module_function_arguments("nf_reject_ipv4", "nf_send_reset") == 4;
}

static void choose_filter(struct live_bpf *bpf, const struct live_kernel *kernel,
			  enum entry_way way)
{
	bool ip4 = kernel->sees_filter4, ip6 = kernel->sees_filter6;

	bpf_program__set_autoload(bpf->progs.enter_filter4, ip4 && way == ENTRY_FENTRY);
	bpf_program__set_autoload(bpf->progs.enter_filter6, ip6 && way == ENTRY_FENTRY);
	bpf_program__set_autoload(bpf->progs.probe_filter4, ip4 && way == ENTRY_KPROBE);
	bpf_program__set_autoload(bpf->progs.probe_filter6, ip6 && way == ENTRY_KPROBE);
}

static void choose(struct live_bpf *bpf, const struct live_source_options *options,
		   const struct live_kernel *kernel, const struct symbols *symbols,
		   enum entry_way way)
{
	choose_passive(bpf, kernel, way);
	choose_frequent(bpf, kernel, options->light);
	choose_filter(bpf, kernel, way);
	bpf->rodata->has_reason = kernel->has_reason;
	bpf->rodata->only_chosen_netns = options->one_netns;
	bpf->rodata->chosen_netns = options->netns;
	bpf->rodata->past_share = PAST_MAX / cpus_shared();
	bpf->rodata->chosen_pid = options->pid;
	bpf->rodata->chosen_first_port = options->first_port;
	bpf->rodata->chosen_last_port = options->last_port;
	bpf->rodata->only_chosen_host = options->has_host;
	bpf->rodata->ticks_per_second = clock_ticks_per_second();
	choose_killers(bpf, symbols);
	if (getrandom((void *)&bpf->rodata->seed, sizeof(bpf->rodata->seed), GRND_NONBLOCK) < 0)
		bpf->rodata->seed = (uint64_t)getpid();
	if (!options->has_host)
		return;
	if (options->host.family == ADDR_IP4) {
		bpf->rodata->chosen_host[10] = bpf->rodata->chosen_host[11] = 0xff;
		memcpy((void *)(bpf->rodata->chosen_host + 12), options->host.ip, 4);
	} else {
		memcpy((void *)bpf->rodata->chosen_host, options->host.ip, 16);
	}
}

/* 0 with @ret_bpf attached, or -errno. */
static int try_way(const struct live_source_options *options, const struct live_kernel *kernel,
		   const struct symbols *symbols, enum entry_way way, struct live_bpf **ret_bpf)
{
	struct live_bpf *bpf = live_bpf__open();
	int r;

	if (!bpf)
		return -errno;
	choose(bpf, options, kernel, symbols, way);
	r = live_bpf__load(bpf);
	if (!r)
		r = live_bpf__attach(bpf);
	if (r) {
		live_bpf__destroy(bpf);
		return r < 0 ? r : -EINVAL;
	}
	*ret_bpf = bpf;
	return 0;
}

/* The best way that the kernel lets us go, at least without what its modules do. */
static int try_ways(const struct live_source_options *options, const struct symbols *symbols,
		    struct live_kernel *kernel, enum entry_way *way, struct live_bpf **ret_bpf)
{
	for (;; ++*way) {
		bool ask = options->light && *way != ENTRY_NONE;
		int r;

		kernel->sees_filter4 = ask && can_ask_filter(false);
		kernel->sees_filter6 = ask && can_ask_filter(true);
		r = try_way(options, kernel, symbols, *way, ret_bpf);
		if (r && (kernel->sees_filter4 || kernel->sees_filter6)) {
			kernel->sees_filter4 = kernel->sees_filter6 = false;
			r = try_way(options, kernel, symbols, *way, ret_bpf);
		}
		if (!r || *way == ENTRY_NONE)
			return r;
	}
}

static int explain(int error, char problem[LIVE_PROBLEM_BYTES])
{
	/* The verifier, too, says EACCES. */
	if (!verifier_spoke && (error == -EPERM || error == -EACCES))
		snprintf(problem, LIVE_PROBLEM_BYTES,
			 "the kernel does not let this process load its programs (%s): missing "
			 "privilege, lockdown, or a limit of a container; whyrst live --wire works "
			 "without them, -v shows the kernel's words",
			 strerror(-error));
	else
		snprintf(
			problem, LIVE_PROBLEM_BYTES,
			"the kernel refused a program (%s): -v shows its words; whyrst live --wire "
			"works without programs in the kernel",
			strerror(-error));
	return error;
}

static void note_light(struct live_kernel *kernel)
{
	add_gap(kernel, "handshakes",
		"--light: no handshakes that have begun and were not finished",
		"--light：看不到已经开始、尚未完成的握手");
	if (!kernel->sees_repeats)
		add_gap(kernel, "repeated SYN-ACKs", "--light: no SYN-ACK that came twice",
			"--light：看不到重复到达的 SYN-ACK");
	add_gap(kernel, "raw sockets", "--light: none of the resets that a raw socket makes",
		"--light：看不到原始套接字产生的 RST");
	if (!kernel->sees_filter4)
		add_gap(kernel, "packet filters",
			"--light: none of the resets that a packet filter makes (seen where the "
			"kernel can be asked and nf_reject_ipv4 is loaded before the watch)",
			"--light：看不到包过滤器产生的 RST（内核允许挂接、并且监视开始前已加载 "
			"nf_reject_ipv4 时才能看到）");
	else if (!kernel->sees_filter6)
		add_gap(kernel, "packet filters",
			"--light: none of the resets of IPv6 that a packet filter makes "
			"(nf_reject_ipv6 is not loaded)",
			"--light：看不到包过滤器产生的 IPv6 RST（nf_reject_ipv6 没有加载）");
}

static void note_gaps(struct live_kernel *kernel, const struct live_source_options *options)
{
	if (!kernel->has_reason)
		add_gap(kernel, "reasons of resets",
			"this kernel gives no reasons of resets: they are inferred from stacks and "
			"states",
			"本机内核不提供 RST 原因：由调用栈和状态推断");
	if (!kernel->sees_passive)
		add_gap(kernel, "resets without a socket",
			"resets to packets of no connection are only seen leaving, not made",
			"对无连接报文的 RST 只能看到发出，看不到产生过程");
	if (!kernel->sees_drops)
		add_gap(kernel, "why a reset was ignored",
			"this kernel does not say why it ignored a reset",
			"本机内核不说明为什么忽略了某个 RST");
	if (options->light)
		note_light(kernel);
}

/* Whose the listeners are that were there before the watch. Without, only their owners' names are
 * missing. */
static void list_listeners(const struct live_bpf *bpf)
{
	int fd = bpf_iter_create(bpf_link__fd(bpf->links.list_listeners));
	char unused[64];

	if (fd < 0)
		return;
	while (read(fd, unused, sizeof(unused)) > 0)
		;
	close(fd);
}

int kernel_attach(const struct live_source_options *options, const struct symbols *symbols,
		  struct live_kernel *kernel, char problem[LIVE_PROBLEM_BYTES])
{
	enum entry_way way = ENTRY_NONE;
	struct live_bpf *bpf = NULL;
	int r;

	memset(kernel, 0, sizeof(*kernel));
	speak = options->debug;
	libbpf_set_print(print);
	if (!kernel_has_types()) {
		snprintf(problem, LIVE_PROBLEM_BYTES,
			 "this kernel has no BTF (/sys/kernel/btf/vmlinux): whyrst live --wire "
			 "works "
			 "without");
		return -ENOENT;
	}
	kernel->has_reason = kernel_tracepoint_arguments("tcp_send_reset") >= 3;
	kernel->sees_drops = kernel_tracepoint_arguments("kfree_skb") >= 3;
	if (!kernel->has_reason || options->light)
		way = first_way();
	r = try_ways(options, symbols, kernel, &way, &bpf);
	if (r)
		return explain(r, problem);
	kernel->skeleton = bpf;
	kernel->sees_passive = kernel->has_reason || way != ENTRY_NONE;
	kernel->sees_leaving = !options->light;
	kernel->sees_arriving = !options->light && !kernel->sees_drops;
	kernel->sees_repeats = kernel->sees_arriving || kernel->sees_drops;
	kernel->ring_fd = bpf_map__fd(bpf->maps.ring);
	kernel->counts_fd = bpf_map__fd(bpf->maps.counts);
	kernel->listeners_fd = bpf_map__fd(bpf->maps.listeners);
	kernel->owners_fd = bpf_link__fd(bpf->links.list_owners);
	kernel->twins_fd = bpf_link__fd(bpf->links.list_twins);
	kernel->twin_fd = bpf_map__fd(bpf->maps.twin);
	kernel->dead_fd = bpf_link__fd(bpf->links.list_dead);
	kernel->dead_sought_fd = bpf_map__fd(bpf->maps.dead_sought);
	list_listeners(bpf);
	/* What loading took, most of all in vain, is not needed again. */
	malloc_trim(0);
	note_gaps(kernel, options);
	return 0;
}

void kernel_detach(struct live_kernel *kernel)
{
	live_bpf__destroy(kernel->skeleton);
	kernel->skeleton = NULL;
}
