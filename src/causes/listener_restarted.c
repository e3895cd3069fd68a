/* SPDX-License-Identifier: MIT */
/*
 * As half-open, and the service was started anew meanwhile: a new listener on the port gets the
 * packets of the old connection.
 */
#include "causes/rules.h"

const struct cause cause_listener_restarted = {
	.id = "listener-restarted",
	.classes = CLASS_BIT(NO_SOCKET),
	.usual = CLASS_NO_SOCKET,
	.base = 2,
	.base_source = "every restart that does not close its connections in order; no counts published",
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(PICTURES_NO_MEMORY),
		FITS(RESETTER_IS_CLIENT, IS, 0),
		FITS(REFUSES_AFTER, IS, 0),
		FITS(HANDSHAKE_WRONG, IS, 0),
		FITS(NAT_REMAPPED, IS, 0),
		FITS(IDENTITY_CHANGED, IS, 0),
		FITS(NO_CONNECTION, IS, 0),
		SIGN(30, REFUSED_BEFORE, IS, 1),
		SIGN(4, ACCEPTS_AFTER, IS, 1),
		SIGN(6, RESETS_SAME_INSTANT, AT_LEAST, 1),
		/* No program restarts within the first second of a connection. */
		HINT(-6, AGE, AT_MOST, 1000000),
		HINT(-20, SYNACK_REPEATED, AT_LEAST, 1),
		FITS(HOST_PAST, IN, ONE_OF(PAST_NONE) | ONE_OF(PAST_CLOSED) | ONE_OF(PAST_DESTROYED)),
		FITS(HOST_ACCEPT_QUEUE_FULL, IS, 0),
		PROOF(HOST_LISTENER_NEWER, IS, 1),
		SIGN(1, HOST_LISTENER_AGE, AT_LEAST, 0),
		FITS(HOST_COOKIE_FAILED, IS, 0),
		PATH_WELL, BY_OWN_TCP),
	/* clang-format on */
	.en = {
		.title = "the service was restarted",
		.summary = "The service at {server_addr} was restarted since this connection began; a "
"new process listens there, but the old connection is gone.",
		.story = "A restart ends all connections of the old process. If its FIN or reset did "
"not reach this client (the container with its network was replaced, a "
"filter dropped it), the client goes on as if nothing had been, and the next "
"packet meets the new listener, which has no such connection. The port was "
"refused for a while and then accepts again: that is the sign.",
		.decide = "At {server_addr}: ps -o lstart= -p PID or systemctl show -p "
"ActiveEnterTimestamp UNIT, against the age of the connection. Connecting "
"again works at once.",
		.fix = {
			"Restart gracefully: drain, close connections while the network is still "
"there, hand over the listening socket (nginx -s reload, HAProxy -W, systemd "
"socket units).",
			"In the client: reconnect on reset and repeat what is idempotent; keep "
"pooled connections no longer than some minutes (maxLifetime).",
			"In Kubernetes: preStop sleep and a readiness probe that fails first, so "
"that clients are moved before the pod goes.",
		},
	},
	.zh = {
		.title = "服务已重启",
		.summary = "{server_addr} 上的服务在这条连接建立之后重启过；新进程已在监听，"
"旧连接不存在了。",
		.story = "重启会结束旧进程的所有连接。如果它的 FIN 或 RST "
"没有到达这个客户端（容器连同网络一起被替换，"
"或被过滤），客户端会当作什么都没发生，下一个报文遇到新的监听套接字，"
"而它没有这条连接。端口有一段时间拒绝连接、之后又能连上，就是它的标志。",
		.decide = "在 {server_addr} 上：把 ps -o lstart= -p PID 或 systemctl show -p "
"ActiveEnterTimestamp UNIT 与连接的存在时间对照。重新连接立即成功。",
		.fix = {
			"平滑重启：先排空，趁网络还在时关闭连接，移交监听套接字（nginx -s "
"reload、HAProxy -W、systemd socket 单元）。",
			"客户端：遇到 RST 重新连接，重试幂等请求；"
"连接池中的连接不要保留超过几分钟（maxLifetime）。",
			"Kubernetes：preStop sleep，并让就绪探针先失败，在 pod 消失之前把客户端移走。",
		},
	},
	.sources = {
		"Linux tcp_rcv_state_process() in net/ipv4/tcp_input.c: an ACK in LISTEN",
		"RFC 9293 section 3.10.7.2",
	},
	.examples = {
		{ EXAMPLE_WINS, "c S; s SA; c A; c PA50; s A; s PA50; c A; +2s c2 S; s2 RA; +3s c PA50; s R; "
"+1s c3 S; s3 SA; c3 A", NULL },
		/* A SYN that was refused a moment ago is no connection that was reset with this one. */
		{ EXAMPLE_WINS, "c S; s SA; c A; c2 S; s2 RA; +20ms c PA5; s R", NULL },
		{ EXAMPLE_LISTED, "c S; s SA; c A; +125ms c PA5; s R", NULL },
		{ EXAMPLE_NOT, "c S; s SA; c A; c PA50; s A; s PA50; c A; +20s c PA50; s R", "half-open" },
	},
};
