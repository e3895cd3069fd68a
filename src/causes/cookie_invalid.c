/* SPDX-License-Identifier: MIT */
/*
 * With SYN cookies the server keeps no state of the handshake; the last ACK must carry the cookie
 * back. One that does not is answered with a reset.
 */
#include "causes/rules.h"

const struct cause cause_cookie_invalid = {
	.id = "cookie-invalid",
	.classes = CLASS_BIT(NO_SOCKET),
	.usual = CLASS_NO_SOCKET,
	.base = -5,
	.base_source = "needs SYN cookies in use, and an acknowledgement that comes too late or was made up (net/ipv4/syncookies.c)",
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(PICTURES_NO_MEMORY),
		FITS(RESETTER_IS_CLIENT, IS, 0),
		MUST(TRIGGER_ACK_WRONG, IS, 1),
		FITS(HANDSHAKE_WRONG, IS, 1),
		FITS(TFO_USED, IS, 0),
		FITS(RST_ANSWERS, IN, ONE_OF(TRIGGER_DATA) | ONE_OF(TRIGGER_ACK) | ONE_OF(TRIGGER_HANDSHAKE_ACK) | ONE_OF(TRIGGER_UNSEEN)),
		SIGN(20, RST_ANSWERS, IS, TRIGGER_DATA),
		SIGN(8, SYNS_UNANSWERED, AT_LEAST, 1),
		PROOF(HOST_COOKIE_FAILED, IS, 1),
		FITS(HOST_PAST, IS, PAST_NONE),
		BY_OWN_TCP),
	/* clang-format on */
	.en = {
		.title = "not a valid SYN cookie",
		.summary = "{Resetter} was answering with SYN cookies, and the acknowledgement of "
"{victim} is no valid cookie: too late, or made up.",
		.story = "When the SYN queue is full, Linux keeps no state of new handshakes but "
"hides it in the sequence number of its SYN-ACK, the cookie. The client's "
"ACK brings it back. If that number is wrong or older than about two "
"minutes, the listener has nothing to build a connection from, and resets. "
"Old ACKs and blind connection attempts end so; a legitimate client hardly "
"ever does.",
		.decide = "At {server_addr}: TcpExtSyncookiesFailed grows, after TcpExtSyncookiesSent; "
"dmesg \"Possible SYN flooding on port\" with {port} (once per listener).",
		.fix = {
			"Many half-open connections (ss -tan state syn-recv) and far fewer cookies "
"back than sent (SyncookiesRecv, SyncookiesSent): it is a flood; limit it before "
"it reaches the host.",
			"Cookies sent and received in equal numbers: a legitimate burst; raise the "
"program's backlog and net.core.somaxconn.",
			"If the clients are genuine: look for a box that changes sequence numbers in "
"one direction only.",
		},
		.folklore = "Do not switch net.ipv4.tcp_syncookies off: the SYN queue then drops SYNs "
"silently. tcp_max_syn_backlog is no limit while cookies are on.",
	},
	.zh = {
		.title = "不是有效的 SYN cookie",
		.summary = "{Resetter}正在使用 SYN cookie，而{victim}的确认号不是有效的 "
"cookie：来得太晚，或是伪造的。",
		.story = "半连接队列满时，Linux 不为新握手保存状态，而是把它藏在 SYN-ACK 的序号里，即 "
"cookie，由客户端的 ACK 带回。如果这个号不对，或已过去约两分钟，"
"监听套接字无从建立连接，就发 RST。过期的 ACK 和盲目的连接尝试会这样结束，"
"正常客户端几乎不会。",
		.decide = "在 {server_addr} 上：TcpExtSyncookiesSent 之后 TcpExtSyncookiesFailed "
"增加；dmesg 里有 “Possible SYN flooding on port” 和端口 {port}（每个监听只打一次）。",
		.fix = {
			"半连接很多（ss -tan state syn-recv），收回的 cookie 远少于发出的"
"（SyncookiesRecv 与 SyncookiesSent）：是洪泛攻击，在到达主机之前限制。",
			"发出和收回的 cookie 数量相当：是正常的突发流量，调高程序的 backlog 和 "
"net.core.somaxconn。",
			"如果客户端是真实的：查有没有只在一个方向上改写序号的设备。",
		},
		.folklore = "不要关闭 net.ipv4.tcp_syncookies：关闭后半连接队列满时会静默丢弃 "
"SYN。cookie 打开时 tcp_max_syn_backlog 不起限制作用。",
	},
	.sources = {
		"Linux cookie_v4_check() in net/ipv4/syncookies.c; tcp_rcv_state_process() "
"in net/ipv4/tcp_input.c",
		"RFC 4987 section 3.6",
	},
	.examples = {
		{ EXAMPLE_WINS, "c S nots win=1024; s SA nots; +300us c PA3 ack=778 nots win=1024; s R "
"seq=778", NULL },
		{ EXAMPLE_NOT, "c S nots win=1024; s SA nots; +300us c A ack=7778 nots win=1024; s R "
"seq=7778", "handshake-mismatch" },
	},
};
