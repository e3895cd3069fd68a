/* SPDX-License-Identifier: MIT */
/*
 * SO_LINGER with time 0: close() becomes an abort on purpose. Packets show only that a live socket
 * was aborted and that nothing was left unanswered.
 */
#include "causes/rules.h"

/*
 * Nobody needs to act on a health checker that connects and hangs up, or on a client that had its
 * answer in full and drops the connection.
 */
static bool client_was_done(const struct evidence *ev)
{
	bool nothing_said =
		evidence_is(ev, FACT_VICTIM_BYTES, 0) && evidence_is(ev, FACT_RESETTER_BYTES, 0);
	bool answered = evidence_value(ev, FACT_VICTIM_BYTES) > 0 &&
			evidence_value(ev, FACT_RESETTER_BYTES) > 0 &&
			evidence_is(ev, FACT_VICTIM_UNACKED, 0) &&
			evidence_is(ev, FACT_RESETTER_UNACKED, 0);

	if (!evidence_is(ev, FACT_RESETTER_IS_CLIENT, 1))
		return false;
	/* HAProxy and LVS checkers reset instead of acknowledging the SYN-ACK; or the host saw that
	 * the client wanted it so. */
	return answered || (nothing_said && (evidence_is(ev, FACT_HANDSHAKE_SEEN, 0) ||
					     evidence_is(ev, FACT_HOST_LINGER_ZERO, 1)));
}

const struct cause cause_linger_zero = {
	.id = "linger-zero",
	.classes = CLASS_BIT(OWNER_ABORT),
	.usual = CLASS_OWNER_ABORT,
	.base = -2,
	.base_source = "Arlitt and Williamson (ACM CCR 35(1), 2005): 15 to 25 % of connections end in a reset, most often of a client that has what it wanted; RFC 1122 section 4.2.2.13",
	.expected_if = client_was_done,
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(PICTURES_ABORT),
		SIGN(4, REQUEST_ACKED_UNANSWERED, IS, 0),
		HINT(8, ANSWER_OWED, IS, 0),
		HINT(-14, ANSWER_OWED, IS, 1),
		HINT(-6, ABORTED_ANSWER, IS, 1),
		/* 1 s is the first retransmission timeout (RFC 6298): no answer under way takes longer,
		 * so a timer or a person ended it. */
		HINT(14, SINCE_LAST, AT_LEAST, 1000000),
		HINT(-20, RESETTER_PROBES, AT_LEAST, 1),
		SIGN(6, VICTIM_WINDOW_ZERO, IS, 1),
		SIGN(6, RESETTER_UNACKED, AT_LEAST, 1),
		HINT(4, RESETTER_IS_CLIENT, IS, 1),
		/* Who does not answer is given up. */
		SIGN(1, HOST_OWNER_STOPPED, IS, 1),
		SIGN(1, HOST_OWNER_NOT_RUN, AT_LEAST, 1000000),
		SIGN(1, HOST_OWNER_THROTTLED, AT_LEAST, 1),
		FITS(UNREAD_TLS_FAREWELL, IS, 0),
		PROOF(HOST_LINGER_ZERO, IS, 1),
		FITS(HOST_UNREAD, IS, 0),
		FITS(HOST_IDLE_CLOSE, IS, 0),
		FITS(HOST_ACTION, IS, ACTION_CLOSE),
		FITS(HOST_NEVER_ACCEPTED, IS, 0),
		OWNER_WELL, NOT_PAIRED, BY_OWN_TCP),
	/* clang-format on */
	.en = {
		.title = "aborted on purpose (SO_LINGER 0)",
		.summary = "{Resetter} aborted the connection on purpose: a close() with SO_LINGER set "
"to 0 sends a reset and throws away what was not yet delivered.",
		.story = "SO_LINGER with a time of 0 turns close() into an abort: no FIN, no waiting, "
"unsent bytes are gone, and the socket does not go through TIME_WAIT. "
"Programs set it to shed clients cheaply (nginx reset_timedout_connection, "
"HAProxy rejections and idle backend connections), to hang up after a health "
"check, or because somebody wanted to avoid TIME_WAIT. Nothing was left "
"unanswered here, which is what separates it from a close with unread data.",
		.decide = "At {resetter_addr}: strace -f -e trace=setsockopt,close -p PID shows "
"SO_LINGER with l_onoff=1, l_linger=0 before close(); TcpExtTCPAbortOnData "
"grows with each (in spite of its name, without any data too).",
		.fix = {
			"Remove the option where it was meant against TIME_WAIT: Java "
"setSoLinger(true, 0), Go SetLinger(0), Netty ChannelOption.SO_LINGER 0, "
".NET LingerState, Python setsockopt(SOL_SOCKET, SO_LINGER, ...).",
			"nginx: reset_timedout_connection off (the default) in nginx.conf; the "
"timeout that struck is in the log (client timed out).",
			"HAProxy: remove option nolinger from the frontend or backend concerned.",
			"If it is a health checker or a client that had all it wanted: nothing to "
"fix. Keep it out of the alarms.",
		},
		.folklore = "SO_LINGER 0 is no cure for TIME_WAIT: TIME_WAIT costs a few hundred bytes "
"for 60 s, the abort costs the bytes still under way. tcp_tw_reuse = 1 on "
"the connecting side is what helps when ports run out.",
	},
	.zh = {
		.title = "应用主动中止（SO_LINGER 为 0）",
		.summary = "{Resetter}主动中止了连接：在 SO_LINGER 为 0 时 close() 会直接发 "
"RST，并丢弃尚未送达的数据。",
		.story = "把 SO_LINGER 的时间设为 0，close() 就变成中止：不发 FIN，不等待，"
"未发送的数据全部丢弃，也不进入 TIME_WAIT。有的程序用它快速甩掉连接（nginx "
"的 reset_timedout_connection，HAProxy 的拒绝和空闲后端连接回收）"
"，有的健康检查用它挂断，也有人想用它躲开 "
"TIME_WAIT。这里没有留下未应答的数据，这正是它与“有未读数据就关闭”的区别。",
		.decide = "在 {resetter_addr} 上：strace -f -e trace=setsockopt,close -p PID 能看到 "
"close() 之前设置了 SO_LINGER（l_onoff=1, l_linger=0）；TcpExtTCPAbortOnData "
"每次加一（虽然叫这个名字，没有数据时也会增加）。",
		.fix = {
			"如果是为了躲 TIME_WAIT，把它去掉：Java setSoLinger(true, 0)、Go "
"SetLinger(0)、Netty ChannelOption.SO_LINGER 0、.NET LingerState、Python "
"setsockopt(SOL_SOCKET, SO_LINGER, ...)。",
			"nginx：nginx.conf 里 reset_timedout_connection 保持 off（默认值）"
"；具体是哪个超时看日志（client timed out）。",
			"HAProxy：从相应的 frontend 或 backend 去掉 option nolinger。",
			"如果是健康检查，或者客户端已经拿到全部结果：不用处理，从告警里排除即可。",
		},
		.folklore = "SO_LINGER 0 不是治 TIME_WAIT 的办法：TIME_WAIT 只占几百字节、60 "
"秒，而中止会丢掉还在途中的数据。端口不够用时，应在发起连接的一侧设 "
"tcp_tw_reuse = 1。",
	},
	.sources = {
		"Linux __tcp_close() and tcp_disconnect() in net/ipv4/tcp.c: SOCK_LINGER "
"with sk_lingertime 0",
		"RFC 9293 section 3.10.5 (ABORT call)",
		"Arlitt and Williamson, An analysis of TCP reset behaviour on the Internet, "
"ACM CCR 35(1), 2005",
	},
	.examples = {
		{ EXAMPLE_WINS, "c S; s SA; c A; +60s s RA", NULL },
		{ EXAMPLE_WINS, "c S; s SA; c A; c PA412 request; s A; +3ms s PA230 http=200; c A; +2s s RA", NULL },
		{ EXAMPLE_WINS, "c S; s SA; c RA", NULL },
		{ EXAMPLE_WINS, "c S; s SA; c A; s FA; +3ms c A; +100ms s RA", NULL },
		{ EXAMPLE_NOT, "c S; s SA; c A; c PA75; s A; +660us s RA", "close-unread" },
	},
};
