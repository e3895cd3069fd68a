/* SPDX-License-Identifier: MIT */
/* The SYN-ACK came when nobody wanted it any more: connect() had timed out, or the program had
 * closed. */
#include "causes/rules.h"

const struct cause cause_connect_abandoned = {
	.id = "connect-abandoned",
	.classes = CLASS_BIT(NO_SOCKET),
	.usual = CLASS_NO_SOCKET,
	.base = 0,
	.base_source = "Sundara Raman et al. (SIGCOMM 2023): SYN, then RST of the client is among the commonest of all patterns",
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(SHOWS(SYNACK)),
		FITS(RESETTER_IS_CLIENT, IS, 1),
		FITS(HANDSHAKE_WRONG, IS, 0),
		FITS(NO_CONNECTION, IS, 0),
		FITS(SYNACK_OTHER_ADDRESS, IS, 0),
		SIGN(15, SYNACK_DELAY, AT_LEAST, 1000000),
		SIGN(5, SYN_REPEATED, AT_LEAST, 1),
		PROOF(HOST_PAST, IS, PAST_CONNECT_GIVEN_UP),
		FITS(HOST_SIBLING, IS, 0),
		FITS(HOST_NAT_GONE, IS, 0),
		BY_OWN_TCP),
	/* clang-format on */
	.en = {
		.title = "the client had given up connecting",
		.summary = "{Resetter} had already given up this connection attempt when the SYN-ACK of "
"{victim} came, and answered it with a reset.",
		.story = "A program that sets a connect timeout, or is stopped, closes the socket "
"while its SYN is still unanswered. If the SYN-ACK comes afterwards, the "
"client's kernel has no such connection and resets it. The server drops the "
"half-open connection; its program never hears of it. The cause is the delay "
"of the handshake: a lost SYN costs at least a second (the first "
"retransmission), and a full accept queue drops SYNs.",
		.decide = "Time from the SYN to the SYN-ACK against the connect timeout of "
"{client_addr}; SYNs sent again; at {server_addr} TcpExtListenDrops and ss "
"-ltn (Recv-Q against Send-Q).",
		.fix = {
			"Find what delays the handshake: SYNs lost on the path, or dropped by the "
"full accept queue of {server_addr} (see accept-overflow).",
			"Set the connect timeout above the first retransmissions: 3.5 s survives one "
"lost SYN with room to spare, 1 s survives none.",
			"If the client was stopped by its user, nothing needs fixing.",
		},
		.folklore = "net.ipv4.tcp_syn_retries does not help: the program gives up long before "
"the kernel does (127 s or more).",
	},
	.zh = {
		.title = "客户端已放弃连接",
		.summary = "{Resetter}早已放弃这次连接，{victim}的 SYN-ACK 才到，于是用 RST 应答。",
		.story = "程序设置了连接超时或被停止时，会在 SYN 还没得到应答时就关闭套接字。之后 "
"SYN-ACK 才到，客户端内核已没有这条连接，就发 RST。服务端丢弃这个半连接，"
"程序对此一无所知。根因是握手太慢：丢一个 SYN 至少要等一秒（首次重传）"
"，全连接队列满时 SYN 也会被丢弃。",
		.decide = "把 SYN 到 SYN-ACK 的时间与 {client_addr} 的连接超时比较；看 SYN "
"是否重发过；在 {server_addr} 上看 TcpExtListenDrops 和 ss -ltn（Recv-Q 与 "
"Send-Q）。",
		.fix = {
			"查握手为什么慢：SYN 在路上丢失，或被 {server_addr} 已满的全连接队列丢弃（见 "
"accept-overflow）。",
			"连接超时要大于最初的几次重传：3.5 秒能从容扛过丢一个 SYN，1 秒一个都扛不过。",
			"如果是用户自己停掉了客户端，不用处理。",
		},
		.folklore = "调整 net.ipv4.tcp_syn_retries 没有用：程序远在内核放弃（127 "
"秒以上）之前就放弃了。",
	},
	.sources = {
		"RFC 9293 section 3.5.2 (group 1); RFC 6298 section 2 (first retransmission "
"after 1 s)",
		"Linux tcp_v4_send_reset() in net/ipv4/tcp_ipv4.c: no_tcp_socket",
	},
	.examples = {
		{ EXAMPLE_WINS, "c S; +1s c S again; +300ms s SA; c R", NULL },
		{ EXAMPLE_WINS, "c S; +1026ms s SA; c R", NULL },
		{ EXAMPLE_NOT, "c S; s SA ack=500; c R", "handshake-mismatch" },
		{ EXAMPLE_NOT, "s SA; c R", "stray-packet" },
	},
};
