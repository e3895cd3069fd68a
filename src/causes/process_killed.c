/* SPDX-License-Identifier: MIT */
/*
 * The owner died of a signal. The kernel closes its sockets in do_exit(): with unread bytes that
 * gives a reset, without it gives a FIN, and the peer is reset when it writes.
 */
#include "causes/rules.h"

const struct cause cause_process_killed = {
	.id = "process-killed",
	.classes = CLASS_BIT(OWNER_ABORT) | CLASS_BIT(NO_SOCKET),
	.usual = CLASS_OWNER_ABORT,
	.base = -6,
	.base_source = SURVEY "1 of 11 in applications (gunicorn#630, WORKER TIMEOUT)",
	/* clang-format off */
	CAUSE_RULES(
		OWNER_GONE,
		PROOF(HOST_ENDED_BY, IS, END_SIGNAL),
		SIGN(1, HOST_OOM, IS, 1),
		SIGN(1, HOST_OOM_CGROUP, IS, 1),
		SIGN(1, HOST_OOM_CGROUP, IS, 0),
		BY_OWNERS_END,
		FITS(HOST_PAST, IS, PAST_KILLED),
		NOT_PAIRED, BY_OWN_TCP),
	/* clang-format on */
	.en = {
		.title = "the owner was killed by a signal",
		.summary = "The process that owned the connection at {resetter_addr} was killed "
"(SIGKILL, OOM killer or a crash); the kernel closed its sockets, unread "
"requests and all.",
		.told = "{Resetter} was killed {owner_end}; the kernel closed its sockets, unread requests and all.",
		.story = "When a process dies, the kernel closes every socket it held. A socket with "
"unread bytes is reset, one without gets a FIN, and what the peer sends "
"afterwards is reset. All its connections end within the same milliseconds, "
"and the port refuses new ones until something starts the service again. In "
"packets one such connection looks like any other abort: the signal itself "
"is only known at the host.",
		.decide = "At {resetter_addr}: dmesg -T | grep -iE 'killed process|segfault', "
"journalctl -u UNIT (code=killed), coredumpctl list; in Kubernetes kubectl "
"describe pod (OOMKilled, exit code 137). gunicorn logs WORKER TIMEOUT.",
		.fix = {
			"OOM in a control group: raise its limit, MemoryMax= of the unit, "
"resources.limits.memory of the pod or --memory of the container, or find what "
"grows in it (memory.events and memory.peak of that cgroup). More memory for the host "
"changes nothing.",
			"OOM of the host: find what took its memory (the kernel's message lists all "
"processes), give each unit a MemoryMax= of its own, add memory or swap. To spare "
"this service lower its OOMScoreAdjust=.",
			"Crash: get the core (coredumpctl gdb) and fix the program.",
			"Deliberate SIGKILL after a stop: give it time to drain, TimeoutStopSec= in "
"the unit, terminationGracePeriodSeconds in the pod, stop_grace_period in "
"Compose.",
			"gunicorn WORKER TIMEOUT: a request took longer than --timeout (default 30 "
"s): make it shorter or raise the limit.",
		},
	},
	.zh = {
		.title = "所属进程被信号杀死",
		.summary = "{resetter_addr} 上持有这条连接的进程被杀死（SIGKILL、OOM killer "
"或崩溃），内核随之关闭它的全部套接字，包括还没读的请求。",
		.told = "{Resetter}被杀死{owner_end}，内核随之关闭它的全部套接字，包括还没读的请求。",
		.story = "进程死亡时，内核会关闭它持有的所有套接字：有未读数据的发 RST，没有的发 "
"FIN，之后对端再发数据也会收到 RST。它的所有连接会在同一瞬间断开，"
"服务重新启动之前端口拒绝新连接。从报文看，单独一条连接和其他中止没有区别，"
"信号只有主机自己知道。",
		.decide = "在 {resetter_addr} 上：dmesg -T | grep -iE 'killed "
"process|segfault'，journalctl -u UNIT（code=killed），coredumpctl "
"list；Kubernetes 里看 kubectl describe pod（OOMKilled、退出码 "
"137）；gunicorn 会打印 WORKER TIMEOUT。",
		.fix = {
			"cgroup 的 OOM：调高上限，即 unit 的 MemoryMax=、pod 的 "
"resources.limits.memory 或容器的 --memory，或者找出里面谁在涨内存（看该 cgroup 的 "
"memory.events 和 memory.peak）。给整机加内存没有用。",
			"整机的 OOM：找出谁吃掉了内存（内核日志列出所有进程），给各个 unit 设 "
"MemoryMax=，加内存或 swap。想保住这个服务，就调低它的 OOMScoreAdjust=。",
			"崩溃：用 coredumpctl gdb 取出 core，修程序。",
			"停止时被强杀：给它留出排空时间，unit 的 TimeoutStopSec=、pod 的 "
"terminationGracePeriodSeconds、Compose 的 stop_grace_period。",
			"gunicorn WORKER TIMEOUT：有请求超过 --timeout（默认 30 "
"秒），缩短处理时间或调大该值。",
		},
	},
	.fix_cases = {
		[0] = FIX_CASE(HOST_OOM_CGROUP, IS, 1),
		[1] = FIX_CASE(HOST_OOM_CGROUP, IS, 0),
		/* SIGILL, SIGABRT, SIGBUS, SIGFPE, SIGSEGV */
		[2] = FIX_CASE(HOST_SENT_SIGNAL, IN, ONE_OF(4) | ONE_OF(6) | ONE_OF(7) | ONE_OF(8) | ONE_OF(11)),
		[3] = FIX_CASE(HOST_OOM, IS, 0),
	},
	.sources = {
		"Linux mem_cgroup_out_of_memory() in mm/memcontrol.c, out_of_memory() in "
"mm/oom_kill.c",
		"Linux do_exit() in kernel/exit.c; inet_release() and __tcp_close() in "
"net/ipv4",
		"gunicorn#630",
	},
	.examples = {
		{ EXAMPLE_LISTED, "c S; s SA; c A; c PA100; s A; +100ms s RA", NULL },
		{ EXAMPLE_LISTED, "c S; s SA; c A; c PA100; s A; +100ms s FA; c A; +300ms c PA10; s R", NULL },
		{ EXAMPLE_NOT, "c S; s SA; c A; c PA100; s A; +100ms s RA", "close-unread" },
	},
};
