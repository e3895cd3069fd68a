/* SPDX-License-Identifier: MIT */
/* The address went to another host. That host answers for it, and has none of its connections. */
#include "causes/rules.h"

const struct cause cause_vip_moved = {
	.id = "vip-moved",
	.classes = CLASS_BIT(NO_SOCKET),
	.usual = CLASS_NO_SOCKET,
	.base = 0,
	.base_source = "no settled report in the survey; every failover of an address does it to the connections open at that moment",
	.from_third = true,
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(PICTURES_NO_MEMORY),
		FITS(HANDSHAKE_WRONG, IS, 0),
		FITS(NAT_REMAPPED, IS, 0),
		SIGN(25, IDENTITY_CHANGED, IS, 1),
		SIGN(6, FIRST_CONTACT, IS, 1),
		/* Addresses that move are those of servers. */
		HINT(-10, RESETTER_IS_CLIENT, IS, 1),
		STRANGER_HINTS,
		FITS(HOST_ADDRESS_MOVED, IS, 1),
		/* No proof: the connection may have begun after that, at another holder. */
		SIGN(45, HOST_ADDRESS_MOVED, IS, 1),
		FITS(HOST_ROUTE_CHANGED, IS, 0),
		FITS(HOST_NAT_GONE, IS, 0),
		FITS(HOST_CONNTRACK_GONE, IS, 0),
		BY_A_STRANGER),
	/* clang-format on */
	.en = {
		.title = "the address moved to another host",
		.summary = "The address that {victim} was connected to moved to another host (failover, VRRP, "
"reassigned pod or cloud IP), which does not know this connection.",
		.story = "A virtual address that moves takes no connections along. The host that "
"holds it now gets the next packet of each open connection, finds nothing, "
"and resets it: exactly one reset for each connection that speaks after the "
"move. New connections work at once. The old holder has sent nothing, and "
"sees nothing any more.",
		.decide = "ip -br addr on both hosts, keepalived's log (Entering MASTER STATE), ip "
"neigh for that address on the path: the link-layer address changed, or the "
"TTL or timestamps of the new answers differ from the old ones.",
		.fix = {
			"If the failover was not wanted: look for flapping, VRRP advertisements "
"lost, a health check that is too strict (keepalived fall, rise, nopreempt).",
			"If it was: let clients reconnect and repeat, and drain before a planned "
"switch; keep the address on the node until its connections are gone.",
			"Clients that only wait notice it late: SO_KEEPALIVE of a minute, or a "
"heartbeat.",
		},
		.folklore = "Sharing conntrack between the nodes (conntrackd) helps for addresses that "
"are forwarded; it does nothing for connections that end on the host itself.",
	},
	.zh = {
		.title = "地址已漂移到另一台主机",
		.summary = "{victim}所连的地址已漂移到另一台主机（故障切换、VRRP、pod 或云 IP "
"重新分配），那台主机不认识这条连接。",
		.story = "漂移的虚拟 IP 带不走连接。现在持有它的主机收到每条旧连接的下一个报文，"
"找不到连接就发 RST：切换之后每条说话的连接恰好收到一个 RST。新连接立即可用。"
"原来的持有者什么也没发，也不再收到任何东西。",
		.decide = "在两台主机上看 ip -br addr、keepalived 日志（Entering MASTER "
"STATE），在路径上看该地址的 ip neigh：链路层地址变了，或新应答的 "
"TTL、时间戳与之前不同。",
		.fix = {
			"如果不该切换：查抖动、VRRP 通告丢失、过严的健康检查（keepalived 的 "
"fall、rise、nopreempt）。",
			"如果是计划内切换：让客户端重连并重试，切换前先排空；"
"连接没结束前把地址留在原节点。",
			"只等不发的客户端发现得晚：用一分钟的 SO_KEEPALIVE 或心跳。",
		},
		.folklore = "节点间同步 conntrack（conntrackd）只对转发的地址有用，"
"对终结在本机的连接没有作用。",
	},
	.sources = {
		"RFC 9293 section 3.5.2; RFC 9568 (VRRP)",
		"Linux tcp_rcv_state_process() in net/ipv4/tcp_input.c: an ACK in LISTEN; "
"tcp_v4_send_reset()",
	},
	.examples = {
		{ EXAMPLE_WINS, "c S; s SA; c A; c PA40; s A; s PA40; c A; +5s c2 S; s2 SA mac=77 ttl=60; c2 "
"A; c2 PA40; s2 A mac=77 ttl=60; +1s c PA40; s R mac=77", NULL },
		{ EXAMPLE_LISTED, "c S; s SA; c A; c PA40; s A; s PA40; c A; +5s c PA40; s R", NULL },
		{ EXAMPLE_LISTED, "c PA40; s R", NULL },
		{ EXAMPLE_NOT, "c S; s SA; c A; c PA40; s A; s PA40; c A; +5s c PA40; s R", "half-open" },
	},
};
