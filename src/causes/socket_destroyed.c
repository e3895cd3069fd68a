/* SPDX-License-Identifier: MIT */
/* Destroyed from outside: SOCK_DESTROY of inet_diag, or bpf_sock_destroy(). Both end in
 * tcp_abort(). */
#include "causes/rules.h"

const struct cause cause_socket_destroyed = {
	.id = "socket-destroyed",
	.classes = CLASS_BIT(OWNER_ABORT),
	.usual = CLASS_OWNER_ABORT,
	.base = -15,
	.base_source = "no report of it in the survey; done by hand, or by agents that cut connections to a removed back end",
	.owner_error = CAUSE_ECONNABORTED,
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(PICTURES_ABORT),
		FITS(ANSWERED_EARLY, IS, 0),
		HINT(4, ANSWER_OWED, IS, 0),
		SIGN(4, RESETS_SAME_INSTANT, AT_LEAST, 1),
		FITS(UNREAD_TLS_FAREWELL, IS, 0),
		PROOF(HOST_ACTION, IS, ACTION_DESTROY),
		OWNER_WELL, NOT_PAIRED, BY_OWN_TCP),
	/* clang-format on */
	.en = {
		.title = "destroyed from outside (ss -K)",
		.summary = "Somebody at {resetter_addr} destroyed the connection from outside the "
"program that owned it: ss -K, SOCK_DESTROY, or an agent with "
"bpf_sock_destroy().",
		.told = "{actor} destroyed the connection at {resetter_addr} from outside the program that owned it (SOCK_DESTROY, as ss -K does).",
		.story = "A privileged process can abort any TCP socket of its network namespace. The "
"kernel sends a reset to the peer, and the owner gets ECONNABORTED. "
"Administrators do it with ss -K; node agents do it to cut connections to a "
"back end that was removed, and Android does it when a network goes away. In "
"packets it looks like any abort by the owner.",
		.decide = "At {resetter_addr}: ECONNABORTED (103, \"Software caused connection "
"abort\") in the log of the owner is the sign, no other abort gives it. Then "
"shell history, auditd, and the log of the node agent.",
		.fix = {
			"Find who did it, and narrow the filter: ss -K dst ADDRESS dport = :PORT "
"kills all that match, idle or not.",
			"Node agents: let back ends drain before they are removed, so that nothing "
"is left to cut.",
			"In the program: treat ECONNABORTED like a lost connection, and connect "
"again.",
		},
	},
	.zh = {
		.title = "从外部被销毁（ss -K）",
		.summary = "在 {resetter_addr} 上，有人从所属程序之外销毁了这条连接：ss "
"-K、SOCK_DESTROY，或者使用 bpf_sock_destroy() 的代理程序。",
		.told = "{actor} 在 {resetter_addr} 上从所属程序之外销毁了这条连接（SOCK_DESTROY，例如 ss -K）。",
		.story = "有特权的进程可以中止本网络命名空间里的任何 TCP 套接字：内核向对端发 "
"RST，所属程序得到 ECONNABORTED。管理员用 ss "
"-K；节点代理在后端被移除时用它切断旧连接；Android 在网络断开时也会这样做。"
"从报文上看，和所属程序自己中止没有区别。",
		.decide = "在 {resetter_addr} 上：所属程序日志里的 ECONNABORTED（103，“Software caused "
"connection abort”）是标志，别的中止不会给出它。再查 shell 历史、auditd "
"和节点代理的日志。",
		.fix = {
			"找出是谁做的，并收紧过滤条件：ss -K dst ADDRESS dport = :PORT "
"会杀掉所有匹配的连接，不管是否空闲。",
			"节点代理：先排空后端再移除，就没有连接需要切断。",
			"在程序里：把 ECONNABORTED 当作连接丢失处理，重新连接。",
		},
	},
	.sources = {
		"Linux tcp_abort() in net/ipv4/tcp.c; tcp_diag_destroy() in "
"net/ipv4/tcp_diag.c; bpf_sock_destroy() in net/core/filter.c (6.5)",
	},
	.examples = {
		{ EXAMPLE_LISTED, "c S; s SA; c A; +200us s RA", NULL },
		{ EXAMPLE_LISTED, "c S; s SA; c A; c PA412; s PA230; c A; +5s s RA", NULL },
		{ EXAMPLE_NOT, "c S; s SA; c A; c PA412; s PA230; c A; +5s s RA", "linger-zero" },
	},
};
