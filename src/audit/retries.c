/* SPDX-License-Identifier: MIT */
/* tcp_retries2 gives up living connections too soon. */
#include "audit/check.h"

#define FLOOR 8 /* 100 s, RFC 1122 section 4.2.3.5: ip-sysctl.rst */

static void judge_space(const struct audit_space *space, struct findings *found)
{
	uint64_t given_up = audit_moved(space, COUNTER_ABORT_ON_TIMEOUT);
	uint64_t timeouts = audit_moved(space, COUNTER_TIMEOUTS);
	int64_t retries = audit_number(space, "net.ipv4.tcp_retries2", 15);
	struct finding *finding;

	/* Connections that never came to be are another setting's: syn_retries. */
	if (given_up <= audit_moved(space, COUNTER_ATTEMPT_FAILS) || !timeouts || retries >= FLOOR)
		return;
	finding = finding_add(found, space);
	finding_count(finding, "given_up", given_up - audit_moved(space, COUNTER_ATTEMPT_FAILS));
	finding_count(finding, "timeouts", timeouts);
	finding_count(finding, "times", (uint64_t)retries);
	finding_setting(finding, "retries", "retries_to", "net.ipv4.tcp_retries2", "15");
}

static void judge(const struct audit *audit, struct findings *found)
{
	for (int i = 0; i < audit->space_count; i++)
		judge_space(&audit->spaces[i], found);
}

const struct check check_retries = {
	.id = "retries",
	.causes = { "timed-out-earlier", "half-open" },
	.facts = {
		{ "given_up", { "{given_up|open connection was|open connections were} given up unanswered (TcpExtTCPAbortOnTimeout)",
			"{given_up} 个已建立的连接因无应答被放弃（TcpExtTCPAbortOnTimeout）" } },
		{ "timeouts", { "{timeouts|repeat|repeats} by timer (TcpExtTCPTimeouts), where net.ipv4.tcp_retries2 is {times}; RFC 1122 asks for 100 s, that is 8",
			"定时重传 {timeouts} 次（TcpExtTCPTimeouts），net.ipv4.tcp_retries2 为 {times}；RFC 1122 要求至少 100 秒，即 8" } },
	},
	.where = { "net.ipv4.tcp_retries2" },
	.words = {
		[LANG_EN] = {
			.title = "connections are given up after a few repeats (tcp_retries2)",
			.hurts = "A path that is silent for some seconds ends connections: ETIMEDOUT here, no reset; the peer is reset when it speaks the next time.",
			.fix = {
				"net.ipv4.tcp_retries2 {retries} -> {retries_to}: works at once, for open connections, too.",
				"One program has to know sooner: TCP_USER_TIMEOUT there.",
			},
			.cost = "A dead peer is noticed after 15 minutes instead of seconds, by programs without timeouts of their own.",
			.folklore = "\"Set it to 3 or 5 for quick failover\": it is for the whole host and cuts slow paths, too.",
			.sampled = "retransmissions given up",
		},
		[LANG_ZH] = {
			.title = "重传几次就放弃连接（tcp_retries2）",
			.hurts = "路径沉默几秒，连接就断：本端 ETIMEDOUT，不发 RST；对端下次开口时收到 RST。",
			.fix = {
				"net.ipv4.tcp_retries2 {retries} -> {retries_to}：立即生效，对已打开的连接也是。",
				"某个程序要早知道：在那里设 TCP_USER_TIMEOUT。",
			},
			.cost = "没有自己超时的程序，要 15 分钟而不是几秒才发现对端已死。",
			.folklore = "“设成 3 或 5 好快速切换”：它管整台主机，慢路径也会被切断。",
			.sampled = "放弃的重传",
		},
	},
	.sources = { "Linux tcp_write_timeout() in net/ipv4/tcp_timer.c",
		     "RFC 1122 section 4.2.3.5" },
	.judge = judge,
};
