/* SPDX-License-Identifier: MIT */
/*
 * A server that closes right after an answer, by a count or by Connection: close, while the next
 * request is already on its way.
 */
#include "causes/rules.h"

const struct cause cause_max_requests = {
	.id = "max-requests",
	.classes = CLASS_BIT(NO_SOCKET),
	.usual = CLASS_NO_SOCKET,
	.base = -2,
	.base_source = "servers close after 100 (Apache httpd, Tomcat) or 1000 (nginx) requests; the survey counts it with the 9 keep-alive races",
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(SHOWS(LATE)),
		FITS(RST_ANSWERS, IN, ONE_OF(TRIGGER_DATA) | ONE_OF(TRIGGER_UNSEEN)),
		FITS(FIN_AFTER_RESPONSE, IS, 1),
		SIGN(18, FIN_AFTER_RESPONSE, IS, 1),
		FITS(FIN_CROSSED, IS, 1),
		SIGN(8, FIN_CROSSED, IS, 1),
		FITS(ANSWERED_EARLY, IS, 0),
		FITS(NO_CONNECTION, IS, 0),
		SIGN(10, HTTP_CLOSE, IS, 1),
		SIGN(6, REQUESTS_ANSWERED, AT_LEAST, 100),
		FITS(TRIGGER_TLS_ALERT, IS, 0),
		HINT(-10, TRIGGER_FAREWELL, IS, 1),
		SIGN(1, HOST_FIN_DROPPED, IS, 1),
		FITS(HOST_PAST, IS, PAST_CLOSED),
		FITS(HOST_VICTIM_CLOSED, IS, 0),
		OWNER_WELL, NOT_PAIRED, BY_OWN_TCP),
	/* clang-format on */
	.en = {
		.title = "closed after its last allowed request",
		.summary = "{Resetter} closed right after an answer (request limit, or Connection: "
"close) while the next request of {victim} was already on its way.",
		.guessed = "{Resetter} closed right after its last bytes, while more of {victim} was already on its way: a server at its request limit, or a client that was done while an answer still came. Which of the two, no SYN shows.",
		.story = "Servers close a keep-alive connection after a number of requests or a total "
"age, to spread clients and free memory. The answer before says Connection: "
"close; a client that pipelines, or sends its next request before it has "
"read that header, loses it. Unlike the keep-alive race there is no pause: "
"the FIN follows the answer within milliseconds.",
		.decide = "The FIN of {resetter_addr} comes right behind an answer, the answer has "
"Connection: close, and the number of requests on the connection equals a "
"limit: nginx keepalive_requests 1000 (100 before 1.19.10), Apache "
"MaxKeepAliveRequests 100, Tomcat maxKeepAliveRequests 100.",
		.fix = {
			"In the client: honour Connection: close, do not send on that connection "
"again, and do not pipeline.",
			"Repeat the request on a new connection where that does no harm (it is "
"idempotent).",
			"Raise the limit where clients are few and busy, for instance a proxy: nginx "
"keepalive_requests 10000, Apache MaxKeepAliveRequests 0, Tomcat "
"maxKeepAliveRequests=\"-1\"; nginx keepalive_time 1h limits age in the same "
"way.",
		},
	},
	.zh = {
		.title = "达到请求数上限后关闭",
		.summary = "{Resetter}在应答之后立刻关闭（达到请求数上限，或 Connection: "
"close），而{victim}的下一个请求已经在途中。",
		.guessed = "{Resetter}发完最后的数据就立刻关闭，而{victim}的数据已经在途中：要么是服务端达到请求数上限，要么是客户端已经结束而应答还在路上。没有看到 SYN，无法确定是哪一种。",
		.story = "服务端会在一定请求数或一定时长之后关闭长连接，好让客户端重新分布、"
"释放内存。之前的响应里有 Connection: close；如果客户端使用流水线，"
"或没读到这个头就发下一个请求，该请求就会丢失。与长连接复用竞争不同，"
"这里没有停顿：FIN 在响应后几毫秒内就到。",
		.decide = "{resetter_addr} 的 FIN 紧跟在响应之后，响应带 Connection: "
"close，并且该连接上的请求数等于某个上限：nginx keepalive_requests "
"1000（1.19.10 之前为 100）、Apache MaxKeepAliveRequests 100、Tomcat "
"maxKeepAliveRequests 100。",
		.fix = {
			"客户端：遵守 Connection: close，不再在该连接上发送，也不要用流水线。",
			"请求幂等（重复执行无害）就换新连接重试。",
			"客户端少而繁忙时（例如代理）调高上限：nginx keepalive_requests "
"10000、Apache MaxKeepAliveRequests 0、Tomcat "
"maxKeepAliveRequests=\"-1\"；nginx 的 keepalive_time 1h 按时长起同样的作用。",
		},
	},
	.sources = {
		"RFC 9112 section 9.6",
		"nginx ngx_http_core_module: keepalive_requests; Apache httpd "
"MaxKeepAliveRequests",
		"Linux tcp_rcv_state_process() in net/ipv4/tcp_input.c",
	},
	.examples = {
		{ EXAMPLE_WINS, "c S; s SA; c A; c PA412 request; s A; +3ms s PA230 http=200 http-close; s "
"FA undelivered; +2ms c PA409 request; s R", NULL },
		{ EXAMPLE_WINS, "c S; s SA; +10ms c A; c PA90; +11ms s PA80; s FA undelivered; +1ms c A; c "
"PA90; +10ms s R", NULL },
		{ EXAMPLE_NOT, "c S; s SA; c A; c PA412 request; s A; +3ms s PA230 http=200; c A; +75s s FA "
"undelivered; +2ms c PA409 request; s R", "keepalive-race" },
	},
};
