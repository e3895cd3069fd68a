/* SPDX-License-Identifier: MIT */
/* That end had given up before, without a word: Linux timeouts send no reset. The peer spoke later.
 */
#include "causes/rules.h"

const struct cause cause_timed_out_earlier = {
	.id = "timed-out-earlier",
	.classes = CLASS_BIT(NO_SOCKET),
	.usual = CLASS_NO_SOCKET,
	.base = -12,
	.base_source = "gives up after tcp_retries2, about 15 minutes, or TCP_USER_TIMEOUT, without a word (net/ipv4/tcp_timer.c: tcp_write_err)",
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(PICTURES_NO_MEMORY | SHOWS(LATE)),
		FITS(HANDSHAKE_WRONG, IS, 0),
		FITS(NO_CONNECTION, IS, 0),
		FITS(NAT_REMAPPED, IS, 0),
		SIGN(45, RESETTER_RETRANSMITS, AT_LEAST, 1),
		HINT(-10, RESETTER_RETRANSMITS, IS, 0),
		/* Who waits for an answer gives up first. */
		HINT(4, RESETTER_IS_CLIENT, IS, 1),
		/* Who waits at a closed window asks now and then, and gives up in the end. */
		SIGN(15, ACK_REOPENS, IS, 1),
		/* Whose FIN was acknowledged had nothing left to send again. */
		HINT(-15, RESETTER_FIN_ACKED, IS, 1),
		SIGN(8, SILENCE, AT_LEAST, 924 * 1000000LL),
		PROOF(HOST_PAST, IS, PAST_TIMED_OUT),
		FITS(HOST_ACCEPT_QUEUE_FULL, IS, 0),
		FITS(HOST_LISTENER_NEWER, IS, 0),
		OWNER_WELL, NOT_PAIRED, PATH_WELL, BY_OWN_TCP),
	/* clang-format on */
	.en = {
		.title = "it had timed out before",
		.summary = "{Resetter} had given this connection up earlier without a word, when nobody "
"acknowledged its data; {victim} spoke later and met nothing.",
		.story = "When data is not acknowledged, the kernel retransmits it with growing "
"pauses and then gives up: after tcp_retries2 (about 15 minutes), "
"TCP_USER_TIMEOUT, or, once the program has closed, tcp_orphan_retries. It "
"tells its own program ETIMEDOUT and sends nothing to the peer. When the "
"peer, or the path, comes back and says something, the connection is no "
"longer there.",
		.decide = "The retransmissions or window probes of {resetter_addr} before its silence; "
"there TcpExtTCPAbortOnTimeout grew, and the program logged ETIMEDOUT "
"(\"Connection timed out\").",
		.fix = {
			"Find why {victim} did not acknowledge: packet loss or a filter on the path "
"at that time, a host that was suspended, a program that did not read "
"(window 0).",
			"If the pause was legitimate, wait longer: TCP_USER_TIMEOUT of the socket, "
"net.ipv4.tcp_retries2 (15 unless lowered; RFC 1122 wants at least 100 s, "
"that is 8).",
			"If it should be noticed sooner at both ends, use a heartbeat of the "
"protocol.",
		},
		.folklore = "tcp_retries2 is a time bound, not a count of packets; and lowering it makes "
"no reset, only an earlier silence.",
	},
	.zh = {
		.title = "早已超时放弃",
		.summary = "{Resetter}的数据一直没人确认，早就默默放弃了这条连接；{victim}后来再说话，"
"已经没有连接了。",
		.story = "数据得不到确认时，内核以越来越长的间隔重传，然后放弃：到 tcp_retries2（约 "
"15 分钟）、TCP_USER_TIMEOUT，或者程序已关闭后的 "
"tcp_orphan_retries。它给自己的程序返回 ETIMEDOUT，对端什么也收不到。"
"等对端或路径恢复后再发报文，连接已经不在了。",
		.decide = "{resetter_addr} 沉默之前有重传或窗口探测；该主机的 TcpExtTCPAbortOnTimeout "
"增加，程序日志里有 ETIMEDOUT（“Connection timed out”）。",
		.fix = {
			"查清{victim}当时为什么没有确认：路径丢包或过滤、"
"主机挂起、程序不读数据（窗口为 0）。",
			"如果停顿是正常的，就等久一点：套接字的 TCP_USER_TIMEOUT，"
"net.ipv4.tcp_retries2（默认 15；RFC 1122 要求至少 100 秒，即 8）。",
			"如果两端都应该早点发现，用协议自己的心跳。",
		},
		.folklore = "tcp_retries2 限制的是时间，不是报文个数；调小它不会产生 RST，只会更早沉默。",
	},
	.sources = {
		"Linux tcp_write_timeout() and tcp_write_err() in net/ipv4/tcp_timer.c",
		"RFC 1122 section 4.2.3.5; RFC 5482",
	},
	.examples = {
		{ EXAMPLE_WINS, "c S; s SA; c A; c PA40 undelivered; +200ms c PA40 again undelivered; +400ms "
"c PA40 again undelivered; +800ms c PA40 again undelivered; +20m s PA1; c R", NULL },
		{ EXAMPLE_NOT, "c S; s SA; c A; c PA40; s A; s PA40; c A; +20s c PA40; s R", "half-open" },
	},
};
