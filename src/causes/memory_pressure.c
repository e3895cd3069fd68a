/* SPDX-License-Identifier: MIT */
/* Too many orphans, or TCP memory above tcp_mem[2]: one of the few limits of the kernel that reset.
 */
#include "causes/rules.h"

const struct cause cause_memory_pressure = {
	.id = "memory-pressure",
	.classes = CLASS_BIT(OWNER_ABORT),
	.usual = CLASS_OWNER_ABORT,
	.base = -25,
	.base_source = "needs tcp_mem or tcp_max_orphans exhausted; the kernel logs it",
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(PICTURES_ABORT),
		SIGN(8, RESETTER_UNACKED, AT_LEAST, 1),
		SIGN(8, VICTIM_WINDOW_ZERO, IS, 1),
		HINT(12, RESETTER_FIN_ACKED, IS, 0),
		SIGN(4, RESETS_SAME_INSTANT, AT_LEAST, 1),
		FITS(UNREAD_TLS_FAREWELL, IS, 0),
		FITS(ANSWERED_EARLY, IS, 0),
		PROOF(HOST_ACTION, IS, ACTION_MEMORY),
		OWNER_WELL, NOT_PAIRED, BY_OWN_TCP),
	/* clang-format on */
	.en = {
		.title = "kernel out of TCP memory or orphans",
		.summary = "The kernel at {resetter_addr} dropped the connection to save memory: too "
"many orphaned sockets, or TCP memory above its limit.",
		.story = "A socket that its program has closed, but whose bytes are not delivered "
"yet, is an orphan. Above tcp_max_orphans, or with more TCP memory in use "
"than tcp_mem allows, the kernel resets such sockets at close() or at the "
"next retransmission, and what was still to be sent is lost. Clients see "
"truncated answers. Slow or stuck receivers that do not acknowledge are what "
"fills it up.",
		.decide = "At {resetter_addr}: dmesg says \"TCP: too many orphaned sockets\" or \"TCP: "
"out of memory -- consider tuning tcp_mem\"; TcpExtTCPAbortOnMemory grows; "
"/proc/net/sockstat shows orphan and mem against tcp_max_orphans and tcp_mem.",
		.fix = {
			"Find the sockets that hold it: ss -tmo state fin-wait-1 and ss -tm sorted "
"by Send-Q; clients that do not read, or a send buffer set far too large.",
			"Too many orphans: raise net.ipv4.tcp_max_orphans (/etc/sysctl.d), and set "
"net.ipv4.tcp_orphan_retries = 3 (it reads 0 and acts as 8), so that dead "
"peers are given up sooner.",
			"Out of memory: raise net.ipv4.tcp_mem if the RAM is there (pages, three "
"numbers); else lower net.ipv4.tcp_wmem's maximum.",
		},
		.folklore = "tcp_max_orphans is often called useless, or is lowered \"against attacks\": "
"lowered, it makes exactly these resets.",
	},
	.zh = {
		.title = "内核 TCP 内存或孤儿连接超限",
		.summary = "{resetter_addr} 的内核为了省内存丢弃了这条连接：孤儿套接字太多，或 TCP "
"内存超过上限。",
		.story = "程序已经关闭、数据却还没送完的套接字叫孤儿。数量超过 tcp_max_orphans，或 "
"TCP 内存超过 tcp_mem 的上限时，内核会在 close() 或下一次重传时对它们发 "
"RST，没发完的数据全部丢失，客户端看到的是被截断的响应。"
"把它撑满的通常是接收很慢或卡住、不回 ACK 的对端。",
		.decide = "在 {resetter_addr} 上：dmesg 里有 “TCP: too many orphaned sockets” 或 “TCP: "
"out of memory -- consider tuning tcp_mem”；TcpExtTCPAbortOnMemory 增加；把 "
"/proc/net/sockstat 的 orphan、mem 与 tcp_max_orphans、tcp_mem 比较。",
		.fix = {
			"找出谁占着内存：ss -tmo state fin-wait-1，以及按 Send-Q 排序的 ss "
"-tm；多半是不读数据的客户端，或设得过大的发送缓冲区。",
			"孤儿太多：调高 net.ipv4.tcp_max_orphans（/etc/sysctl.d），并把 "
"net.ipv4.tcp_orphan_retries 设为 3（读出 0，实际按 8），让死掉的对端早点被放弃。",
			"内存不足：物理内存够就调高 net.ipv4.tcp_mem（单位是页，三个数）；否则降低 "
"net.ipv4.tcp_wmem 的最大值。",
		},
		.folklore = "常有人说 tcp_max_orphans 没用，或为了“防攻击”把它调小："
"调小之后制造的正是这种 RST。",
	},
	.sources = {
		"Linux tcp_check_oom() in net/ipv4/tcp.c; tcp_out_of_resources() in "
"net/ipv4/tcp_timer.c",
		"Documentation/networking/ip-sysctl.rst: tcp_max_orphans, tcp_mem",
	},
	.examples = {
		{ EXAMPLE_LISTED, "c S; s SA; c A; c PA200; s A; s A1448; s PA1448; c A win=0; +300ms s FA; "
"+200ms s RA", NULL },
		{ EXAMPLE_NOT, "c S; s SA; c A; c PA200; s A; s A1448; s PA1448; c A win=0; +300ms s RA", "linger-zero" },
	},
};
