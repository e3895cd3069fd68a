/* SPDX-License-Identifier: MIT */
/*
 * Keepalive probes without an answer that counts. The timer sends a reset when it gives up; no
 * other timeout of Linux does.
 */
#include "causes/rules.h"

const struct cause cause_keepalive_timeout = {
	.id = "keepalive-timeout",
	.classes = CLASS_BIT(OWNER_ABORT),
	.usual = CLASS_OWNER_ABORT,
	.base = -12,
	.base_source = "TCP keepalive is off unless the program asks for it (RFC 1122 section 4.2.3.6)",
	.owner_error = CAUSE_ETIMEDOUT,
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(SHOWS(ABORT)),
		FITS(RESETTER_PROBES, AT_LEAST, 1),
		SIGN(12, RESETTER_PROBES, AT_LEAST, 1),
		SIGN(25, RESETTER_PROBES_PACED, IS, 1),
		HINT(-25, RESETTER_PROBES_PACED, IS, 0),
		/* Probes are a second apart at least (TCP_KEEPINTVL). */
		HINT(4, SINCE_LAST, AT_LEAST, 1000000),
		HINT(-12, SINCE_LAST, AT_MOST, 999999),
		FITS(ANSWERED_EARLY, IS, 0),
		PROOF(HOST_ACTION, IS, ACTION_KEEPALIVE_TIMER),
		FITS(HOST_NEVER_ACCEPTED, IS, 0),
		OWNER_WELL, NOT_PAIRED, BY_OWN_TCP),
	/* clang-format on */
	.en = {
		.title = "keepalive probes went unanswered",
		.summary = "{Resetter} got no answer to its keepalive probes and gave the connection up "
"with a reset.",
		.story = "With SO_KEEPALIVE the kernel probes an idle connection with an empty "
"segment one byte back: after tcp_keepalive_time without traffic, then every "
"tcp_keepalive_intvl, tcp_keepalive_probes times. If nothing comes back it "
"reports ETIMEDOUT to the program and sends one reset, which reaches the "
"peer only if the path works in that direction. The peer, or the way back "
"from it, was gone for the whole time of the probes.",
		.decide = "Before the reset: evenly spaced probes of {resetter_addr}. There "
"TcpExtTCPAbortOnTimeout grows and the program gets ETIMEDOUT. If {victim} "
"answered in its own capture, the way back is broken: compare both ends.",
		.fix = {
			"Find where the answers are lost: capture at both ends; routes that differ "
"by direction, a filter that drops the idle flow, a host that was gone.",
			"If a stateful box forgot the flow first, probe sooner than it forgets: "
"TCP_KEEPIDLE (or net.ipv4.tcp_keepalive_time) below its idle timer, see "
"idle-expired.",
			"If the peer only stalls for long, allow for it: TCP_KEEPCNT times "
"TCP_KEEPINTVL (75 s times 9 unless set; Go 15 s times 9) above the longest "
"pause.",
		},
		.folklore = "The kernel's own documentation says that TCPAbortOnTimeout never goes with "
"a reset: for keepalive it does. Sysctls change nothing for sockets without "
"SO_KEEPALIVE.",
	},
	.zh = {
		.title = "keepalive 探测无应答",
		.summary = "{Resetter}的 keepalive 探测一直没有得到应答，于是放弃连接并发出 RST。",
		.story = "设置了 SO_KEEPALIVE 后，内核会用序号退一的空报文探测空闲连接：空闲 "
"tcp_keepalive_time 之后开始，每隔 tcp_keepalive_intvl 一次，共 "
"tcp_keepalive_probes 次。始终没有应答时，内核给程序返回 ETIMEDOUT，并发一个 "
"RST；只有这个方向还通，对端才收得到。也就是说，在整个探测期间，"
"对端或者从对端回来的路径是断的。",
		.decide = "RST 之前有 {resetter_addr} 发出的等间隔探测报文；该主机的 "
"TcpExtTCPAbortOnTimeout 增加，程序得到 "
"ETIMEDOUT。如果{victim}一侧的抓包里有应答，就是回程断了：对比两端抓包。",
		.fix = {
			"找出应答丢在哪里：两端同时抓包；查来回路径不一致、中途设备丢弃空闲流、"
"主机曾经宕机。",
			"如果是中间的有状态设备先忘记了这条流，就在它忘记之前探测：TCP_KEEPIDLE（或 "
"net.ipv4.tcp_keepalive_time）小于它的空闲时间，见 idle-expired。",
			"如果对端只是长时间停顿，就放宽：TCP_KEEPCNT 乘以 TCP_KEEPINTVL（默认 9 次 × "
"75 秒，Go 为 9 次 × 15 秒）要大于最长的停顿。",
		},
		.folklore = "内核文档说 TCPAbortOnTimeout 从不伴随 RST：keepalive 是例外。没有设置 "
"SO_KEEPALIVE 的套接字，改 sysctl 完全无效。",
	},
	.sources = {
		"Linux tcp_keepalive_timer() in net/ipv4/tcp_timer.c",
		"RFC 1122 section 4.2.3.6; RFC 9293 section 3.8.4",
	},
	.examples = {
		{ EXAMPLE_WINS, "c S; s SA; c A; c PA50; s PA50; c A; +15s c A probe; +15s c A probe; +15s c "
"A probe; +15s c RA", NULL },
		{ EXAMPLE_WINS, "c S; s SA; c A; +1s c A probe; s A undelivered; +1s c A probe; s A "
"undelivered; +1s c RA", NULL },
		{ EXAMPLE_NOT, "c S; s SA; c A; c PA50; s PA50; c A; +15s c A probe; s A; +15s c A probe; s "
"A; +4s c RA", "linger-zero" },
	},
};
