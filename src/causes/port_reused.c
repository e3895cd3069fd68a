/* SPDX-License-Identifier: MIT */
/* A new SYN met the remains of an old connection of the same four addresses and ports. */
#include "causes/rules.h"

/* The client clears the server's remains out of its own way, and connects a moment later. */
static bool cleared_the_way(const struct evidence *ev)
{
	return evidence_is(ev, FACT_RESETTER_IS_CLIENT, 1);
}

const struct cause cause_port_reused = {
	.id = "port-reused",
	.classes = CLASS_BIT(NO_SOCKET) | CLASS_BIT(REFUSED),
	.usual = CLASS_NO_SOCKET,
	.base = 5,
	.expected_if = cleared_the_way,
	.base_source = "decided by the old connection being in sight; clients with few ports, or behind NAT, reuse theirs soon",
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(SHOWS(OLD) | SHOWS(REFUSED)),
		NEED(OLD_POSSIBLE, IS, 1),
		FITS(SYN_MEETS_OLD, IN, ONE_OF(SYN_MEETS_FIN_WAIT2) | ONE_OF(SYN_MEETS_TIME_WAIT)),
		SIGN(10, SAME_FOUR_BEFORE, IS, 1),
		SIGN(40, SYN_MEETS_OLD, IS, SYN_MEETS_FIN_WAIT2),
		HINT(-8, SYN_MEETS_OLD, IS, SYN_MEETS_TIME_WAIT),
		FITS(HANDSHAKE_WRONG, IS, 0),
		FITS(HOST_PAST, IS, PAST_CLOSED),
		FITS(HOST_LISTENING, IS, 1),
		BY_OWN_TCP),
	/* clang-format on */
	.en = {
		.title = "the port was reused too soon",
		.summary = "The new connection from {client_addr} has the same ports as an old one "
"whose remains were still there (FIN_WAIT2 or TIME_WAIT), and the two "
"collided.",
		.story = "A connection is named by two addresses and two ports. If a client uses the "
"same port again while the server still holds the old connection in "
"FIN_WAIT2 (the client never closed its end), the new SYN falls into the old "
"one and is reset although a listener is there. In TIME_WAIT the old end "
"mostly gives way; else it acknowledges, the client resets that, and tries "
"again a moment later.",
		.decide = "The old connection in the capture, or at {server_addr}: ss -tan state "
"fin-wait-2 state time-wait | grep the client's port. At the client: ss -tan "
"state close-wait, and how many ports it has left.",
		.fix = {
			"In the client: close sockets when they report EOF; a leak of CLOSE_WAIT "
"keeps the server in FIN_WAIT2.",
			"Give it more ports: net.ipv4.ip_local_port_range = 10240 65000, more "
"addresses, keep-alive instead of a connection for each request; do not bind "
"a fixed source port.",
			"Behind NAT: more public addresses, or a longer wait before a port is given "
"out again.",
		},
		.folklore = "tcp_tw_reuse acts in the connecting host only, never for a server's "
"TIME_WAIT; tcp_tw_recycle is gone since 4.12. tcp_fin_timeout is the "
"lifetime of FIN_WAIT2 orphans, not of TIME_WAIT.",
	},
	.zh = {
		.title = "端口重用太早",
		.summary = "{client_addr} 的新连接与一条旧连接的地址端口完全相同，"
"而旧连接的残留（FIN_WAIT2 或 TIME_WAIT）还在，两者相撞。",
		.story = "连接由两个地址和两个端口标识。如果客户端重用同一端口时，"
"服务端还把旧连接留在 FIN_WAIT2（客户端从未关闭自己这一端），新的 SYN "
"就会落到旧连接上，即使有监听也会被 RST。处于 TIME_WAIT "
"的旧端大多会让路，否则会回一个 ACK，客户端将其 RST，片刻后重试。",
		.decide = "看抓包里的旧连接，或在 {server_addr} 上：ss -tan state fin-wait-2 state "
"time-wait | grep 客户端端口。在客户端：ss -tan state "
"close-wait，以及还剩多少端口。",
		.fix = {
			"客户端：读到 EOF 就关闭套接字；泄漏的 CLOSE_WAIT 会让服务端停在 FIN_WAIT2。",
			"给它更多端口：net.ipv4.ip_local_port_range = 10240 65000、更多地址、"
"用长连接代替一请求一连接；不要绑定固定源端口。",
			"在 NAT 之后：增加公网地址，或延长端口再次分配的间隔。",
		},
		.folklore = "tcp_tw_reuse 只对发起连接的主机有效，管不了服务端的 "
"TIME_WAIT；tcp_tw_recycle 自 4.12 起已删除。tcp_fin_timeout 是 FIN_WAIT2 "
"孤儿的寿命，不是 TIME_WAIT 的。",
	},
	.sources = {
		"RFC 9293 section 3.6.1; RFC 6191",
		"Linux tcp_timewait_state_process() in net/ipv4/tcp_minisocks.c",
	},
	.examples = {
		{ EXAMPLE_WINS, "c S; s SA; c A; c PA40; s A; s PA40; c A; s FA; +1ms c A; +20s c S; s RA; "
"+1s c2 S; s2 SA; c2 A", NULL },
		{ EXAMPLE_NOT, "c S; s RA; +1s c S; s RA", "port-closed" },
	},
};
