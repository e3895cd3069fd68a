/* SPDX-License-Identifier: MIT */
/* The end that was asked has no memory of the connection, and nothing says why. */
#include "causes/rules.h"

const struct cause cause_half_open = {
	.id = "half-open",
	.classes = CLASS_BIT(NO_SOCKET),
	.usual = CLASS_NO_SOCKET,
	.base = 9,
	.base_source = SURVEY "1 says no more than this (Kong#2360); and it is what remains of every lost connection when nothing narrower is shown",
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(PICTURES_NO_MEMORY | SHOWS(OLD)),
		FITS(SYN_MEETS_OLD, IN, ONE_OF(SYN_MEETS_NOTHING) | ONE_OF(SYN_MEETS_ESTABLISHED)),
		SIGN(25, SYN_MEETS_OLD, IS, SYN_MEETS_ESTABLISHED),
		FITS(HANDSHAKE_WRONG, IS, 0),
		FITS(NAT_REMAPPED, IS, 0),
		FITS(IDENTITY_CHANGED, IS, 0),
		FITS(MPTCP_JOIN_REFUSED, IS, 0),
		SIGN(6, RST_TOS, IS, RST_TOS_COPIED),
		SIGN(4, RST_ANSWERS, IS, TRIGGER_PROBE),
		HINT(-20, SYNACK_REPEATED, AT_LEAST, 1),
		HINT(-12, LOOKS_LIKE_SCAN, IS, 1),
		FITS(HOST_PAST, IN, ONE_OF(PAST_NONE) | ONE_OF(PAST_DESTROYED)),
		FITS(HOST_ACCEPT_QUEUE_FULL, IS, 0),
		FITS(HOST_LISTENER_NEWER, IS, 0),
		FITS(HOST_COOKIE_FAILED, IS, 0),
		FITS(HOST_TRIGGER_SOCKET, IS, 1),
		PATH_WELL, BY_OWN_TCP),
	/* clang-format on */
	.en = {
		.title = "the other end has forgotten the connection",
		.summary = "{Resetter} no longer knows this connection (reboot, crash or lost state), "
"so its kernel answered {victim} with a reset.",
		.story = "A host that gets a segment for a connection it does not have answers with a "
"reset built from that segment alone (RFC 9293 section 3.5.2). The "
"connection had existed, and no FIN was seen: the host rebooted, the "
"container was replaced, its state was destroyed silently, or the reset it "
"sent at that time was lost. The sender had no way to know before it sent. "
"This is what remains when nothing more specific is shown.",
		.decide = "At {resetter_addr}: uptime -s, container and pod start times, journalctl "
"around the last packet it had sent. ss -tn there does not show the "
"connection. A capture at {resetter_addr} shows whether the reset really "
"left from there.",
		.fix = {
			"Let the end that waits notice sooner: SO_KEEPALIVE with TCP_KEEPIDLE of a "
"minute, or a heartbeat of the protocol; TCP_USER_TIMEOUT for unacknowledged "
"data.",
			"Reconnect, and repeat the request where that does no harm (it is idempotent).",
			"At planned restarts close the connections first, so that the peers see a "
"FIN.",
		},
		.folklore = "net.ipv4.tcp_keepalive_time alone changes nothing for sockets without "
"SO_KEEPALIVE.",
	},
	.zh = {
		.title = "对端已不记得这条连接",
		.summary = "{Resetter}已经没有这条连接的记录（重启、崩溃或状态丢失），它的内核用 RST "
"应答了{victim}。",
		.story = "主机收到不属于任何连接的报文时，会仅凭这个报文构造 RST 应答（RFC 9293 3.5.2 "
"节）。连接确实存在过，也没有看到 FIN：可能主机重启、"
"容器被替换、状态被静默销毁，或者当时发出的 RST "
"丢了。发送方在发送之前无从得知。没有更具体的证据时，剩下的就是这一项。",
		.decide = "在 {resetter_addr} 上：uptime -s、容器和 pod "
"的启动时间、它最后一个报文前后的 journalctl；ss -tn 里没有这条连接。在 "
"{resetter_addr} 抓包可以确认 RST 是不是真的从那里发出。",
		.fix = {
			"让等待的一端早点发现：SO_KEEPALIVE 加一分钟的 TCP_KEEPIDLE，"
"或协议自己的心跳；对未确认的数据用 TCP_USER_TIMEOUT。",
			"重新连接；请求幂等（重复执行无害）就重试。",
			"计划内重启时先关闭连接，让对端看到 FIN。",
		},
		.folklore = "没有 SO_KEEPALIVE 的套接字，只改 net.ipv4.tcp_keepalive_time 没有任何作用。",
	},
	.sources = {
		"RFC 9293 sections 3.5.1 (half-open connections) and 3.5.2",
		"Linux tcp_v4_send_reset() in net/ipv4/tcp_ipv4.c: no_tcp_socket",
		"Kong#2360, istio#36499",
	},
	.examples = {
		{ EXAMPLE_WINS, "c S; s SA; c A; c PA50; s A; s PA50; c A; +20s c PA50; s R", NULL },
		/* Congestion notification is no type of service: the reset leaves it out. */
		{ EXAMPLE_WINS, "c S; s SA; c A; c PA50 tos=2; s A; s PA50 tos=2; c A; +20s c PA50 tos=2; s R", NULL },
		{ EXAMPLE_WINS, "c S; s SA; c A; +140ms c S; s A; c R; +10ms c S again; s SA; c A", NULL },
		{ EXAMPLE_NOT, "c S; s SA; c A; c PA50; s A; s PA50; c A; +2s c2 S; s2 RA; +3s c PA50; s R; "
"+1s c3 S; s3 SA", "listener-restarted" },
		{ EXAMPLE_SILENT, "c S; s SA; c A; c PA50; s A; s PA50; c A; +20s c PA50; s A; s PA50; c A; c "
"FA; s FA; c A", NULL },
	},
};
