/* SPDX-License-Identifier: MIT */
/*
 * A handshake segment that fits no handshake: old duplicate, wrong acknowledgement, wrong timestamp
 * echo, a second SYN. RFC 9293 wants a reset for it in all states that are not synchronised.
 */
#include "causes/rules.h"

const struct cause cause_handshake_mismatch = {
	.id = "handshake-mismatch",
	.classes = CLASS_BIT(NO_SOCKET) | CLASS_BIT(REFUSED),
	.usual = CLASS_NO_SOCKET,
	.base = 0,
	.base_source = "old duplicates and mixed-up translations are rare, and a wrong number is plain to see",
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(PICTURES_NO_MEMORY | SHOWS(SYNACK) | SHOWS(OLD) | SHOWS(REFUSED)),
		NEED(HANDSHAKE_WRONG, IS, 1),
		SIGN(10, TRIGGER_ACK_WRONG, IS, 1),
		SIGN(25, SYNACK_ACK_WRONG, IS, 1),
		SIGN(25, SYNACK_TS_WRONG, IS, 1),
		FITS(SYN_MEETS_OLD, IN, ONE_OF(SYN_MEETS_NOTHING) | ONE_OF(SYN_MEETS_SYN_RECV) | ONE_OF(SYN_MEETS_ESTABLISHED)),
		SIGN(40, SYN_MEETS_OLD, IS, SYN_MEETS_SYN_RECV),
		FITS(HOST_COOKIE_FAILED, IS, 0),
		FITS(HOST_PAST, IS, PAST_NONE),
		FITS(MPTCP_JOIN_REFUSED, IS, 0),
		BY_OWN_TCP),
	/* clang-format on */
	.en = {
		.title = "a handshake packet that fits nothing",
		.summary = "{Victim} sent a handshake packet whose numbers fit no handshake of "
"{resetter}: an old duplicate, a wrong acknowledgement or timestamp, or a "
"second SYN.",
		.story = "Until both ends agree on their first sequence numbers, a packet that "
"acknowledges something never sent is answered with a reset (RFC 9293 "
"section 3.5.2, group 2), so that old duplicates cannot open connections. It "
"happens when a NAT or a firewall mixes two connections or rewrites sequence "
"numbers in one direction only, when an old packet is late, or when somebody "
"guesses.",
		.decide = "Compare sequence and acknowledgement numbers of the handshake at both ends. "
"At a client, TcpExtPAWSActive grows if the timestamp echo was wrong.",
		.fix = {
			"Look at the box that translates or randomises sequence numbers: both "
"directions must pass the same one (asymmetric routing, two firewalls "
"without state sync).",
			"Let clients choose ports at random, and do not bind them: reused ports meet "
"old packets.",
			"If only scans do it: nothing to fix.",
		},
	},
	.zh = {
		.title = "对不上任何握手的报文",
		.summary = "{Victim}发来的握手报文与{resetter}的任何握手都对不上：过期的重复报文、"
"错误的确认号或时间戳，或第二个 SYN。",
		.story = "在双方确认初始序号之前，凡是确认了从未发出的内容的报文，都要用 RST "
"应答（RFC 9293 3.5.2 节第 2 组），以免过期的重复报文建立连接。"
"出现的场合：NAT 或防火墙把两条连接弄混，只在一个方向上改写序号，"
"旧报文迟到，或有人在猜。",
		.decide = "在两端对比握手的序号和确认号。如果是时间戳回显不对，客户端的 "
"TcpExtPAWSActive 会增加。",
		.fix = {
			"检查做地址转换或序号随机化的设备：两个方向必须经过同一台（非对称路由、"
"两台没有同步状态的防火墙）。",
			"让客户端随机选端口，不要固定绑定：重用的端口会碰上旧报文。",
			"如果只有扫描会这样：不用处理。",
		},
	},
	.sources = {
		"RFC 9293 section 3.5.2 (group 2) and 3.10.7.3; RFC 7323 section 5",
		"Linux tcp_rcv_synsent_state_process() in net/ipv4/tcp_input.c; "
"tcp_check_req() in net/ipv4/tcp_minisocks.c",
	},
	.examples = {
		{ EXAMPLE_WINS, "c S; s SA ack=778; c R; +10ms c S again", NULL },
		{ EXAMPLE_WINS, "c S nots win=1024; s SA nots; +300us c A ack=7778 nots win=1024; s R "
"seq=7778", NULL },
		{ EXAMPLE_NOT, "c S; +1026ms s SA; c R", "connect-abandoned" },
	},
};
