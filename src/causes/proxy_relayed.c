/* SPDX-License-Identifier: MIT */
/* A proxy that got a reset on one side and passes it on to the other. */
#include "causes/rules.h"

const struct cause cause_proxy_relayed = {
	.id = "proxy-relayed",
	.classes = CLASS_BIT(OWNER_ABORT),
	.usual = CLASS_OWNER_ABORT,
	.base = -10,
	.base_source = "proxies reset one side for the reset of the other where they can; one public report (sozu#434)",
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(PICTURES_ABORT),
		NEED(OTHER_SIDE_RESET, IS, 1),
		SIGN(25, OTHER_SIDE_RESET, IS, 1),
		SIGN(10, OTHER_SIDE_RESET_DELAY, AT_MOST, 50 * 1000),
		SIGN(65, HOST_OTHER_RESET, IS, 1),
		PROOF(HOST_PROXY, IS, 1),
		FITS(HOST_ACTION, IS, ACTION_CLOSE),
		FITS(HOST_SIBLING, IS, 0),
		FITS(UNREAD_TLS_FAREWELL, IS, 0),
		OWNER_WELL, BY_OWN_TCP),
	/* clang-format on */
	.en = {
		.title = "a proxy passed on another reset",
		.summary = "{Resetter} is a proxy: it had just got a reset on its other connection, and "
"passed it on.",
		.story = "A proxy holds two connections for one request. When its back end resets, "
"some proxies reset the client too (nginx stream and Envoy in TCP mode, "
"HAProxy, sozu), instead of closing as if the answer were complete. The "
"cause is on the other side: the reset of the back end comes first, by a "
"fraction of a millisecond to some milliseconds.",
		.decide = "The earlier reset towards {resetter_addr} in the same capture, or in the "
"log of the proxy: Envoy response flags UC or UR, HAProxy termination state "
"SH or SD, nginx \"recv() failed (104: Connection reset by peer) while "
"reading response header from upstream\".",
		.fix = {
			"Follow the first reset: diagnose the connection between the proxy and its "
"back end, that one has the cause.",
			"Let the proxy try another back end where the request allows it: nginx "
"proxy_next_upstream error timeout, Envoy retry_on: reset, HAProxy retry-on "
"conn-failure.",
		},
	},
	.zh = {
		.title = "代理转发了另一侧的 RST",
		.summary = "{Resetter}是代理：它刚在另一条连接上收到 RST，随即转发到这一侧。",
		.story = "代理为一个请求持有两条连接。后端发来 RST 时，有些代理会把 RST "
"也发给客户端（TCP 模式下的 nginx stream 和 Envoy、HAProxy、"
"sozu），而不是当作响应已完成来关闭。根因在另一侧：后端的 RST "
"在先，提前不到一毫秒到几毫秒。",
		.decide = "在同一份抓包里找更早发往 {resetter_addr} 的 RST，或看代理日志：Envoy "
"的响应标志 UC 或 UR、HAProxy 的终止状态 SH 或 SD、nginx 的 “recv() failed "
"(104: Connection reset by peer) while reading response header from "
"upstream”。",
		.fix = {
			"顺着第一个 RST 查：诊断代理与后端之间的那条连接，根因在那里。",
			"请求允许重试时，让代理换一个后端：nginx proxy_next_upstream error "
"timeout，Envoy retry_on: reset，HAProxy retry-on conn-failure。",
		},
	},
	.sources = {
		"Linux tcp_reset() in net/ipv4/tcp_input.c (the reset the proxy got)",
		"RFC 9112 section 8 (handling incomplete messages)",
		"sozu#434, envoy#2324",
	},
	.examples = {
		{ EXAMPLE_WINS, "c S; s SA; c A; c PA90; s A; c2#20@50:9000 S; s2 SA; c2 A; c2 PA90; s2 A; "
"+5ms s2 RA; +300us s RA", NULL },
		{ EXAMPLE_NOT, "c S; s SA; c A; c PA90; s A; +5ms s RA", "close-unread" },
	},
};
