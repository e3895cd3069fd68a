/* SPDX-License-Identifier: MIT */
/*
 * A listener closed while connections waited in its queues: inet_csk_listen_stop() disconnects
 * every child that was never accepted.
 */
#include "causes/rules.h"

const struct cause cause_listener_closed = {
	.id = "listener-closed",
	.classes = CLASS_BIT(OWNER_ABORT) | CLASS_BIT(NO_SOCKET),
	.usual = CLASS_OWNER_ABORT,
	.base = -8,
	.base_source = SURVEY "1 of 11 in applications (gunicorn#2409)",
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(SHOWS(ABORT) | SHOWS(UNBORN)),
		FITS(RESETTER_IS_CLIENT, IS, 0),
		FITS(RESETTER_NEVER_SENT, IS, 1),
		FITS(HANDSHAKE_WRONG, IS, 0),
		FITS(NO_CONNECTION, IS, 0),
		SIGN(25, RESETS_SAME_INSTANT, AT_LEAST, 1),
		HINT(9, RESETTER_NEVER_SENT, IS, 1),
		/* A queue that is served is served sooner (RFC 6298: the first timeout). */
		HINT(-7, SINCE_LAST, AT_LEAST, 1000000),
		SIGN(15, REFUSES_AFTER, IS, 1),
		HINT(-15, ACCEPTS_AFTER, IS, 1),
		SIGN(8, RESETTER_ONLY_SYNACK, IS, 1),
		HINT(-15, SYNACK_REPEATED, AT_LEAST, 1),
		PROOF(HOST_ACTION, IN, ONE_OF(ACTION_LISTENER_CLOSE) | ONE_OF(ACTION_SHUTDOWN)),
		FITS(HOST_NEVER_ACCEPTED, IS, 1),
		PROOF(HOST_PAST, IS, PAST_LISTENER_CLOSED),
		FITS(HOST_ENDED_BY, IS, END_RUNNING),
		NOT_PAIRED, PATH_WELL, BY_OWN_TCP),
	/* clang-format on */
	.en = {
		.title = "listener closed with connections in its queue",
		.summary = "The listening socket of {server_addr} was closed (restart, reload or exit) "
"while this connection still waited in its queue, so nobody ever accepted it.",
		.told = "{Resetter} closed its listening socket {server_addr} while this connection still waited in its queue: nobody had accepted it.",
		.story = "The kernel completes the handshake and even takes the first request before "
"the program calls accept(). If the listening socket is closed meanwhile, "
"every connection that waits in the accept queue is reset at once, and one "
"whose handshake was not finished is reset when its next packet comes. The "
"clients saw a successful connect. Typical at a restart, at a reload that "
"opens new listeners, and with several SO_REUSEPORT workers of which one "
"stops: each has a queue of its own.",
		.decide = "At {server_addr}: compare the time of the reset with the restart or reload "
"(journalctl -u UNIT, ps -o lstart=). Several connections reset in one "
"instant, none of which ever got a byte, say the same. No TCPAbort counter "
"moves, only TcpOutRsts.",
		.fix = {
			"Keep the listening socket across restarts: systemd socket activation (a "
".socket unit), or a reload that hands the descriptor over (nginx -s reload, "
"HAProxy -W with expose-fd listeners).",
			"Take the instance out of the balancer some seconds before stopping it, and "
"call accept() until EAGAIN before closing the listener.",
			"SO_REUSEPORT workers: net.ipv4.tcp_migrate_req = 1 moves waiting "
"connections to another worker (works in 6.1 and later; Debian's 5.10 shows "
"the setting and does nothing).",
		},
		.folklore = "A longer backlog or somaxconn does not help; it lets more connections wait "
"there to be reset.",
	},
	.zh = {
		.title = "监听套接字关闭，队列里的连接被丢弃",
		.summary = "这条连接还在队列里等待时，{server_addr} 的监听套接字被关闭（重启、"
"重载或退出），始终没有程序 accept() 它。",
		.told = "{Resetter}关闭了监听套接字 {server_addr}，而这条连接还在队列里等待，没有程序 accept() 过它。",
		.story = "内核在程序调用 accept() 之前就完成三次握手，甚至收下第一个请求。"
"此时如果监听套接字被关闭，全连接队列里的连接会立刻全部 "
"RST；握手没完成的，下一个报文到来时 RST。客户端看到的却是 connect "
"成功。常见于重启、重新创建监听的重载，以及多个 SO_REUSEPORT "
"进程中的一个退出：每个进程各有一个队列。",
		.decide = "在 {server_addr} 上：把 RST 的时刻与重启或重载的时刻对照（journalctl -u "
"UNIT，ps -o lstart=）。同一瞬间多条连接被 RST，并且都没收到过一个字节，"
"也说明是它。没有 TCPAbort 计数器变化，只有 TcpOutRsts 增加。",
		.fix = {
			"重启时保留监听套接字：systemd 的 socket 激活（.socket "
"单元），或者能移交描述符的重载方式（nginx -s reload，HAProxy -W 加 "
"expose-fd listeners）。",
			"停止之前几秒先从负载均衡摘除；关闭监听之前把 accept() 调用到 EAGAIN 为止。",
			"SO_REUSEPORT 多进程：net.ipv4.tcp_migrate_req = 1 "
"会把等待中的连接迁到其他进程（6.1 及以后有效；Debian 的 5.10 "
"有这个开关但不起作用）。",
		},
		.folklore = "调大 backlog 或 somaxconn 没有用，只会让更多连接在队列里等着被 RST。",
	},
	.sources = {
		"Linux inet_csk_listen_stop() and inet_child_forget() in "
"net/ipv4/inet_connection_sock.c",
		"Documentation/networking/ip-sysctl.rst: tcp_migrate_req",
		"gunicorn#2409",
	},
	.examples = {
		{ EXAMPLE_WINS, "c S; s SA; c A; c2 S; s2 SA; c2 A; c3 S; s3 SA; c3 A; +5s s RA; s2 RA; s3 RA", NULL },
		{ EXAMPLE_LISTED, "c S; s SA; c A; c PA5; s A; +100ms s RA", NULL },
		{ EXAMPLE_LISTED, "c S; s SA; c A; +118ms c PA5; s R", NULL },
		{ EXAMPLE_NOT, "c S; s SA; c A; +60s s RA", "linger-zero" },
	},
};
