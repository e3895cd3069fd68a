/* SPDX-License-Identifier: MIT */
/* The ordinary refusal: nobody listens. */
#include "causes/rules.h"

const struct cause cause_port_closed = {
	.id = "port-closed",
	.classes = CLASS_BIT(REFUSED),
	.usual = CLASS_REFUSED,
	.base = 20,
	.base_source = "RFC 9293 section 3.10.7.1 demands this answer of every host; the others that answer a SYN so were set up to do it",
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(SHOWS(REFUSED)),
		/* A hand-made SYN may be one of several: what it met need not be in the capture. */
		HINT(-12, LOOKS_LIKE_SCAN, IS, 1),
		FITS(HANDSHAKE_WRONG, IS, 0),
		FITS(SYN_MEETS_OLD, IN, ONE_OF(SYN_MEETS_NOTHING) | ONE_OF(SYN_MEETS_TIME_WAIT)),
		FITS(MPTCP_JOIN_REFUSED, IS, 0),
		FITS(RST_TOS, IN, ONE_OF(RST_TOS_COPIED) | ONE_OF(RST_TOS_OWN)),
		HINT(-25, TTL_DELTA, NOT, 0),
		PROOF(HOST_LISTENING, IS, 0),
		FITS(HOST_PAST, IN, ONE_OF(PAST_NONE) | ONE_OF(PAST_CLOSED)),
		BY_OWN_TCP),
	/* clang-format on */
	.en = {
		.title = "nobody listens on that port",
		.summary = "Nothing listens on {server_addr}: the kernel there refused the connection.",
		.story = "A SYN to a port without a listening socket is answered with a reset (RFC "
"9293 section 3.10.7.1), and the client's connect() fails with ECONNREFUSED. "
"The host is alive and reachable. The service is not started, has died, "
"listens on another address or port, or only on IPv4 or IPv6. A filter that "
"rejects with a reset looks the same.",
		.decide = "At {server_addr}: ss -ltnp 'sport = :{port}'. If something listens there, "
"look for a filter: nft list ruleset | grep 'reject with tcp reset'.",
		.fix = {
			"Start the service, and see why it stopped: systemctl status, journalctl -u "
"UNIT.",
			"Let it listen on the right address: 0.0.0.0 or :: instead of 127.0.0.1 "
"(bind, listen, listen_addresses); containers: publish the port and listen "
"on all addresses inside.",
			"IPv6: the name may resolve to an address on which nothing listens; try both "
"families with curl -4 and -6.",
			"During restarts: retry with a pause, or keep the socket open with systemd "
"socket activation.",
		},
		.folklore = "No sysctl cures it: somaxconn, backlog and file limits lead to timeouts, "
"never to this refusal.",
	},
	.zh = {
		.title = "端口上没有监听",
		.summary = "{server_addr} 上没有程序在监听，那里的内核拒绝了连接。",
		.story = "发往没有监听套接字的端口的 SYN 会得到 RST（RFC 9293 3.10.7.1 节），客户端 "
"connect() 返回 ECONNREFUSED。主机是活着且可达的。服务没启动、已死掉、"
"监听在别的地址或端口，或者只监听了 IPv4 或 IPv6。用 RST "
"拒绝的防火墙规则看起来完全一样。",
		.decide = "在 {server_addr} 上：ss -ltnp 'sport = :{port}'。如果确实有监听，"
"就查过滤规则：nft list ruleset | grep 'reject with tcp reset'。",
		.fix = {
			"启动服务，并查它为什么停：systemctl status，journalctl -u UNIT。",
			"监听正确的地址：用 0.0.0.0 或 ::，不要用 127.0.0.1（bind、"
"listen、listen_addresses）；容器：发布端口，容器内监听所有地址。",
			"IPv6：域名可能解析到没有监听的地址；用 curl -4 和 -6 分别试。",
			"重启期间：隔一会儿重试，或用 systemd socket 激活保持套接字打开。",
		},
		.folklore = "没有任何 sysctl 能解决：somaxconn、backlog、描述符上限导致的是超时，"
"不是这种拒绝。",
	},
	.sources = {
		"RFC 9293 sections 3.5.2 and 3.10.7.1",
		"Linux tcp_v4_rcv() in net/ipv4/tcp_ipv4.c: no_tcp_socket",
	},
	.examples = {
		/* The SYN-ACK was not captured, but the client went on: something had accepted it. */
		{ EXAMPLE_NOT, "c S; s SA lost; c A; +60s s RA win=0 nots", NULL },
		{ EXAMPLE_WINS, "c S; s RA", NULL },
		{ EXAMPLE_WINS, "c S; s SA; c A; c PA10; s PA10; c FA; s FA; c A; +2s c2 S; s2 RA; +1s c3 S; "
"s3 RA; +1s c S; s RA", NULL },
		{ EXAMPLE_NOT, "c S join; s RA tcprst=1", "mptcp-abort" },
	},
};
