/* SPDX-License-Identifier: MIT */
/*
 * The end of FIN_WAIT2: TCP_LINGER2 below 0 leaves no time for it, the timer ends it. Either way no
 * data of the peer is needed to provoke the reset.
 */
#include "causes/rules.h"

const struct cause cause_fin_wait_abort = {
	.id = "fin-wait-abort",
	.classes = CLASS_BIT(OWNER_ABORT) | CLASS_BIT(NO_SOCKET),
	.usual = CLASS_OWNER_ABORT,
	.base = -14,
	.base_source = "few programs set TCP_LINGER2; the timer acts only while a closed end waits for a peer that never closes",
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(SHOWS(ABORT_AFTER_FIN) | SHOWS(LATE)),
		FITS(RST_ANSWERS, IN, ONE_OF(TRIGGER_NOTHING) | ONE_OF(TRIGGER_ACK)),
		FITS(VICTIM_FIN, IS, 0),
		FITS(NO_CONNECTION, IS, 0),
		SIGN(25, RST_ANSWERS, IS, TRIGGER_ACK),
		HINT(5, RST_ANSWERS, IS, TRIGGER_NOTHING),
		SIGN(15, SILENCE, BETWEEN, 59 * 1000000LL, 63 * 1000000LL),
		HINT(-10, ANSWER_OWED, IS, 1),
		FITS(RESETTER_FIN_ACKED, IS, 1),
		PROOF(HOST_ACTION, IS, ACTION_FIN_WAIT_TIMER),
		FITS(HOST_PAST, IS, PAST_CLOSED),
		OWNER_WELL, NOT_PAIRED, BY_OWN_TCP),
	/* clang-format on */
	.en = {
		.title = "FIN_WAIT2 cut short",
		.summary = "{Resetter} had closed first and would not wait for {victim} to close too: "
"TCP_LINGER2 below 0, or the FIN_WAIT2 timer.",
		.story = "After close() a socket waits in FIN_WAIT2 until the peer closes as well, "
"tcp_fin_timeout at most. With the socket option TCP_LINGER2 below 0 it does "
"not wait at all: as soon as its FIN is acknowledged, the connection is "
"reset. The reset answers a bare acknowledgement, or comes on its own; no "
"data of the peer is involved, unlike write-after-close.",
		.decide = "At {resetter_addr}: TcpExtTCPAbortOnLinger grows (close in FIN_WAIT2), "
"strace -e trace=setsockopt shows TCP_LINGER2. At {victim_addr}: ss -tan "
"state close-wait shows whether its program forgets to close.",
		.fix = {
			"Remove setsockopt(TCP_LINGER2) with a value below 0 from the program at "
"{resetter_addr}.",
			"Leave net.ipv4.tcp_fin_timeout at 60; lowering it makes such resets, and "
"saves little.",
			"Make the other program close when it reads EOF: connections that stay in "
"CLOSE_WAIT are its leak.",
		},
		.folklore = "tcp_fin_timeout does not shorten TIME_WAIT, which is 60 s by compilation; "
"it only ends orphans in FIN_WAIT2.",
	},
	.zh = {
		.title = "FIN_WAIT2 被提前结束",
		.summary = "{Resetter}先关闭了连接，却不等{victim}也关闭：TCP_LINGER2 小于 0，或 "
"FIN_WAIT2 定时器到期。",
		.story = "close() 之后，套接字在 FIN_WAIT2 等对端也关闭，最多等 "
"tcp_fin_timeout。如果设置了 TCP_LINGER2 小于 0，就完全不等：自己的 FIN "
"一被确认，连接立即 RST。这个 RST 应答的是一个不带数据的 "
"ACK，或者自行发出；与 write-after-close 不同，不需要对端发送任何数据。",
		.decide = "在 {resetter_addr} 上：TcpExtTCPAbortOnLinger 增加（在 FIN_WAIT2 中 "
"close），strace -e trace=setsockopt 能看到 TCP_LINGER2。在 {victim_addr} "
"上：用 ss -tan state close-wait 看它的程序是否忘了关闭。",
		.fix = {
			"从 {resetter_addr} 的程序里去掉值小于 0 的 setsockopt(TCP_LINGER2)。",
			"net.ipv4.tcp_fin_timeout 保持 60；调小会制造这类 RST，省不下什么。",
			"让另一端的程序读到 EOF 就关闭：停在 CLOSE_WAIT 的连接是它自己泄漏的。",
		},
		.folklore = "tcp_fin_timeout 不会缩短 TIME_WAIT，后者编译时固定为 60 秒；它只管 "
"FIN_WAIT2 的孤儿连接。",
	},
	.sources = {
		"Linux __tcp_close() (linger2) and tcp_rcv_state_process() in net/ipv4; "
"tcp_keepalive_timer() for orphans",
		"Documentation/networking/ip-sysctl.rst: tcp_fin_timeout",
	},
	.examples = {
		{ EXAMPLE_WINS, "c S; s SA; c A; +1ms s FA; +3ms c A; s R", NULL },
		{ EXAMPLE_LISTED, "c S; s SA; c A; s FA; +2ms c A; +100ms s RA", NULL },
		{ EXAMPLE_NOT, "c S; s SA; c A; s FA; +3ms c A; +200ms c PA12; s R", "write-after-close" },
	},
};
