/* SPDX-License-Identifier: MIT */
/*
 * A packet filter of the host itself, told to reject with a reset. nf_send_reset() imitates the
 * kernel's own; only the type of service gives it away, and TcpOutRsts, which stands still.
 */
#include "causes/rules.h"

const struct cause cause_firewall_reject = {
	.id = "firewall-reject",
	.classes = CLASS_BIT(NETWORK) | CLASS_BIT(REFUSED) | CLASS_BIT(NO_SOCKET),
	.usual = CLASS_NETWORK,
	.base = 0,
	.base_source = SURVEY "2 ended at a filter (csi2115/scripts#29, SUSE/machinery#2128)",
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(SHOWS(REFUSED) | PICTURES_NO_MEMORY),
		FITS(TTL_DELTA, BETWEEN, -2, 2),
		HINT(-15, TTL_DELTA, NOT, 0),
		FITS(RST_TOS, IN, ONE_OF(RST_TOS_CLEARED) | ONE_OF(RST_TOS_OWN)),
		SIGN(30, RST_TOS, IS, RST_TOS_CLEARED),
		FITS(MPTCP_RESET, IS, 0),
		SIGN(12, RESETTER_CONTINUES, IS, 1),
		HINT(-4, RESETTER_ACKED_VICTIM, IS, 1),
		HINT(-12, MIDSTREAM, IS, 1),
		/* A client's filter lets in what belongs to its own connections. */
		HINT(-10, RESETTER_IS_CLIENT, IS, 1),
		HINT(-10, SYNACK_REPEATED, AT_LEAST, 1),
		HINT(-12, HANDSHAKE_WRONG, IS, 1),
		PROOF(HOST_FILTER_SENT, IS, 1),
		FITS(HOST_FORWARDING, IS, 0),
		FITS(HOST_TCP_SENT, IS, 0),
		FITS(HOST_RAW_SENT, IS, 0),
		FITS(HOST_CONNTRACK_GONE, IS, 0),
		FITS(RST_LEFT_RESETTER, IS, 1)),
	/* clang-format on */
	.en = {
		.title = "rejected by a filter on that host",
		.summary = "A packet filter rejected the packet with a reset in the name of {resetter_addr} "
"(REJECT --reject-with tcp-reset), on that host itself or on the way out of the other end's; "
"the TCP that it speaks for never saw the packet.",
		.story = "nftables and iptables can answer a packet with a reset in the name of the "
"host. On a SYN it looks like a closed port; in a running connection it "
"kills the sender's end while the program on the host knows nothing and goes "
"on. Rules that match by state (INVALID), by content, or that were loaded "
"after the connection began do it in the middle.",
		.decide = "At {resetter_addr}, for a rule in an output chain at {victim_addr}: nft list "
"ruleset | grep -n 'tcp reset', iptables-save -c | grep tcp-reset: the counter moves with each such reset, while "
"TcpOutRsts does not. nft monitor trace names the rule.",
		.fix = {
			"Allow the traffic before the rejecting rule: nft insert rule inet filter "
"input tcp dport {port} accept; firewall-cmd --add-port={port}/tcp "
"--permanent; ufw allow {port}/tcp.",
			"Rules on state: accept established and related first, and drop invalid "
"instead of rejecting it.",
			"After a reload of rules with nf_conntrack_tcp_loose = 0, running "
"connections are unknown: leave it at 1.",
		},
	},
	.zh = {
		.title = "被该主机自己的防火墙拒绝",
		.summary = "包过滤规则以 {resetter_addr} 的名义用 RST 拒绝了报文（REJECT --reject-with "
"tcp-reset）：规则在那台主机自己身上，或在对方主机的出口；被代言的 TCP 根本没看到这个报文。",
		.story = "nftables 和 iptables 可以用主机的名义以 RST 应答。对 SYN "
"来说和端口关闭一样；在连接中途，它会断掉发送方，而主机上的程序毫不知情、"
"继续运行。按状态（INVALID）或内容匹配的规则，以及连接建立后才加载的规则，"
"会在中途生效。",
		.decide = "在 {resetter_addr} 上（规则在 output 链时，在 {victim_addr} 上）：nft list ruleset | grep -n 'tcp "
"reset'，iptables-save -c | grep tcp-reset：每次 RST 计数都增加，而 "
"TcpOutRsts 不变。nft monitor trace 能给出具体规则。",
		.fix = {
			"在拒绝规则之前放行：nft insert rule inet filter input tcp dport {port} "
"accept；firewall-cmd --add-port={port}/tcp --permanent；ufw allow "
"{port}/tcp。",
			"按状态的规则：先放行 established 和 related，对 invalid 用 drop 而不是 "
"reject。",
			"nf_conntrack_tcp_loose = 0 时重载规则会让已有连接变成未知：保持 1。",
		},
	},
	.sources = {
		"Linux nf_send_reset() in net/ipv4/netfilter/nf_reject_ipv4.c; "
"nft_reject_netdev_eval()",
		"iptables-extensions(8): REJECT; nft(8): reject statement",
	},
	.examples = {
		{ EXAMPLE_LISTED, "c S; s RA", NULL },
		{ EXAMPLE_LISTED, "c S; s SA; c A; +6ms c PA4; s R", NULL },
		{ EXAMPLE_WINS, "c S tos=32; s SA tos=32; c A tos=32; c PA40 tos=32; s A tos=32; s PA40 "
"tos=32; c A tos=32; +1s c PA40 tos=32; s R; +1s s PA40 tos=32", NULL },
		{ EXAMPLE_NOT, "c S; s RA", "port-closed" },
	},
};
