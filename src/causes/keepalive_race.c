/* SPDX-License-Identifier: MIT */
/*
 * An idle connection closed just as the peer reused it. The request and the FIN cross on the wire,
 * or the request is queued at the moment of the close.
 */
#include "causes/rules.h"

const struct cause cause_keepalive_race = {
	.id = "keepalive-race",
	.classes = CLASS_BIT(NO_SOCKET) | CLASS_BIT(OWNER_ABORT),
	.usual = CLASS_NO_SOCKET,
	.base = 11,
	.base_source = SURVEY "9 (istio#55138, hyper#3553, node#27363 and others)",
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(SHOWS(LATE) | SHOWS(ABORT)),
		FITS(RST_ANSWERS, IN, ONE_OF(TRIGGER_DATA) | ONE_OF(TRIGGER_UNSEEN) | ONE_OF(TRIGGER_NOTHING)),
		FITS(FIN_CROSSED, IS, 1),
		FITS(FIN_AFTER_RESPONSE, IS, 0),
		FITS(ANSWERED_EARLY, IS, 0),
		FITS(NO_CONNECTION, IS, 0),
		FITS(FAREWELL_LEFT, IS, 0),
		SIGN(10, FIN_CROSSED, IS, 1),
		SIGN(8, REQUESTS_ANSWERED, AT_LEAST, 1),
		HINT(-20, REQUESTS_ANSWERED, IS, 0),
		SIGN(6, DATA_TO_FIN, AT_LEAST, 1000000),
		HINT(-45, RST_ANSWERS, IS, TRIGGER_NOTHING),
		SIGN(40, IDLE_BEFORE_REQUEST, AT_LEAST, 1000000),
		HINT(10, SILENCE, AT_MOST, 50 * 1000),
		HINT(-15, ANSWER_OWED, IS, 0),
		FITS(TRIGGER_TLS_ALERT, IS, 0),
		HINT(-15, TRIGGER_FAREWELL, IS, 1),
		SIGN(1, HOST_FIN_DROPPED, IS, 1),
		FITS(HOST_PAST, IS, PAST_CLOSED),
		FITS(HOST_ACTION, IS, ACTION_CLOSE),
		PROOF(HOST_IDLE_CLOSE, IS, 1),
		FITS(HOST_VICTIM_CLOSED, IS, 0),
		FITS(HOST_NEVER_ACCEPTED, IS, 0),
		OWNER_WELL, NOT_PAIRED, BY_OWN_TCP),
	/* clang-format on */
	.en = {
		.title = "keep-alive race",
		.summary = "{Resetter} closed an idle keep-alive connection at the same moment at which "
"{victim} reused it for a request.",
		.told = "{Resetter} closed the idle connection just as the next request of {victim} was on its way.",
		.guessed = "{Resetter} closed the connection just as bytes of {victim} were on their way: the next request on an idle connection, or an answer to a client that had stopped waiting. Which of the two, no SYN shows.",
		.story = "Both ends of a pooled connection have an idle timer. If the receiving end's "
"timer is the shorter one, sooner or later it closes (FIN) while a request "
"is already on its way: the request does not acknowledge that FIN, and meets "
"a socket that is gone. It happens at random, to a small share of requests, "
"after pauses close to the server's idle timeout, and shows as a 502 or "
"\"connection reset by peer\" on a service that is healthy. {idle_match}",
		.decide = "The request in the capture does not acknowledge the FIN, or follows it "
"within a round trip. The pause before it equals the idle timeout of "
"{resetter_addr}: nginx keepalive_timeout, Node server.keepAliveTimeout, "
"gunicorn --keep-alive.",
		.fix = {
			"Make the end that sends requests give up first: its idle timeout must be "
"shorter than that of the end that receives them, by some seconds.",
			"Behind a balancer: server timeout above the balancer's (AWS ALB 60 s: Node "
"server.keepAliveTimeout = 65000 and headersTimeout above that; gunicorn "
"--keep-alive 65; uvicorn --timeout-keep-alive 65).",
			"nginx to its back end: keepalive_timeout in the upstream block (60 s unless "
"set) below the back end's idle timeout.",
			"Clients: pool idle time below the server's (Go IdleConnTimeout, HttpClient "
"evictIdleConnections, OkHttp ConnectionPool), and repeat idempotent "
"requests that failed on a reused connection.",
		},
		.folklore = "TCP keepalive probes do not help: HTTP idle timers look at requests, not at "
"probes. Raising somaxconn, tcp_fin_timeout or file limits has nothing to do "
"with it.",
	},
	.zh = {
		.title = "长连接复用竞争",
		.summary = "{Resetter}正好在{victim}复用空闲长连接发请求的那一刻把它关闭。",
		.told = "{Resetter}关闭空闲连接时，{victim}的下一个请求正好已在路上。",
		.guessed = "{Resetter}关闭连接时，{victim}的数据正好已在路上：要么是空闲连接上的下一个请求，要么是发给已不再等待的客户端的应答。没有看到 SYN，无法确定是哪一种。",
		.story = "连接池里的连接两端各有空闲定时器。如果接收请求的一端定时器更短，"
"迟早会在请求已经发出时关闭连接（FIN）：请求没有确认这个 "
"FIN，到达时套接字已不在。它随机出现，只影响一小部分请求，"
"停顿时间接近服务端的空闲超时，表现为健康的服务偶发 502 或 “connection reset "
"by peer”。{idle_match}",
		.decide = "抓包里的请求没有确认 FIN，或在一个往返时间内紧跟其后。之前的停顿等于 "
"{resetter_addr} 的空闲超时：nginx keepalive_timeout、Node "
"server.keepAliveTimeout、gunicorn --keep-alive。",
		.fix = {
			"让发请求的一端先放弃：它的空闲超时必须比接收请求的一端短几秒。",
			"在负载均衡之后：服务端的超时要大于负载均衡的（AWS ALB 60 秒：Node 设 "
"server.keepAliveTimeout = 65000，headersTimeout 再大一些；gunicorn "
"--keep-alive 65；uvicorn --timeout-keep-alive 65）。",
			"nginx 到后端：upstream 块里的 keepalive_timeout（默认 60 "
"秒）要小于后端的空闲超时。",
			"客户端：连接池空闲时间小于服务端（Go IdleConnTimeout、HttpClient "
"evictIdleConnections、OkHttp ConnectionPool）"
"，并对复用连接上失败的幂等请求自动重试。",
		},
		.folklore = "TCP keepalive 探测没有用：HTTP 的空闲定时器只看请求，不看探测。调大 "
"somaxconn、tcp_fin_timeout 或描述符上限都与此无关。",
	},
	.sources = {
		"RFC 9112 section 9.5 (close events are asynchronous) and 9.3.1 (retrying)",
		"Linux tcp_rcv_state_process() in net/ipv4/tcp_input.c: data for a closed "
"socket; TCP_TW_RST in net/ipv4/tcp_minisocks.c",
		"istio#55138, hyper#3553, node#27363, node#17749",
	},
	.examples = {
		{ EXAMPLE_WINS, "c S; s SA; c A; c PA412 request; s A; +3ms s PA230 http=200; c A; +65s s FA "
"undelivered; +200us c PA409 request; s R", NULL },
		{ EXAMPLE_WINS, "c S; s SA; +20ms c A; c PA412; +20ms s PA230; +20ms c A; +5s s FA; +15ms c "
"PA409; +5ms s R", NULL },
		{ EXAMPLE_WINS, "c S; s SA; c A; c PA412 request; s A; +3ms s PA230 http=200; c A; +65s c "
"PA409 request; s RA", NULL },
		{ EXAMPLE_NOT, "c S; s SA; c A; c PA412 request; s A; +3ms s PA230 http=200; c A; +65s s "
"FA; +40ms c A; +9s c PA409 request; s R", "write-after-close" },
		{ EXAMPLE_NOT, "c S; s SA; c A; c PA412 request; s A; +3ms s PA230 http=200; s FA "
"undelivered; +200us c PA409 request; s R", "max-requests" },
	},
};
