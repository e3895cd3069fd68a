/* SPDX-License-Identifier: MIT */
/* A program does not close connections that its peers have closed. */
#include "audit/check.h"

#include <stdlib.h>

#define LEAST 16	      /* fewer can be programs that are at work */
#define OLD_MS INT64_C(60000) /* no program takes that long to see that its peer is gone */
#define OWNERS 64

struct pile {
	uint32_t pid;
	uint16_t port; /* where the owner is not known */
	uint32_t before, now, stayed, unread;
	int64_t oldest_ms;
	struct audit_half example;
};

static struct pile *pile_of(struct pile *piles, int *count, const struct audit_half *half)
{
	uint16_t port = half->pid ? 0 : half->local.port;

	for (int i = 0; i < *count; i++)
		if (piles[i].pid == half->pid && piles[i].port == port)
			return &piles[i];
	if (*count == OWNERS)
		return NULL;
	piles[*count] = (struct pile){ .pid = half->pid, .port = port, .example = *half };
	return &piles[(*count)++];
}

static int pile_up(const struct audit_space *space, struct pile *piles)
{
	int count = 0;

	for (size_t i = 0; i < space->halves_after.count; i++) {
		const struct audit_half *half = &space->halves_after.items[i];
		const struct audit_half *before = audit_half_before(space, half->cookie);
		struct pile *pile;

		/* One that was not accepted yet is nobody's fault: it waits in a queue. */
		if (half->state != SOCK_DIAG_CLOSE_WAIT || !half->inode)
			continue;
		pile = pile_of(piles, &count, half);
		if (!pile)
			continue;
		pile->now++;
		pile->unread += half->unread > 1; /* the FIN itself counts as one */
		pile->stayed += before && before->state == SOCK_DIAG_CLOSE_WAIT;
		if (half->age_ms > pile->oldest_ms)
			pile->oldest_ms = half->age_ms;
	}
	return count;
}

static void judge_space(const struct audit *audit, const struct audit_space *space,
			struct findings *found)
{
	struct pile piles[OWNERS];
	int count = pile_up(space, piles);

	for (int i = 0; i < count; i++) {
		const struct pile *pile = &piles[i];
		struct finding *finding;

		/* Growing and none let go, or old: both mean that nobody is going to close them. */
		if (pile->stayed < LEAST || (pile->oldest_ms < OLD_MS && pile->now <= pile->stayed))
			continue;
		finding = finding_add(found, space);
		finding_program(finding, pile->pid);
		if (!pile->pid)
			finding_count(finding, "port", pile->port);
		finding_count(finding, "waiting", pile->now);
		finding_count(finding, "stayed", pile->stayed);
		if (pile->now > pile->stayed)
			finding_count(finding, "grown", pile->now - pile->stayed);
		if (pile->unread)
			finding_count(finding, "unread", pile->unread);
		if (pile->oldest_ms > 0) {
			finding_duration(finding, "oldest", pile->oldest_ms * 1000);
			finding->since_us =
				audit->begin_wall_us + audit->interval_us - pile->oldest_ms * 1000;
		}
	}
}

static void judge(const struct audit *audit, struct findings *found)
{
	for (int i = 0; i < audit->space_count; i++)
		judge_space(audit, &audit->spaces[i], found);
}

const struct check check_close_wait = {
	.id = "close-wait",
	.causes = { "write-after-close", "fd-exhausted", "close-unread" },
	.facts = {
		{ "waiting", { "{waiting|connection|connections} in CLOSE_WAIT: the peer has closed, the program has not",
			"{waiting} 个连接处于 CLOSE_WAIT：对端已关闭，程序没有关" } },
		{ "stayed", { "{stayed|of them was|of them were} so in the first sample, too: none of these was closed meanwhile",
			"其中 {stayed} 个在第一次采样时就是这样：其间一个也没关" } },
		{ "grown", { "{grown} more came within {time}",
			"{time} 内又多了 {grown} 个" } },
		{ "oldest", { "the oldest since {oldest}",
			"最久的已有 {oldest}" } },
		{ "unread", { "{unread} with bytes that the program has not read",
			"{unread} 个还有程序没读的字节" } },
		{ "port", { "local port {port}",
			"本地端口 {port}" } },
	},
	.where = { "{program}" },
	.words = {
		[LANG_EN] = {
			.title = "connections pile up in CLOSE_WAIT: {program}",
			.hurts = "Each holds a descriptor until they run out; and when the program writes to one of them at last, it is reset.",
			.fix = {
				"It is a fault of {program}: some path does not close() after read() returned 0. Look for an exception without `finally`, a pool that keeps dead connections, a response that is never closed.",
				"Which ones? ss -tnp state close-wait: all to one peer names the client library or the pool.",
				"Restarting it only empties the pile.",
			},
			.cost = "None.",
			.folklore = "\"Lower tcp_fin_timeout or the keepalive times\": CLOSE_WAIT has no timer in the kernel at all; only the program ends it.",
			.sampled = "half-closed connections",
		},
		[LANG_ZH] = {
			.title = "CLOSE_WAIT 越积越多：{program}",
			.hurts = "每个占一个文件描述符，直到用尽；程序最后往其中一个写数据时会收到 RST。",
			.fix = {
				"这是 {program} 的缺陷：某条路径在 read() 返回 0 之后没有 close()。找找没有 `finally` 的异常、留着死连接的连接池、从不关闭的 response。",
				"是哪些？ss -tnp state close-wait：都连到同一个对端，就能认出是哪个客户端库或连接池。",
				"重启只是清空一次。",
			},
			.cost = "无。",
			.folklore = "“调小 tcp_fin_timeout 或 keepalive 时间”：CLOSE_WAIT 在内核里根本没有定时器，只有程序能结束它。",
			.sampled = "半关闭的连接",
		},
	},
	.sources = { "RFC 9293 section 3.6",
		     "Linux tcp_fin() in net/ipv4/tcp_input.c" },
	.judge = judge,
};
