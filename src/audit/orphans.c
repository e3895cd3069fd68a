/* SPDX-License-Identifier: MIT */
/* More connections that their programs closed than tcp_max_orphans allows: they are reset. */
#include "audit/check.h"

#include <stdio.h>

static void judge(const struct audit *audit, struct findings *found)
{
	int64_t limit = audit_number(NULL, "net.ipv4.tcp_max_orphans", 0);

	for (int i = 0; i < audit->space_count; i++) {
		const struct audit_space *space = &audit->spaces[i];
		uint64_t resets = audit_moved(space, COUNTER_ABORT_ON_MEMORY);
		int64_t orphans = space->sockstat.orphans;
		struct finding *finding;
		char to[32];

		/* One that was penalised dies at a quarter of it: tcp_out_of_resources(). */
		if (!resets || limit <= 0 || orphans < limit / 4)
			continue;
		finding = finding_add(found, space);
		finding_count(finding, "resets", resets);
		finding_count(finding, "orphans", (uint64_t)orphans);
		finding_count(finding, "limit", (uint64_t)limit);
		snprintf(to, sizeof(to), "%lld",
			 (long long)(limit * 4 > 65536 ? limit * 4 : 65536));
		if (space->own)
			finding_setting(finding, "max", "max_to", "net.ipv4.tcp_max_orphans", to);
	}
}

const struct check check_orphans = {
	.id = "orphans",
	.causes = { "memory-pressure" },
	.before = { "tcp-memory" },
	.facts = {
		{ "resets", { "{resets|connection was|connections were} reset for want of room (TcpExtTCPAbortOnMemory)",
			      "{resets} 个连接因名额不足被 RST（TcpExtTCPAbortOnMemory）" } },
		{ "orphans", { "{orphans|orphan|orphans} on this host (closed by a program here, not yet by the peer), where tcp_max_orphans is {limit}",
			       "本机有 {orphans} 个孤儿连接（程序已关、对端未完），tcp_max_orphans 为 {limit}" } },
	},
	.where = { "net.ipv4.tcp_max_orphans" },
	.words = {
		[LANG_EN] = {
			.title = "too many orphans: answers are cut off by a reset at close()",
			.hurts = "close() resets instead of delivering what is still in the send buffer: clients see the beginning of an answer, then "
				"\"connection reset by peer\".",
			.fix = {
				"Find out whose peers do not acknowledge: ss -tano state fin-wait-1 (slow or dead clients, large send buffers).",
				"net.ipv4.tcp_max_orphans {max} -> {max_to}: works at once, for the whole host.",
				"Dead peers? net.ipv4.tcp_orphan_retries = 3 gives them up sooner (it reads 0 and means 8).",
			},
			.cost = "Each orphan can hold up to about 64 kB of kernel memory.",
			.folklore = "\"tcp_max_orphans is useless\", \"lower it against attacks\": it is one of the few limits that really send resets.",
			.sampled = "orphans",
		},
		[LANG_ZH] = {
			.title = "孤儿连接过多：close() 时应答被 RST 截断",
			.hurts = "close() 不再把发送缓冲里的数据发完，而是直接 RST：客户端只看到应答的开头，然后是 “connection reset by peer”。",
			.fix = {
				"查是谁的对端不回 ACK：ss -tano state fin-wait-1（缓慢或已死的客户端、过大的发送缓冲）。",
				"net.ipv4.tcp_max_orphans {max} -> {max_to}：立即生效，作用于整台主机。",
				"对端已死？net.ipv4.tcp_orphan_retries = 3 可早些放弃（读出 0，实际按 8）。",
			},
			.cost = "每个孤儿最多占用约 64 kB 内核内存。",
			.folklore = "“tcp_max_orphans 没用”、“调小防攻击”：它是少数真会发 RST 的上限之一。",
			.sampled = "孤儿连接",
		},
	},
	.sources = { "Linux tcp_check_oom() in net/ipv4/tcp.c; tcp_out_of_resources() in net/ipv4/tcp_timer.c" },
	.judge = judge,
};
