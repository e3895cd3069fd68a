/* SPDX-License-Identifier: MIT */
/* connect() with an address of family AF_UNSPEC: tcp_disconnect() on a live connection. */
#include "causes/rules.h"

const struct cause cause_connect_unspec = {
	.id = "connect-unspec",
	.classes = CLASS_BIT(OWNER_ABORT),
	.usual = CLASS_OWNER_ABORT,
	.base = -22,
	.base_source = "no report of it in the survey; few programs call connect(AF_UNSPEC) on TCP",
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(PICTURES_ABORT),
		FITS(UNREAD_TLS_FAREWELL, IS, 0),
		FITS(ANSWERED_EARLY, IS, 0),
		HINT(8, ANSWER_OWED, IS, 0),
		PROOF(HOST_ACTION, IS, ACTION_CONNECT_UNSPEC),
		FITS(HOST_NEVER_ACCEPTED, IS, 0),
		OWNER_WELL, NOT_PAIRED, BY_OWN_TCP),
	/* clang-format on */
	.en = {
		.title = "disconnected with connect(AF_UNSPEC)",
		.summary = "The program at {resetter_addr} dissolved the connection with "
"connect(AF_UNSPEC), which resets it and keeps the socket for another use.",
		.story = "On Linux, connect() on a connected TCP socket with an address of family "
"AF_UNSPEC calls tcp_disconnect(): the connection is aborted with a reset, "
"without any linger, and the same descriptor can connect again. It is rare: "
"some libraries use it to recycle sockets, or to test whether a descriptor "
"is alive. In packets it cannot be told from SO_LINGER 0.",
		.decide = "At {resetter_addr}: strace -f -e trace=connect -p PID shows connect(fd, "
"{sa_family=AF_UNSPEC}, ...). No TcpExt counter moves, only TcpOutRsts and "
"TcpEstabResets.",
		.fix = {
			"In the program: close() the socket and open a new one.",
			"If it must keep the descriptor: shutdown(fd, SHUT_RDWR) and read to EOF "
"before connect(AF_UNSPEC).",
		},
	},
	.zh = {
		.title = "用 connect(AF_UNSPEC) 断开",
		.summary = "{resetter_addr} 上的程序用 connect(AF_UNSPEC) 解除了连接：连接被 "
"RST，套接字留作他用。",
		.story = "在 Linux 上，对已连接的 TCP 套接字用 AF_UNSPEC 地址调用 connect() 会走到 "
"tcp_disconnect()：直接发 RST 中止连接，不做任何等待，"
"同一个描述符可以再次连接。这种用法很少见，有些库用它来复用套接字，"
"或检测描述符是否可用。从报文上无法与 SO_LINGER 0 区分。",
		.decide = "在 {resetter_addr} 上：strace -f -e trace=connect -p PID 会显示 connect(fd, "
"{sa_family=AF_UNSPEC}, ...)。没有 TcpExt 计数器变化，只有 TcpOutRsts 和 "
"TcpEstabResets 增加。",
		.fix = {
			"在程序里：close() 这个套接字，再新建一个。",
			"如果一定要保留描述符：先 shutdown(fd, SHUT_RDWR) 并读到 EOF，再 "
"connect(AF_UNSPEC)。",
		},
	},
	.sources = {
		"Linux __inet_stream_connect() in net/ipv4/af_inet.c; tcp_disconnect() in "
"net/ipv4/tcp.c",
	},
	.examples = {
		{ EXAMPLE_LISTED, "c S; s SA; c A; +200us s RA", NULL },
		{ EXAMPLE_NOT, "c S; s SA; c A; +200us s RA", "linger-zero" },
	},
};
