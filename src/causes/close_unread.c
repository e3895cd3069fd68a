/* SPDX-License-Identifier: MIT */
/*
 * close() with bytes still in the receive queue. RFC 1122 section 4.2.2.13 wants a reset then,
 * because a FIN would say that everything had been taken.
 */
#include "causes/rules.h"

const struct cause cause_close_unread = {
	.id = "close-unread",
	.classes = CLASS_BIT(OWNER_ABORT),
	.usual = CLASS_OWNER_ABORT,
	.base = 0,
	.base_source = "the measure of the others",
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(PICTURES_ABORT),
		FITS(VICTIM_SILENT, IS, 0),
		FITS(ANSWERED_EARLY, IS, 0),
		FITS(UNREAD_TLS_FAREWELL, IS, 0),
		SIGN(6, REQUEST_ACKED_UNANSWERED, AT_LEAST, 1),
		HINT(14, ANSWER_OWED, IS, 1),
		/* Who reads at all has read what came a second ago. */
		HINT(-8, SINCE_LAST, AT_LEAST, 1000000),
		HINT(-9, ANSWER_OWED, IS, 0),
		HINT(18, ABORTED_ANSWER, IS, 1),
		/* Who does not answer is given up. */
		SIGN(1, HOST_OWNER_STOPPED, IS, 1),
		SIGN(1, HOST_OWNER_NOT_RUN, AT_LEAST, 1000000),
		SIGN(1, HOST_OWNER_THROTTLED, AT_LEAST, 1),
		PROOF(HOST_UNREAD, AT_LEAST, 1),
		FITS(HOST_IDLE_CLOSE, IS, 0),
		FITS(HOST_ACTION, IS, ACTION_CLOSE),
		FITS(HOST_NEVER_ACCEPTED, IS, 0),
		OWNER_WELL, NOT_PAIRED, BY_OWN_TCP),
	/* clang-format on */
	.en = {
		.title = "closed with unread data",
		.summary = "{Resetter} closed the connection without reading all that {victim} had "
"sent; its kernel then sends a reset instead of a FIN.",
		.told = "{Resetter} closed the connection with {HOST_UNREAD} of {victim} unread; its kernel then sends a reset instead of a FIN.",
		.story = "The kernel acknowledges bytes when they arrive in the receive buffer; "
"whether the program ever read them, the other end cannot see. If the "
"program calls close() while some of them wait there, Linux sends a reset at "
"once, so that the peer does not take them for received, and throws away "
"whatever of the answer was still under way. The usual reasons are an error "
"path that closes without reading on, a request longer than what the program "
"reads, a second pipelined request, or a limit that turns new clients away.",
		.decide = "At {resetter_addr}: TcpExtTCPAbortOnClose grows by one with every such "
"reset (nstat -az TcpExtTCPAbortOnClose), and strace -f -e "
"trace=read,recvfrom,close -p PID shows close() before the last bytes were "
"read. Its log of that second tells why it closed.",
		.fix = {
			"In the program that closed: read to the end of the request before close(). "
"If it must refuse, shutdown(fd, SHUT_WR), read and discard until EOF or for "
"a few seconds, then close().",
			"nginx: leave lingering_close on (the default) and lingering_timeout at 5s "
"or more, in nginx.conf.",
			"In the other end: stop sending when the answer says Connection: close, and "
"read what has arrived before treating a failed write as fatal.",
			"If it happens under load only, look for \"Too many open files\" in the log "
"of {resetter_addr} first: see fd-exhausted.",
		},
		.folklore = "Larger receive buffers (net.core.rmem_max, tcp_rmem) only make room for "
"more unread bytes. SO_LINGER with a time above 0 does not help either: the "
"kernel looks at unread bytes before it looks at linger.",
	},
	.zh = {
		.title = "接收缓冲区有未读数据就关闭",
		.summary = "{Resetter}没有读完{victim}发来的数据就关闭了连接，内核因此发出 RST 而不是 "
"FIN。",
		.told = "{Resetter}关闭连接时还有{victim}发来的 {HOST_UNREAD}未读，内核因此发出 RST 而不是 FIN。",
		.story = "数据一进接收缓冲区，内核就会回 ACK；应用到底读没读，"
"对端看不到。如果应用在缓冲区里还有数据时调用 close()，Linux 会立刻发 "
"RST，免得对端误以为数据已被处理，同时丢弃还没送达的响应。"
"常见场景：出错分支没有读完就关闭、请求比程序读取的长、流水线里的第二个请求、"
"限流时直接关闭新连接。",
		.decide = "在 {resetter_addr} 上：每出现一次，TcpExtTCPAbortOnClose 就加一（nstat -az "
"TcpExtTCPAbortOnClose）；strace -f -e trace=read,recvfrom,close -p PID "
"能看到没读完就 close()。再对照应用在那一秒的日志，看它为什么关闭。",
		.fix = {
			"在主动关闭的程序里：把请求读完再 close()；如果要拒绝请求，先 shutdown(fd, "
"SHUT_WR)，继续读并丢弃，直到 EOF 或几秒超时，再 close()。",
			"nginx：在 nginx.conf 里保持 lingering_close on（默认值），lingering_timeout "
"不小于 5s。",
			"在另一端：看到响应里有 Connection: close 就停止发送；写失败时，"
"先把已到达的响应读完再报错。",
			"如果只在高负载下出现，先在 {resetter_addr} 的日志里找 “Too many open "
"files”，见 fd-exhausted。",
		},
		.folklore = "调大 net.core.rmem_max、tcp_rmem 没有用，只会让更多数据堆在缓冲区里没人读。"
"把 SO_LINGER 的时间设成大于 0 也没有用：内核先检查未读数据，再看 linger。",
	},
	.sources = {
		"RFC 1122 section 4.2.2.13; RFC 9293 section 3.6.1; RFC 2525 section 2.17",
		"Linux __tcp_close() in net/ipv4/tcp.c: data_was_unread, "
"LINUX_MIB_TCPABORTONCLOSE",
		"netty#6818, dotnet/runtime#44764, dotnet/runtime#57186",
	},
	.examples = {
		/* A reset beside the mark is challenged and did nothing; the next one counts. */
		{ EXAMPLE_WINS, "c S; s SA; c A; c PA20; s A; +10ms s R seq=5000; c A; +10s c PA20; s A; +20ms s RA", NULL },
		{ EXAMPLE_WINS, "c S; s SA; c A; c PA75; s A; +660us s RA", NULL },
		{ EXAMPLE_WINS, "c S; s SA; c A; c PA412 request; s A; +3ms s PA230 http=200; c A; +80ms c "
"PA409 request; s A; +9ms s RA", NULL },
		{ EXAMPLE_WINS, "c S; s SA; c A; c PA100; s A; c FA; +40ms s A; +60ms s RA", NULL },
		{ EXAMPLE_WINS, "c S; s SA; c A; c PA824 request; s A; +3ms s PA230 http=200 http-close; c "
"A; s RA", NULL },
		{ EXAMPLE_NOT, "c S; s SA; c A; c PA412 request; s A; +3ms s PA230 http=200; c A; +2s s RA", "linger-zero" },
		{ EXAMPLE_NOT, "c S; s SA; c A; c A1448; c PA1448; s A; s PA45 http=413 http-close; c "
"PA1448; +200us s RA", "early-response" },
	},
};
