/* SPDX-License-Identifier: MIT */
/* TCP of this host has more memory than tcp_mem lets it have. */
#include "audit/check.h"

#include <stdio.h>
#include <unistd.h>
#include "host/sysctl.h"

#define PAGES_OF_MEMORY_PART 8 /* high, doubled, stays below an eighth of the memory */

static void add_remedy(struct finding *finding, const int64_t limits[3])
{
	int64_t pages = sysconf(_SC_PHYS_PAGES);
	char to[80];

	if (pages <= 0 || limits[2] * 2 > pages / PAGES_OF_MEMORY_PART)
		return;
	snprintf(to, sizeof(to), "%lld %lld %lld", (long long)limits[0] * 2,
		 (long long)limits[1] * 2, (long long)limits[2] * 2);
	finding_setting(finding, "mem", "mem_to", "net.ipv4.tcp_mem", to);
}

static void tell(struct findings *found, const struct audit_space *space,
		 const struct audit_space *reader, const int64_t limits[3])
{
	struct finding *finding = finding_add(found, space);
	uint64_t resets = space ? audit_moved(space, COUNTER_ABORT_ON_MEMORY) : 0;
	uint64_t pressures = space ? audit_moved(space, COUNTER_MEMORY_PRESSURES) : 0;

	if (resets)
		finding_count(finding, "resets", resets);
	if (pressures)
		finding_count(finding, "pressures", pressures);
	if (reader->sockstat.memory_pages >= 0)
		finding_count(finding, "pages", (uint64_t)reader->sockstat.memory_pages);
	finding_count(finding, "pressure", (uint64_t)limits[1]);
	finding_count(finding, "high", (uint64_t)limits[2]);
	if (!found->audit->since_boot && reader->sockstat_before.memory_pages > limits[1])
		finding_count(finding, "before", (uint64_t)reader->sockstat_before.memory_pages);
	if (!space || space->own)
		add_remedy(finding, limits);
}

static void judge(const struct audit *audit, struct findings *found)
{
	const struct audit_space *first = audit->spaces;
	char value[80];
	int64_t limits[3];
	int told = 0;

	if (audit_setting(NULL, "net.ipv4.tcp_mem", value, sizeof(value)) ||
	    sysctl_numbers(value, limits, 3) != 3)
		return;
	for (int i = 0; i < audit->space_count; i++) {
		const struct audit_space *space = &audit->spaces[i];

		if (!audit_moved(space, COUNTER_MEMORY_PRESSURES) &&
		    !(audit_moved(space, COUNTER_ABORT_ON_MEMORY) &&
		      space->sockstat.memory_pages >= limits[1]))
			continue;
		tell(found, space, space, limits);
		told++;
	}
	/* Pressure that lasts moves no counter: it is the same as at the beginning. */
	if (!told && audit->space_count && first->sockstat_before.memory_pages > limits[1] &&
	    first->sockstat.memory_pages > limits[1])
		tell(found, NULL, first, limits);
}

const struct check check_tcp_memory = {
	.id = "tcp-memory",
	.causes = { "memory-pressure" },
	.before = { "receive-buffer" },
	.facts = {
		{ "resets", { "{resets|connection was|connections were} reset for want of memory (TcpExtTCPAbortOnMemory)",
			"{resets} 个连接因内存不足被 RST（TcpExtTCPAbortOnMemory）" } },
		{ "pressures", { "TCP came under memory pressure {pressures|time|times} (TcpExtTCPMemoryPressures)",
			"TCP 进入内存压力状态 {pressures} 次（TcpExtTCPMemoryPressures）" } },
		{ "pages", { "{pages|page|pages} in use now; tcp_mem: pressure from {pressure}, no more than {high}",
			"现用 {pages} 页；tcp_mem：超过 {pressure} 页进入压力状态，上限 {high} 页" } },
		{ "before", { "{before|page|pages} {time} before: under pressure then, too",
			"{time} 前用了 {before} 页：那时也在压力状态" } },
	},
	.where = { "net.ipv4.tcp_mem" },
	.words = {
		[LANG_EN] = {
			.title = "TCP is out of memory (tcp_mem)",
			.hurts = "Windows shrink to nothing and received segments are dropped; above the limit close() resets what is still to be sent: answers are cut off.",
			.fix = {
				"Find who holds it: ss -tm, sorted by Recv-Q and Send-Q. Mostly peers that do not read, or a program that does not.",
				"net.ipv4.tcp_mem {mem} -> {mem_to} (pages): works at once, for the whole host.",
				"Many connections with large buffers: lower the last number of net.ipv4.tcp_wmem and tcp_rmem.",
			},
			.cost = "Memory that programs cannot have.",
			.folklore = "\"tcp_mem is in bytes\": it is in pages, and set from the memory of this host at boot. \"Raise rmem_max\": does not touch it.",
			.sampled = "TCP memory",
		},
		[LANG_ZH] = {
			.title = "TCP 内存不足（tcp_mem）",
			.hurts = "窗口缩到几乎为零，收到的报文被丢弃；超过上限时 close() 直接 RST 掉还没发完的数据：应答被截断。",
			.fix = {
				"找出谁占着：ss -tm，按 Recv-Q、Send-Q 排序。多半是不读数据的对端，或不读数据的程序。",
				"net.ipv4.tcp_mem {mem} -> {mem_to}（页）：立即生效，作用于整台主机。",
				"大量连接各有大缓冲：调小 net.ipv4.tcp_wmem、tcp_rmem 的最后一个数。",
			},
			.cost = "这些内存程序就用不上了。",
			.folklore = "“tcp_mem 单位是字节”：是页，开机时按内存算出。“调大 rmem_max”：与它无关。",
			.sampled = "TCP 内存",
		},
	},
	.sources = { "Linux tcp_check_oom() in net/ipv4/tcp.c; tcp_enter_memory_pressure()",
		     "Documentation/networking/ip-sysctl.rst: tcp_mem" },
	.judge = judge,
};
