/* SPDX-License-Identifier: MIT */
/* Peers do not close connections that were closed here. */
#include "audit/check.h"

#define LEAST 32
#define SLACK 1 /* of 20 */

struct pile {
	uint32_t before, after, stayed, expired;
};

static struct pile pile_of(const struct audit *audit, const struct audit_space *space)
{
	struct pile pile = { 0 };

	for (size_t i = 0; i < space->halves_before.count; i++) {
		const struct audit_half *half = &space->halves_before.items[i];

		if (half->state != SOCK_DIAG_FIN_WAIT2 || half->inode)
			continue;
		pile.before++;
		/* Its timer would have ended it by now. */
		pile.expired +=
			half->expires_ms && half->expires_ms * INT64_C(1000) < audit->interval_us;
	}
	for (size_t i = 0; i < space->halves_after.count; i++) {
		const struct audit_half *half = &space->halves_after.items[i];

		if (half->state != SOCK_DIAG_FIN_WAIT2 || half->inode)
			continue;
		pile.after++;
		pile.stayed += audit_half_before(space, half->cookie) != NULL;
	}
	return pile;
}

static void judge_space(const struct audit *audit, const struct audit_space *space,
			struct findings *found)
{
	struct pile pile = pile_of(audit, space);
	struct finding *finding;

	/* Hardly any peer closed: who left was ended by the timer. */
	if (pile.before < LEAST || (pile.stayed + pile.expired) * 20 < pile.before * (20 - SLACK) ||
	    pile.after <= pile.before)
		return;
	finding = finding_add(found, space);
	finding_count(finding, "before", pile.before);
	finding_count(finding, "after", pile.after);
	finding_count(finding, "closed",
		      pile.before > pile.stayed + pile.expired
			      ? pile.before - pile.stayed - pile.expired
			      : 0);
	finding_count(finding, "expired", pile.expired);
	finding_count(finding, "seconds",
		      (uint64_t)audit_number(space, "net.ipv4.tcp_fin_timeout", 60));
}

static void judge(const struct audit *audit, struct findings *found)
{
	for (int i = 0; i < audit->space_count; i++)
		judge_space(audit, &audit->spaces[i], found);
}

const struct check check_fin_wait2 = {
	.id = "fin-wait2",
	.causes = { "fin-wait-abort", "write-after-close" },
	.facts = {
		{ "after", { "{after|connection waits|connections wait} in FIN_WAIT2 for the peer to close, {before} did {time} before",
			"{after} 个连接在 FIN_WAIT2 等对端关闭，{time} 前是 {before} 个" } },
		{ "before", { "of these {before}: {closed} closed by the peer meanwhile, {expired} ended by the timer (tcp_fin_timeout, {seconds} s)",
			"这 {before} 个里其间对端只关了 {closed} 个；{expired} 个被定时器结束（tcp_fin_timeout，{seconds} 秒）" } },
	},
	.where = { "the peers" },
	.words = {
		[LANG_EN] = {
			.title = "peers do not close: connections pile up in FIN_WAIT2",
			.hurts = "Nothing here: the timer ends them. The peers collect CLOSE_WAIT, run out of descriptors, and are reset when they write to such a connection.",
			.fix = {
				"Find out who they are: ss -tn state fin-wait-2. It is that program that does not close().",
				"If the peer is your own client: read until the end, then close; take dead connections out of its pool.",
				"Leave net.ipv4.tcp_fin_timeout at 60.",
			},
			.cost = "None.",
			.folklore = "\"Lower tcp_fin_timeout\": that ends the wait with a reset for every peer that is only slow.",
			.sampled = "connections closed here only",
		},
		[LANG_ZH] = {
			.title = "对端不关连接：FIN_WAIT2 越积越多",
			.hurts = "对本机无害：定时器会结束它们。对端则积累 CLOSE_WAIT、耗尽文件描述符，往这种连接写数据时收到 RST。",
			.fix = {
				"查是谁：ss -tn state fin-wait-2。是那个程序没有 close()。",
				"对端若是自己的客户端：读到结尾再关；把死连接从连接池里拿掉。",
				"net.ipv4.tcp_fin_timeout 保持 60。",
			},
			.cost = "无。",
			.folklore = "“调小 tcp_fin_timeout”：那会让每个只是慢一点的对端收到 RST。",
			.sampled = "只有本机关闭的连接",
		},
	},
	.sources = { "Linux tcp_fin_time() in include/net/tcp.h; tcp_time_wait() in net/ipv4/tcp_minisocks.c" },
	.judge = judge,
};
