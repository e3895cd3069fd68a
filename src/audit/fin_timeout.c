/* SPDX-License-Identifier: MIT */
/* A tcp_fin_timeout that was made shorter resets peers that are slow to close. */
#include "audit/check.h"

#define KERNEL_DEFAULT 60

/* Resets that no socket of ours made: they answer packets of connections that are not there. */
static uint64_t resets_of_nobody(const struct audit_space *space)
{
	static const enum audit_counter aborts[] = { COUNTER_ABORT_ON_DATA, COUNTER_ABORT_ON_CLOSE,
						     COUNTER_ABORT_ON_MEMORY,
						     COUNTER_ABORT_ON_LINGER };
	uint64_t sent = audit_moved(space, COUNTER_RESETS_SENT), own = 0;

	for (size_t i = 0; i < sizeof(aborts) / sizeof(*aborts); i++)
		own += audit_moved(space, aborts[i]);
	return sent > own ? sent - own : 0;
}

static uint32_t count_expired(const struct audit *audit, const struct audit_space *space)
{
	uint32_t expired = 0;

	for (size_t i = 0; i < space->halves_before.count; i++) {
		const struct audit_half *half = &space->halves_before.items[i];

		expired += half->state == SOCK_DIAG_FIN_WAIT2 && !half->inode && half->expires_ms &&
			   half->expires_ms * INT64_C(1000) < audit->interval_us;
	}
	return expired;
}

static void judge_space(const struct audit *audit, const struct audit_space *space,
			struct findings *found)
{
	int64_t seconds = audit_number(space, "net.ipv4.tcp_fin_timeout", KERNEL_DEFAULT);
	uint64_t resets = resets_of_nobody(space);
	uint32_t expired = count_expired(audit, space);
	struct finding *finding;

	if (seconds >= KERNEL_DEFAULT || !expired || !resets)
		return;
	finding = finding_add(found, space);
	finding_count(finding, "seconds", (uint64_t)seconds);
	finding_count(finding, "expired", expired);
	finding_count(finding, "resets", resets);
	finding_setting(finding, "timeout", "timeout_to", "net.ipv4.tcp_fin_timeout", "60");
}

static void judge(const struct audit *audit, struct findings *found)
{
	for (int i = 0; i < audit->space_count; i++)
		judge_space(audit, &audit->spaces[i], found);
}

const struct check check_fin_timeout = {
	.id = "fin-timeout",
	.causes = { "fin-wait-abort" },
	.before = { "fin-wait2" },
	.facts = {
		{ "expired", { "{expired|connection was|connections were} forgotten in FIN_WAIT2 before the peer closed, after {seconds} s (tcp_fin_timeout; the kernel's own is 60)",
			"{expired} 个连接在对端关闭之前就被忘掉：FIN_WAIT2 只等了 {seconds} 秒（tcp_fin_timeout；内核默认 60）" } },
		{ "resets", { "{resets|reset answered a packet|resets answered packets} of connections that are not there",
			"{resets} 个 RST 应答了已不存在的连接的报文" } },
	},
	.where = { "net.ipv4.tcp_fin_timeout" },
	.words = {
		[LANG_EN] = {
			.title = "tcp_fin_timeout is so short that slow peers are reset",
			.hurts = "The FIN of a peer that closes later than that is answered with a reset instead of an acknowledgement: \"connection reset by peer\" in its log. (A peer that still sends data is reset either way: nobody is left to read it.)",
			.fix = {
				"net.ipv4.tcp_fin_timeout {timeout} -> {timeout_to}: works for connections that are closed from now on.",
			},
			.cost = "Up to 60 s of a few hundred bytes for each connection whose peer does not close.",
			.folklore = "\"It shortens TIME_WAIT\": false, TIME_WAIT is 60 s compiled in. This is where most of these lines in sysctl.conf come from.",
			.sampled = "tcp_fin_timeout",
		},
		[LANG_ZH] = {
			.title = "tcp_fin_timeout 太短，慢的对端收到 RST",
			.hurts = "比它关得晚的对端，其 FIN 得到的是 RST 而不是确认：日志里出现 “connection reset by peer”。（还在发数据的对端无论如何都会收到 RST：已经没人读了。）",
			.fix = {
				"net.ipv4.tcp_fin_timeout {timeout} -> {timeout_to}：对此后关闭的连接生效。",
			},
			.cost = "对端不关的每个连接，最多 60 秒、几百字节。",
			.folklore = "“它缩短 TIME_WAIT”：错，TIME_WAIT 是写死的 60 秒。sysctl.conf 里的这一行大多由此而来。",
			.sampled = "tcp_fin_timeout",
		},
	},
	.sources = { "Linux tcp_fin_time() in include/net/tcp.h; TCP_TIMEWAIT_LEN" },
	.judge = judge,
};
