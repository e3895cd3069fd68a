/* SPDX-License-Identifier: MIT */
/*
 * Two connects at once, one is kept. The other is closed without a byte sent; a banner of the
 * server that arrives meanwhile is unread, and turns the close into a reset.
 */
#include "causes/rules.h"

const struct cause cause_parallel_connect_loser = {
	.id = "parallel-connect-loser",
	.classes = CLASS_BIT(OWNER_ABORT) | CLASS_BIT(NO_SOCKET),
	.usual = CLASS_OWNER_ABORT,
	.base = -10,
	.base_source = "Sundara Raman et al. (SIGCOMM 2023) name it a steady source of benign resets: the losing half starts 250 to 300 ms after the other",
	.expected = true,
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(SHOWS(ABORT) | SHOWS(LATE) | SHOWS(SYNACK)),
		FITS(RESETTER_IS_CLIENT, IS, 1),
		FITS(UNUSED, IS, 1),
		FITS(HANDSHAKE_WRONG, IS, 0),
		FITS(NO_CONNECTION, IS, 0),
		SIGN(35, PARALLEL_SIBLING, NOT, PARALLEL_NONE),
		/* RFC 8305 section 5: attempts follow each other within 2 s at most. */
		HINT(-12, AGE, AT_LEAST, 2000000),
		SIGN(8, REQUEST_ACKED_UNANSWERED, AT_LEAST, 1),
		PROOF(HOST_SIBLING, IS, 1),
		FITS(HOST_ACTION, IS, ACTION_CLOSE),
		FITS(HOST_PAST, IN, ONE_OF(PAST_CLOSED) | ONE_OF(PAST_CONNECT_GIVEN_UP)),
		FITS(HOST_PROXY, IS, 0),
		OWNER_WELL, BY_OWN_TCP),
	/* clang-format on */
	.en = {
		.title = "the losing half of a parallel connect",
		.summary = "{Resetter} had opened two connections at once, kept the faster one and "
"dropped this one without ever using it.",
		.story = "Clients race connections: IPv6 against IPv4 (happy eyeballs, 250 to 300 ms "
"apart), SMB port 445 against 139, browsers that open a spare. The loser is "
"closed at once. If the server spoke first (a banner), its bytes are unread "
"and the close becomes a reset; if they come after the close, they meet no "
"socket. Nothing was lost.",
		.decide = "Another connection of {client_addr} begun within 300 ms that goes on: the "
"same name on another address, or 445 beside 139. A log line of the server "
"about an aborted connection right after accept is all that it leaves.",
		.fix = {
			"Nothing needs fixing; keep it out of the alarms of {server_addr}.",
			"If IPv6 always loses, repair or remove that address: the race hides a path "
"that is slow or filtered.",
			"SMB: smb ports = 445 in smb.conf of the server, so that clients have no "
"second port to try.",
		},
	},
	.zh = {
		.title = "并行连接中落选的一条",
		.summary = "{Resetter}同时发起了两条连接，保留了较快的一条，这一条从未使用就被丢弃。",
		.story = "客户端会让连接赛跑：IPv6 与 IPv4（happy eyeballs，相差 250 到 300 "
"毫秒）、SMB 的 445 与 139、浏览器预开的备用连接。落选的一条会立刻关闭。"
"如果服务端先说话（欢迎信息），这些数据没人读，关闭就变成 "
"RST；如果在关闭之后才到，就遇不到套接字。没有任何损失。",
		.decide = "300 毫秒之内，{client_addr} 还开了另一条一直在用的连接："
"同名主机的另一个地址，或 445 旁边的 139。服务端最多留下一行“刚 accept "
"就断开”的日志。",
		.fix = {
			"不用处理；从 {server_addr} 的告警里排除。",
			"如果总是 IPv6 落选，修好或去掉那个地址：赛跑掩盖了一条慢的或被过滤的路径。",
			"SMB：服务端 smb.conf 里设 smb ports = 445，客户端就没有第二个端口可试。",
		},
	},
	.sources = {
		"RFC 8305 section 5 (connection attempt delay 250 ms)",
		"Linux __tcp_close() in net/ipv4/tcp.c",
	},
	.examples = {
		{ EXAMPLE_WINS, "c:445 S; c2:139 S; s SA; s2 SA; c A; c2 A; s PA10; c A; +1ms c RA; c2 PA80; "
"s2 PA80", NULL },
		{ EXAMPLE_WINS, "c S; +20ms c2 S; s SA; s2 SA; c A; c2 A; s PA21; s2 PA21; c2 PA40; c A; c RA", NULL },
		{ EXAMPLE_LISTED, "c S; s SA; c A; s PA10; c A; +100ms c RA", NULL },
		{ EXAMPLE_NOT, "c S; s SA; c A; s PA10; c A; +100ms c RA", "close-unread" },
	},
};
