/* SPDX-License-Identifier: MIT */
/* The address stayed, the flow went elsewhere: ECMP or a balancer sent it to a back end that never
 * had it. */
#include "causes/rules.h"

const struct cause cause_rerouted = {
	.id = "rerouted",
	.classes = CLASS_BIT(NO_SOCKET),
	.usual = CLASS_NO_SOCKET,
	.base = -8,
	.base_source = "no settled report in the survey; needs a balancer without connection tracking, or ECMP, that changes its mind",
	.from_third = true,
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(PICTURES_NO_MEMORY),
		FITS(HANDSHAKE_WRONG, IS, 0),
		FITS(NAT_REMAPPED, IS, 0),
		SIGN(20, IDENTITY_CHANGED, IS, 1),
		SIGN(6, FIRST_CONTACT, IS, 1),
		/* Balancers choose servers; what goes to a client goes where its address is. */
		HINT(-10, RESETTER_IS_CLIENT, IS, 1),
		STRANGER_HINTS,
		PROOF(HOST_ROUTE_CHANGED, IS, 1),
		FITS(HOST_NAT_GONE, IS, 0),
		FITS(HOST_CONNTRACK_GONE, IS, 0),
		BY_A_STRANGER),
	/* clang-format on */
	.en = {
		.title = "the flow was sent to another back end",
		.summary = "A router or balancer sent this connection to another host behind the "
"address of {resetter}, which never had it.",
		.story = "ECMP routers and balancers without connection tracking pick the back end by "
"a hash of addresses and ports. When a back end comes or goes, or a path "
"changes, the hash of some flows changes too, and their next packet goes to "
"a host that does not know them. Only a share of the connections is hit, in "
"the same moment, and each may be hit again when the change is taken back.",
		.decide = "The time of a change of back ends, routes or replicas against the time of "
"the resets; TTL, IP id pattern or timestamps of the reset's sender against "
"those before.",
		.fix = {
			"Use consistent hashing and connection tracking in the balancer (Maglev, "
"IPVS scheduler mh, HAProxy hash-type consistent), resilient hashing on the "
"ECMP router.",
			"Drain: give a back end weight 0 and wait, before it is taken out; add back "
"ends one by one.",
			"Fragments and ICMP: hash on addresses alone, or use anycast for short "
"exchanges only.",
		},
	},
	.zh = {
		.title = "流量被转到另一台后端",
		.summary = "路由器或负载均衡把这条连接转给了{resetter}地址后面的另一台主机，"
"而那台主机从未有过它。",
		.story = "ECMP 路由器和不做连接跟踪的负载均衡按地址和端口的哈希选择后端。"
"后端增减或路径变化时，部分流的哈希结果随之改变，"
"下一个报文就到了不认识它们的主机。同一时刻只有一部分连接受影响；"
"变化回退时还可能再来一次。",
		.decide = "把后端、路由或副本变更的时间与 RST 的时间对照；比较发 RST "
"的主机与之前主机的 TTL、IP id 规律或时间戳。",
		.fix = {
			"负载均衡使用一致性哈希和连接跟踪（Maglev、IPVS 的 mh 调度、HAProxy "
"hash-type consistent），ECMP 路由器启用 resilient hashing。",
			"先排空：摘除后端之前把权重设为 0 并等待；增加后端时逐台进行。",
			"分片和 ICMP：只按地址做哈希，或者 anycast 只用于短交互。",
		},
	},
	.sources = {
		"RFC 2991, RFC 2992 (multipath next-hop selection)",
		"RFC 9293 section 3.5.2",
	},
	.examples = {
		{ EXAMPLE_LISTED, "c PA40; s R", NULL },
		{ EXAMPLE_LISTED, "c S; s SA; c A; c PA40; s A; s PA40; c A; +5s c2 S; s2 SA mac=77 ttl=60; c2 "
"A; c2 PA40; s2 A mac=77 ttl=60; +1s c PA40; s R mac=77", NULL },
		{ EXAMPLE_NOT, "c S; s SA; c A; c PA40; s A; s PA40; c A; +5s c PA40; s R", "half-open" },
	},
};
