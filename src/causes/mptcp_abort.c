/* SPDX-License-Identifier: MIT */
/* MPTCP says so itself, in an option of the reset: MP_FASTCLOSE, MP_TCPRST, or a refused MP_JOIN.
 */
#include "causes/rules.h"

const struct cause cause_mptcp_abort = {
	.id = "mptcp-abort",
	.classes = CLASS_BIT(OWNER_ABORT) | CLASS_BIT(NO_SOCKET) | CLASS_BIT(REFUSED),
	.usual = CLASS_OWNER_ABORT,
	.base = 0,
	.base_source = "decided by an option of the reset itself",
	/* clang-format off */
	CAUSE_RULES(
		MUST(MPTCP_RESET, IS, 1),
		SIGN(60, MPTCP_RESET, IS, 1),
		SIGN(5, MPTCP_JOIN_REFUSED, IS, 1),
		SIGN(5, MPTCP_REASON, AT_LEAST, 1),
		FITS(HOST_ACTION, IS, ACTION_MPTCP),
		FITS(HOST_TCP_SENT, IS, 1),
		FITS(HOST_FILTER_SENT, IS, 0),
		FITS(HOST_RAW_SENT, IS, 0)),
	/* clang-format on */
	.en = {
		.title = "MPTCP ended it",
		.summary = "{Resetter} ended an MPTCP connection or one of its subflows, and says so in "
"the reset itself.",
		.story = "Multipath TCP runs one connection over several subflows. An abort of the "
"whole connection (close with unread data, SO_LINGER 0, exit) carries "
"MP_FASTCLOSE; the end of one subflow carries MP_TCPRST with a reason; a "
"join that the host cannot match to a connection is refused with a reset. "
"Losing one subflow does not end the connection.",
		.decide = "nstat -az at {resetter_addr}: MPTcpExtMPFastcloseTx, MPTcpExtMPRstTx, "
"MPTcpExtMPJoinNoTokenFound. The reason code of MP_TCPRST (RFC 8684 section "
"3.6): 1 MPTCP error, 2 lack of resources, 3 administratively prohibited, 4 "
"too much outstanding data, 5 unacceptable performance, 6 middlebox "
"interference.",
		.fix = {
			"Fastclose: the program aborted it; look for unread data and SO_LINGER as "
"for TCP (close-unread, linger-zero).",
			"Refused joins behind a balancer: a join must reach the host that has the "
"connection; route by token, or switch joins off with ip mptcp limits set "
"subflow 0 add_addr_accepted 0.",
			"Reason 6: a box on the path changes bytes or strips options; take MPTCP off "
"that path (sysctl net.mptcp.enabled=0), or the box out of it.",
		},
	},
	.zh = {
		.title = "由 MPTCP 结束",
		.summary = "{Resetter}结束了一条 MPTCP 连接或它的一个子流，RST 自己带着说明。",
		.story = "MPTCP 让一条连接跑在多个子流上。中止整条连接（有未读数据就关闭、SO_LINGER "
"0、退出）带 MP_FASTCLOSE；结束一个子流带 MP_TCPRST "
"和原因码；主机找不到对应连接的 MP_JOIN 会被 RST "
"拒绝。少一个子流不等于连接结束。",
		.decide = "在 {resetter_addr} 上看 nstat -az：MPTcpExtMPFastcloseTx、MPTcpExtMPRstTx、"
"MPTcpExtMPJoinNoTokenFound。MP_TCPRST 的原因码（RFC 8684 3.6 节）：1 MPTCP "
"错误，2 资源不足，3 管理上禁止，4 未确认数据太多，5 性能不可接受，6 "
"中间设备干扰。",
		.fix = {
			"Fastclose：应用自己中止；像 TCP 一样查未读数据和 "
"SO_LINGER（close-unread、linger-zero）。",
			"负载均衡后面 join 被拒：join 必须到达持有该连接的主机；按 token 转发，或用 "
"ip mptcp limits set subflow 0 add_addr_accepted 0 关掉 join。",
			"原因 6：途中有设备改了数据或删了选项；让 MPTCP 不走这条路径（sysctl "
"net.mptcp.enabled=0），或去掉那台设备。",
		},
	},
	.sources = {
		"RFC 8684 sections 3.5 and 3.6",
		"Linux mptcp_do_fastclose() in net/mptcp/protocol.c; subflow_v4_route_req() "
"in net/mptcp/subflow.c",
	},
	.examples = {
		{ EXAMPLE_WINS, "c S; s SA; c A; c PA2; s A; +100ms s RA fastclose tcprst=0", NULL },
		{ EXAMPLE_WINS, "c S join; s RA tcprst=1", NULL },
		{ EXAMPLE_NOT, "c S; s SA; c A; c PA2; s A; +100ms s RA", "close-unread" },
	},
};
