/* SPDX-License-Identifier: MIT */
/* More connections in TIME_WAIT than tcp_max_tw_buckets allows: they end without it. */
#include "audit/check.h"

#include <stdio.h>

static void judge_space(const struct audit_space *space, struct findings *found)
{
	uint64_t skipped = audit_moved(space, COUNTER_TIME_WAIT_OVERFLOW);
	int64_t limit = audit_number(space, "net.ipv4.tcp_max_tw_buckets", -1);
	struct finding *finding;
	char to[32];

	if (!skipped || limit < 0)
		return;
	finding = finding_add(found, space);
	finding_count(finding, "skipped", skipped);
	finding_count(finding, "limit", (uint64_t)limit);
	if (space->sockstat.time_wait >= 0)
		finding_count(finding, "time_wait", (uint64_t)space->sockstat.time_wait);
	snprintf(to, sizeof(to), "%lld", (long long)(limit * 4 > 262144 ? limit * 4 : 262144));
	finding_setting(finding, "max", "max_to", "net.ipv4.tcp_max_tw_buckets", to);
}

static void judge(const struct audit *audit, struct findings *found)
{
	for (int i = 0; i < audit->space_count; i++)
		judge_space(&audit->spaces[i], found);
}

const struct check check_time_wait_buckets = {
	.id = "time-wait-buckets",
	.causes = { "half-open", "port-reused" },
	.facts = {
		{ "skipped", { "{skipped|connection|connections} ended without TIME_WAIT because there was no room (TcpExtTCPTimeWaitOverflow)",
			"{skipped} 个连接因名额不足没有进入 TIME_WAIT（TcpExtTCPTimeWaitOverflow）" } },
		{ "time_wait", { "{time_wait} in TIME_WAIT, where tcp_max_tw_buckets is {limit}",
			"TIME_WAIT 有 {time_wait} 个，tcp_max_tw_buckets 为 {limit}" } },
	},
	.where = { "net.ipv4.tcp_max_tw_buckets" },
	.words = {
		[LANG_EN] = {
			.title = "TIME_WAIT table full: connections end without their safeguard",
			.hurts = "A peer whose last ACK was lost repeats its FIN and gets a reset; late segments of the old connection can hit a new one with the same four numbers.",
			.fix = {
				"net.ipv4.tcp_max_tw_buckets {max} -> {max_to}: works at once.",
				"Fewer connections need none of it: keep-alive between these two hosts, or let the client close first.",
			},
			.cost = "About 250 bytes of kernel memory for each.",
			.folklore = "\"Lower tcp_max_tw_buckets to cure TIME_WAIT\": that takes the safeguard away. \"tcp_fin_timeout shortens TIME_WAIT\": it is 60 s compiled in. There is no log line any more.",
			.sampled = "TIME_WAIT",
		},
		[LANG_ZH] = {
			.title = "TIME_WAIT 表满：连接结束时失去了保护",
			.hurts = "最后一个 ACK 丢失的对端会重发 FIN 而收到 RST；旧连接迟到的报文可能打中四元组相同的新连接。",
			.fix = {
				"net.ipv4.tcp_max_tw_buckets {max} -> {max_to}：立即生效。",
				"减少需要它的连接：这两台主机之间用长连接，或让客户端先关。",
			},
			.cost = "每个约占 250 字节内核内存。",
			.folklore = "“调小 tcp_max_tw_buckets 治 TIME_WAIT”：那是拆掉保护。“tcp_fin_timeout 缩短 TIME_WAIT”：它是写死的 60 秒。如今也没有日志了。",
			.sampled = "TIME_WAIT",
		},
	},
	.sources = { "Linux tcp_time_wait() in net/ipv4/tcp_minisocks.c; inet_twsk_alloc() in net/ipv4/inet_timewait_sock.c" },
	.judge = judge,
};
