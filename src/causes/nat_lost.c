/* SPDX-License-Identifier: MIT */
/*
 * A NAT lost or changed its mapping, so that one end gets packets of a connection it does not know;
 * or an answer came back untranslated.
 */
#include "causes/rules.h"

const struct cause cause_nat_lost = {
	.id = "nat-lost",
	.classes = CLASS_BIT(NO_SOCKET) | CLASS_BIT(NETWORK),
	.usual = CLASS_NO_SOCKET,
	.base = 5,
	.base_source = SURVEY "5 (kubernetes#74839, kubernetes#117924, kubernetes#122174 and others)",
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(PICTURES_NO_MEMORY | SHOWS(SYNACK)),
		FITS(HANDSHAKE_WRONG, IS, 0),
		SIGN(50, NAT_REMAPPED, IS, 1),
		HINT(-7, NAT_REMAPPED, IS, 0),
		/* The translator's own stack answers a packet that it can no longer hand on. */
		HINT(4, TTL_DELTA, NOT, 0),
		/* It stands before the client, and so a hop nearer at least. */
		HINT(-12, CLIENT_AT_ITS_DISTANCE, IS, 1),
		SIGN(45, SYNACK_OTHER_ADDRESS, IS, 1),
		HINT(-30, RST_ANSWERS, IS, TRIGGER_SYNACK),
		/* The translator knew it a moment ago. */
		HINT(-6, AGE, AT_MOST, 1000000),
		STRANGER_HINTS,
		SIGN(25, HOST_TRANSLATES, IS, 1),
		PROOF(HOST_NAT_GONE, IS, 1),
		FITS(HOST_ROUTE_CHANGED, IS, 0),
		BY_A_STRANGER),
	/* clang-format on */
	.en = {
		.title = "a NAT lost the mapping",
		.summary = "A NAT between the two ends lost or changed its mapping for this connection, "
"so that {resetter} got a packet from an address or port it does not know.",
		.story = "A NAT keeps a table of translations. When an entry is gone (timeout, table "
"full, reload, failover) or a packet is judged INVALID and passes "
"untranslated, the other end sees a source that has no connection, or a "
"client gets an answer from an address that it never asked, and resets it. "
"Both ends themselves are healthy. In Kubernetes it shows as random resets "
"of service traffic under load, or as a client that resets the SYN-ACK of a "
"pod address.",
		.decide = "On the NAT: conntrack -S (insert_failed, drop, invalid), conntrack -L -p "
"tcp --dport {port}, dmesg \"nf_conntrack: table full\"; a capture on both "
"of its sides shows the changed port or address.",
		.fix = {
			"Packets judged INVALID: drop them before they pass untranslated (kube-proxy "
"does since 1.15; iptables -A FORWARD -m conntrack --ctstate INVALID -j "
"DROP), or net.netfilter.nf_conntrack_tcp_be_liberal = 1.",
			"Entries that expire: SO_KEEPALIVE below the timeout of the NAT; on Linux "
"net.netfilter.nf_conntrack_tcp_timeout_established (432000 s unless "
"lowered, kube-proxy 86400).",
			"Answers that bypass the NAT (client and back end in one network): "
"masquerade hairpin traffic (kube-proxy --masquerade-all, hairpinMode of the "
"CNI plugin), or use the back end's own address.",
			"Table full: raise net.netfilter.nf_conntrack_max and the hash size with it.",
		},
		.folklore = "nf_conntrack_max alone does not help unless the table is full: a full table "
"drops new connections silently, it does not reset old ones.",
	},
	.zh = {
		.title = "NAT 映射丢失",
		.summary = "两端之间的 NAT 丢失或改变了这条连接的映射，"
"{resetter}收到的报文来自它不认识的地址或端口。",
		.story = "NAT 维护着一张转换表。表项消失（超时、表满、重载、切换），或者报文被判为 "
"INVALID 而未经转换就放行时，另一端看到的来源没有对应连接，"
"或者客户端收到一个从未请求过的地址的应答，于是发 RST。两端自身都正常。在 "
"Kubernetes 里表现为高负载下服务流量随机 RST，或客户端 RST 掉 pod 地址发来的 "
"SYN-ACK。",
		.decide = "在 NAT 上：conntrack -S（insert_failed、drop、invalid）、conntrack -L -p "
"tcp --dport {port}、dmesg 里的 “nf_conntrack: table "
"full”；在它两侧抓包能看到端口或地址变了。",
		.fix = {
			"报文被判为 INVALID：在未经转换放行之前丢弃（kube-proxy 自 1.15 "
"起已这样做；iptables -A FORWARD -m conntrack --ctstate INVALID -j "
"DROP），或设 net.netfilter.nf_conntrack_tcp_be_liberal = 1。",
			"表项过期：SO_KEEPALIVE 的间隔要小于 NAT 的超时；Linux 上是 "
"net.netfilter.nf_conntrack_tcp_timeout_established（默认 432000 "
"秒，kube-proxy 设为 86400）。",
			"应答绕过 NAT（客户端与后端在同一网络）：对 hairpin 流量做 "
"masquerade（kube-proxy --masquerade-all，CNI 插件的 hairpinMode）"
"，或直接使用后端自己的地址。",
			"表满：调高 net.netfilter.nf_conntrack_max，并同时调大哈希表。",
		},
		.folklore = "表没满时只调 nf_conntrack_max 没有用：表满时是静默丢弃新连接，不会 RST "
"旧连接。",
	},
	.sources = {
		"RFC 5382 section 5 (NAT behaviour for TCP, idle timeout)",
		"Linux nf_conntrack_proto_tcp.c; "
"Documentation/networking/nf_conntrack-sysctl.rst",
		"kubernetes#74839 and pull request 74840, kubernetes#122174",
	},
	.examples = {
		{ EXAMPLE_LISTED, "c S; s SA; c A; c PA40; s A; s PA40; c A; +5s c PA40; s R", NULL },
		{ EXAMPLE_LISTED, "c S; s SA; c A; c PA3; s A; +115ms c PA3; s R", NULL },
		{ EXAMPLE_NOT, "c S; s SA; c A; c PA40; s A; s PA40; c A; +5s c PA40; s R", "half-open" },
	},
};
