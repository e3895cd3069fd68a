/* SPDX-License-Identifier: MIT */
/*
 * The accept queue was full when the last ACK of the handshake came. With tcp_abort_on_overflow=1
 * that ACK is answered with a reset; with 0 the server goes back to repeating its SYN-ACK, and
 * forgets.
 */
#include "causes/rules.h"

const struct cause cause_accept_overflow = {
	.id = "accept-overflow",
	.classes = CLASS_BIT(NO_SOCKET),
	.usual = CLASS_NO_SOCKET,
	.base = -6,
	.base_source = "public reports are few (agentmail-mcp#46, ai-dynamo/dynamo#15080): most clients of a full queue time out instead",
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(SHOWS(UNBORN)),
		FITS(RESETTER_IS_CLIENT, IS, 0),
		FITS(HANDSHAKE_WRONG, IS, 0),
		FITS(NO_CONNECTION, IS, 0),
		SIGN(45, SYNACK_REPEATED, AT_LEAST, 1),
		HINT(-10, SYNACK_REPEATED, IS, 0),
		SIGN(10, SYNS_UNANSWERED, AT_LEAST, 1),
		SIGN(4, VICTIM_RETRANSMITS, AT_LEAST, 1),
		PROOF(HOST_ACCEPT_QUEUE_FULL, IS, 1),
		HINT(40, HOST_QUEUE, AT_LEAST, 1),
		SIGN(1, HOST_QUEUE_LIMIT, AT_LEAST, 0),
		SIGN(2, HOST_OWNER_STOPPED, IS, 1),
		SIGN(1, HOST_OWNER_NOT_RUN, AT_LEAST, 1000000),
		SIGN(1, HOST_OWNER_THROTTLED, AT_LEAST, 1),
		FITS(HOST_PAST, IN, ONE_OF(PAST_NONE) | ONE_OF(PAST_OVERFLOWED)),
		FITS(HOST_LISTENER_NEWER, IS, 0),
		FITS(HOST_COOKIE_FAILED, IS, 0),
		PATH_WELL, BY_OWN_TCP),
	/* clang-format on */
	.en = {
		.title = "accept queue overflow",
		.summary = "The accept queue of {server_addr} was full: the client believes that it is "
"connected, the server never took the connection in.",
		.told = "{Resetter} did not take connections fast enough: the accept queue of {server_addr} was full ({HOST_QUEUE} waiting, room for {HOST_QUEUE_LIMIT}). The client believes that it is connected.",
		.story = "A finished handshake waits in the accept queue until the program calls "
"accept(). If the queue is full when the client's last ACK comes, the server "
"drops that ACK and repeats its SYN-ACK, while the client already sends its "
"request. When the repeats run out, the server forgets the connection, and "
"the next packet of the client is reset. With tcp_abort_on_overflow = 1 it "
"resets at once. Most clients of a full queue do not even come so far: their "
"SYN is dropped, and they time out.",
		.decide = "At {server_addr}: ss -ltn 'sport = :{port}' shows Recv-Q at or above "
"Send-Q, and TcpExtListenOverflows grows. In the capture: SYN-ACKs repeated "
"although the client had acknowledged one.",
		.fix = {
			"Find why accept() is slow: out of descriptors, a blocked event loop, too "
"few workers, CPU.",
			"Raise both the program's backlog and net.core.somaxconn, then let it listen "
"anew (restart or reload): nginx listen 80 backlog=4096, Tomcat acceptCount, "
"gunicorn --backlog, Java ServerSocket(port, backlog). Confirm it in Send-Q "
"of ss -ltn.",
			"Leave net.ipv4.tcp_abort_on_overflow at 0: with it, clients retry by "
"themselves.",
		},
		.folklore = "tcp_max_syn_backlog does nothing here, and with SYN cookies on (the "
"default) nothing at all since 4.4. somaxconn alone changes nothing while "
"the program asks for a smaller backlog, nor before listen() is called again.",
	},
	.zh = {
		.title = "全连接队列溢出",
		.summary = "{server_addr} 的全连接队列已满：客户端以为已经连上，"
"服务端其实从未收下这条连接。",
		.told = "{Resetter}接收连接太慢：{server_addr} 的全连接队列已满（{HOST_QUEUE} 条在等，上限 {HOST_QUEUE_LIMIT}）。客户端以为已经连上。",
		.story = "完成握手的连接在全连接队列里等程序 accept()。如果客户端的最后一个 ACK "
"到达时队列已满，服务端会丢弃这个 ACK 并重发 "
"SYN-ACK，而客户端已经开始发请求。重发次数用完后服务端忘记这条连接，"
"客户端的下一个报文就收到 RST。tcp_abort_on_overflow = 1 时会立刻 "
"RST。队列满时大多数客户端连这一步都到不了：SYN 被丢弃，表现为连接超时。",
		.decide = "在 {server_addr} 上：ss -ltn 'sport = :{port}' 显示 Recv-Q 大于等于 "
"Send-Q，TcpExtListenOverflows 增加。抓包里：客户端已经确认过，服务端仍重发 "
"SYN-ACK。",
		.fix = {
			"查 accept() 为什么慢：描述符耗尽、事件循环被阻塞、工作进程太少、CPU 不足。",
			"同时调高程序的 backlog 和 net.core.somaxconn，并让程序重新 "
"listen（重启或重载）：nginx listen 80 backlog=4096、Tomcat "
"acceptCount、gunicorn --backlog、Java ServerSocket(port, backlog)。用 ss "
"-ltn 的 Send-Q 确认。",
			"net.ipv4.tcp_abort_on_overflow 保持 0：这样客户端会自己重试。",
		},
		.folklore = "tcp_max_syn_backlog 在这里没有用，开启 SYN cookie（默认）时自 4.4 "
"起完全不起作用。只改 somaxconn 也没有用：程序的 backlog "
"更小时以它为准，而且要重新调用 listen() 才生效。",
	},
	.sources = {
		"Linux tcp_v4_syn_recv_sock() in net/ipv4/tcp_ipv4.c; tcp_check_req() in "
"net/ipv4/tcp_minisocks.c",
		"Documentation/networking/ip-sysctl.rst: tcp_abort_on_overflow, "
"tcp_synack_retries",
	},
	.examples = {
		{ EXAMPLE_WINS, "c S; s SA; c A; +100ms c PA75; +200ms c PA75 again; +700ms s SA again; c A; "
"+2s s SA again; c A; +4s c PA75 again; s R", NULL },
		{ EXAMPLE_WINS, "c S; s SA; c A; +1s s SA again; c A; s R", NULL },
		{ EXAMPLE_NOT, "c S; s SA; c A; +118ms c PA5; s R", "half-open" },
	},
};
