/* SPDX-License-Identifier: MIT */
/* tcp_syn_retries gives up connecting before one lost SYN can be made good. */
#include "audit/check.h"

#define FEW 2 /* the third SYN comes after 3 s, or 2 s with tcp_syn_linear_timeouts */

static void judge_space(const struct audit_space *space, struct findings *found)
{
	uint64_t failed = audit_moved(space, COUNTER_ATTEMPT_FAILS);
	uint64_t given_up = audit_moved(space, COUNTER_ABORT_ON_TIMEOUT);
	uint64_t repeats = audit_moved(space, COUNTER_SYN_RETRANSMITS);
	int64_t retries = audit_number(space, "net.ipv4.tcp_syn_retries", 6);
	struct finding *finding;

	/* With 0 nothing is repeated: it is given up at the first timeout. */
	if (!failed || !given_up || (!repeats && retries) || retries > FEW)
		return;
	finding = finding_add(found, space);
	finding_count(finding, "failed", failed < given_up ? failed : given_up);
	finding_count(finding, "times", (uint64_t)retries);
	finding_setting(finding, "retries", "retries_to", "net.ipv4.tcp_syn_retries", "6");
}

static void judge(const struct audit *audit, struct findings *found)
{
	for (int i = 0; i < audit->space_count; i++)
		judge_space(&audit->spaces[i], found);
}

const struct check check_syn_retries = {
	.id = "syn-retries",
	.causes = { "connect-abandoned" },
	.facts = {
		{ "failed", { "{failed|connect() was|connect() were} given up unanswered (TcpAttemptFails, TcpExtTCPAbortOnTimeout) after {times|repeat|repeats} of the SYN (net.ipv4.tcp_syn_retries)",
			"{failed} 次 connect() 因无应答被放弃（TcpAttemptFails、TcpExtTCPAbortOnTimeout），SYN 只重发 {times} 次（net.ipv4.tcp_syn_retries）" } },
	},
	.where = { "net.ipv4.tcp_syn_retries" },
	.words = {
		[LANG_EN] = {
			.title = "connect() is given up after few SYNs (tcp_syn_retries)",
			.hurts = "A busy server or a lost packet turns into \"connection timed out\"; a SYN-ACK that comes after that is answered with a reset.",
			.fix = {
				"net.ipv4.tcp_syn_retries {retries} -> {retries_to}: for the next connect().",
				"Why is there no answer? At the server: its accept queue, its packet filter.",
				"One program has to know sooner: its own connect timeout, or TCP_SYNCNT.",
			},
			.cost = "Programs without a timeout of their own wait up to 131 s for an address that is not there.",
			.folklore = "\"Lower it against resets\": it makes them, from the answers that come too late.",
			.sampled = "connects given up",
		},
		[LANG_ZH] = {
			.title = "SYN 没发几次就放弃 connect()（tcp_syn_retries）",
			.hurts = "服务器忙一下或丢一个包，就成了 “connection timed out”；之后才到的 SYN-ACK 会被回 RST。",
			.fix = {
				"net.ipv4.tcp_syn_retries {retries} -> {retries_to}：对下一次 connect() 生效。",
				"为什么没有应答？到服务器上看全连接队列和包过滤。",
				"某个程序要早知道：用它自己的连接超时，或 TCP_SYNCNT。",
			},
			.cost = "没有自己超时的程序，对不存在的地址要等到 131 秒。",
			.folklore = "“调小治 reset”：它恰恰制造 RST，来自到得太晚的应答。",
			.sampled = "放弃的 connect()",
		},
	},
	.sources = { "Linux tcp_write_timeout() in net/ipv4/tcp_timer.c" },
	.judge = judge,
};
