/* SPDX-License-Identifier: MIT */
/*
 * An answer that comes before the request is complete, and a close right behind it. The rest of the
 * request finds nobody to read it.
 */
#include "causes/rules.h"

const struct cause cause_early_response = {
	.id = "early-response",
	.classes = CLASS_BIT(OWNER_ABORT) | CLASS_BIT(NO_SOCKET),
	.usual = CLASS_OWNER_ABORT,
	.base = -8,
	.base_source = SURVEY "1 of 11 in applications (dotnet/runtime#57186)",
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(PICTURES_ABORT | SHOWS(LATE)),
		FITS(RESETTER_NEVER_SENT, IS, 0),
		NEED(ANSWERED_EARLY, IS, 1),
		SIGN(10, VICTIM_STILL_SENDING, IS, 1),
		HINT(25, ANSWERED_EARLY, IS, 1),
		SIGN(15, HTTP_STATUS, BETWEEN, 400, 599),
		SIGN(5, HTTP_CLOSE, IS, 1),
		FITS(HOST_UNREAD, AT_LEAST, 1),
		FITS(HOST_ACTION, IS, ACTION_CLOSE),
		FITS(HOST_PAST, IS, PAST_CLOSED),
		FITS(HOST_NEVER_ACCEPTED, IS, 0),
		OWNER_WELL, NOT_PAIRED, BY_OWN_TCP),
	/* clang-format on */
	.en = {
		.title = "answered before the request was complete",
		.summary = "{Resetter} answered and closed while {victim} was still sending its "
"request; the unread rest turned the close into a reset, and {victim} may "
"lose the answer.",
		.story = "A server that refuses a request early (body too large, not authorised, "
"wrong path) answers at once and closes, while the client is still "
"uploading. The bytes that arrive after the close, or wait unread, make its "
"kernel send a reset. Most clients stop at the write that fails with "
"\"connection reset\" or \"broken pipe\" and never show the 413 or 401 that "
"explains it. Linux still hands an answer that had arrived to a client that "
"reads on; other systems may throw it away (RFC 9112 section 9.6).",
		.decide = "Look at the answer just before the reset: its status and Connection: close. "
"The log of {resetter_addr} has the refusal, for nginx \"client intended to "
"send too large body\".",
		.fix = {
			"Raise the limit if such requests are legitimate: nginx client_max_body_size "
"(default 1m) in http, server or location; Tomcat maxPostSize and "
"maxSwallowSize; Spring spring.servlet.multipart.max-request-size.",
			"In a server of your own: after an early answer, shutdown(fd, SHUT_WR), go "
"on reading and discarding until EOF or a deadline, then close(). Tomcat "
"does this up to maxSwallowSize (2 MB), nginx with lingering_close on or "
"always.",
			"In the client: send Expect: 100-continue for large bodies, and when a write "
"fails, still read the answer.",
			"Send credentials with the first request, so that a 401 does not come in the "
"middle of an upload.",
		},
		.folklore = "Longer timeouts on the client or on a proxy change nothing: the server has "
"decided within milliseconds.",
	},
	.zh = {
		.title = "请求还没发完就已响应并关闭",
		.summary = "{Resetter}没等{victim}发完请求就已经响应并关闭连接；"
"没人读的剩余数据把关闭变成了 RST，{victim}可能连响应都看不到。",
		.story = "服务端提前拒绝请求（请求体过大、未认证、路径不对）"
"时，会在客户端还在上传时直接响应并关闭。关闭后到达或还没读的数据，"
"会让内核发 RST。多数客户端在写失败（“connection reset” 或 “broken pipe”）"
"时就停下，看不到真正说明原因的 413 或 401。在 Linux 上，已经到达的响应"
"仍能读出来；其他系统可能会丢掉它（RFC 9112 9.6 节）。",
		.decide = "看 RST 之前的那个响应：状态码以及是否有 Connection: close。{resetter_addr} "
"的日志里会有拒绝记录，例如 nginx 的 “client intended to send too large "
"body”。",
		.fix = {
			"如果这类请求是合理的，就放宽限制：nginx 的 client_max_body_size（默认 "
"1m）；Tomcat 的 maxPostSize 和 maxSwallowSize；Spring 的 "
"spring.servlet.multipart.max-request-size。",
			"自己写的服务端：提前响应之后先 shutdown(fd, SHUT_WR)，继续读并丢弃，直到 "
"EOF 或超时再 close()。Tomcat 按 maxSwallowSize（2 MB）这样做，nginx 用 "
"lingering_close on 或 always。",
			"客户端：大请求体使用 Expect: 100-continue；写失败后仍要去读响应。",
			"第一个请求就带上认证信息，避免上传到一半才收到 401。",
		},
		.folklore = "在客户端或代理上加长超时没有用：服务端在几毫秒内就已经决定拒绝了。",
	},
	.sources = {
		"RFC 9112 section 9.6 (tear-down: lingering close); RFC 9110 sections 10.1.1 "
"and 15.5.14",
		"Linux __tcp_close() in net/ipv4/tcp.c",
		"dotnet/runtime#57186",
	},
	.examples = {
		{ EXAMPLE_WINS, "c S; s SA; c A; c A1448; c PA1448; s A; c A1448; s PA45 http=413 "
"http-close; c A1448; c PA1448; +150us s RA", NULL },
		{ EXAMPLE_WINS, "c S; s SA; c A; c A1448; c PA1448; s A; s PA211; c PA1448; +400us s RA", NULL },
		{ EXAMPLE_NOT, "c S; s SA; c A; c PA500; s A; +100ms s RA", "close-unread" },
	},
};
