/* SPDX-License-Identifier: MIT */
/*
 * The peer had seen the FIN and sent later all the same. The usual end of a pooled connection that
 * nobody looked at.
 */
#include "causes/rules.h"

const struct cause cause_write_after_close = {
	.id = "write-after-close",
	.classes = CLASS_BIT(NO_SOCKET),
	.usual = CLASS_NO_SOCKET,
	.base = 0,
	.base_source = "the survey counts it with the keep-alive races; measured: the usual end of nginx connections reused after its close",
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(SHOWS(LATE)),
		FITS(RST_ANSWERS, IN, ONE_OF(TRIGGER_DATA) | ONE_OF(TRIGGER_FIN) | ONE_OF(TRIGGER_PROBE) | ONE_OF(TRIGGER_UNSEEN)),
		FITS(FIN_CROSSED, IS, 0),
		FITS(ANSWERED_EARLY, IS, 0),
		FITS(NO_CONNECTION, IS, 0),
		SIGN(10, TRIGGER_ACKS_FIN, IS, 1),
		SIGN(8, FIN_TO_TRIGGER, AT_LEAST, 1000000),
		SIGN(1, HOST_FIN_DROPPED, IS, 1),
		FITS(HOST_PAST, IS, PAST_CLOSED),
		FITS(HOST_ACTION, IN, ONE_OF(ACTION_CLOSE) | ONE_OF(ACTION_SHUTDOWN)),
		FITS(HOST_VICTIM_CLOSED, IS, 0),
		OWNER_WELL, NOT_PAIRED, BY_OWN_TCP),
	/* clang-format on */
	.en = {
		.title = "wrote to a connection the other end had closed",
		.summary = "{Victim} sent to a connection that {resetter} had closed before; the FIN "
"had been acknowledged, but the program had not looked.",
		.story = "A FIN only says \"I shall send no more\"; the kernel acknowledges it "
"without the program. A program that does not read, such as a connection "
"pool between two requests, does not notice, and writes into a connection "
"that is over. The write itself succeeds; the reset comes back, and the next "
"call fails, with EPIPE after an EOF. The request was never handled.",
		.decide = "Between the FIN of {resetter_addr} and the request lies more than a round "
"trip, and the request acknowledges the FIN. At {victim_addr}, ss -tn state "
"close-wait shows such connections waiting in the pool.",
		.fix = {
			"Check a pooled connection before reuse: HttpClient "
"setValidateAfterInactivity, HikariCP keepaliveTime or testOnBorrow "
"elsewhere, urllib3 does it by itself; for your own pool a non-blocking "
"recv(MSG_PEEK) that returns 0 means closed.",
			"Let an event loop watch idle connections for reading, and drop those that "
"report EOF.",
			"Set the pool's idle time below the server's, so that the pool closes first.",
			"Repeat idempotent requests once on a new connection.",
		},
		.folklore = "tcp_tw_reuse, tcp_fin_timeout and keepalive sysctls do not change it: the "
"connection is closed, properly, by the other end.",
	},
	.zh = {
		.title = "向对端已关闭的连接写数据",
		.summary = "{Victim}向{resetter}早已关闭的连接发送数据；FIN "
"已被内核确认，但程序没有去看。",
		.story = "FIN 只表示“我不再发送”，内核自己就会确认它，"
"不经过程序。不去读的程序（比如两次请求之间的连接池）"
"察觉不到，就往已结束的连接里写。写操作本身成功，随后收到 "
"RST，下一次调用失败：先读到 EOF，再写得到 EPIPE。该请求没有被处理。",
		.decide = "{resetter_addr} 的 FIN 与请求之间相隔超过一个往返时间，并且请求确认了这个 "
"FIN。在 {victim_addr} 上，ss -tn state close-wait 能看到连接池里这样的连接。",
		.fix = {
			"复用前检查连接：HttpClient 的 setValidateAfterInactivity，HikariCP 的 "
"keepaliveTime，其他连接池的 testOnBorrow，urllib3 "
"自己会检查；自己写的连接池用非阻塞 recv(MSG_PEEK)，返回 0 就是已关闭。",
			"让事件循环监听空闲连接的可读事件，读到 EOF 就丢弃。",
			"连接池的空闲时间设得比服务端短，由连接池先关闭。",
			"幂等请求在新连接上重试一次。",
		},
		.folklore = "tcp_tw_reuse、tcp_fin_timeout 和 keepalive 的 sysctl "
"都改变不了：连接是被另一端正常关闭的。",
	},
	.sources = {
		"Linux TCP_TW_RST in tcp_timewait_state_process(), net/ipv4/tcp_minisocks.c; "
"tcp_rcv_state_process() in net/ipv4/tcp_input.c",
		"RFC 9112 section 9.5",
		"RFC 1122 section 4.2.2.13 (half-close)",
	},
	.examples = {
		{ EXAMPLE_WINS, "c S; s SA; c A; c PA412 request; s A; +3ms s PA230 http=200; c A; +65s s "
"FA; +40ms c A; +9s c PA409 request; s R", NULL },
		{ EXAMPLE_WINS, "c S; s SA; c A; s FA; +3ms c A; +200ms c PA120; s R", NULL },
		{ EXAMPLE_NOT, "c S; s SA; c A; c PA412 request; s A; +3ms s PA230 http=200; c A; +65s s FA "
"undelivered; +200us c PA409 request; s R", "keepalive-race" },
		{ EXAMPLE_SILENT, "c S; s SA; c A; c PA412 request; s A; +3ms s PA230 http=200; c A; +65s s "
"FA; +40ms c A; +9s c FA; s A", NULL },
	},
};
