/* SPDX-License-Identifier: MIT */
/*
 * Injected by something that is neither end. No stack makes such a segment of what the connection
 * had: wrong TTL, IP id, options, or both ends reset at once.
 */
#include "causes/rules.h"

const struct cause cause_forged_reset = {
	.id = "forged-reset",
	.classes = CLASS_BIT(NETWORK) | CLASS_BIT(REFUSED),
	.usual = CLASS_NETWORK,
	.base = -12,
	.base_source = "9 of 744 resets of public captures have a TTL off by more than 2, 3 of 896 a reflected IP id; censors make a small share of what operators report",
	.from_between = true,
	/* clang-format off */
	CAUSE_RULES(
		SIGN(25, RST_FORM, IS, FORM_FOREIGN),
		SIGN(15, TTL_DELTA, OUTSIDE, -2, 2),
		SIGN(30, RST_BOTH_ENDS, IS, 1),
		SIGN(25, RESETTER_CONTINUES, IS, 1),
		SIGN(25, RST_IP_ID, IS, RST_ID_REFLECTED),
		SIGN(20, RST_BURST, AT_LEAST, 1),
		SIGN(35, RST_IP_ID, IS, RST_ID_FAR),
		SIGN(8, RST_ANSWERS, IS, TRIGGER_NOTHING),
		SIGN(6, CHALLENGED, IS, 1),
		HINT(6, SENDER, IS, SENDER_BOX),
		FITS(MPTCP_RESET, IS, 0),
		SIGN(35, RST_LEFT_RESETTER, IS, 0),
		FITS(RST_LEFT_RESETTER, IS, 0),
		SIGN(20, RESETTER_ALIVE_AT_HOME, IS, 1),
		PROOF(HOST_RAW_SENT, IS, 1),
		FITS(HOST_TCP_SENT, IS, 0),
		FITS(HOST_FILTER_SENT, IS, 0)),
	/* clang-format on */
	.en = {
		.title = "forged by a third party",
		.summary = "This reset was injected by something on the path that is neither {resetter} "
"nor {victim}.",
		.told = "{actor} wrote this reset through a raw or packet socket; neither {resetter} nor {victim} sent it.",
		.story = "Anybody who can see the packets of a connection can end it: a reset with "
"the right addresses and sequence number is all it takes. Censors, traffic "
"shapers and intrusion prevention do it, often to both ends at once and "
"several times over, because they race against the real packets. They rarely "
"copy everything: TTL, IP id, window and timestamps do not continue those of "
"the end, and the real end goes on talking.",
		.decide = "Capture at both ends: the reset arrives and never left. TTL, IP id and "
"timestamps against the other packets of {resetter_addr}. Does it strike on "
"certain content or names only?",
		.fix = {
			"Find the device: the TTL tells how far away it is; mtr to that address "
"gives the hops.",
			"If it is yours (IPS, proxy, parental control): correct its rule. If not: a "
"tunnel through it (WireGuard, IPsec) hides sequence numbers; TLS does not.",
			"For routing sessions (BGP, LDP): TCP-AO or TCP MD5 make forged resets "
"worthless.",
		},
		.folklore = "Dropping all resets with a firewall rule breaks your own connections too: "
"real ends of real connections are then noticed by timeouts only.",
	},
	.zh = {
		.title = "第三方伪造",
		.summary = "这个 RST 是路径上的第三方注入的，既不是{resetter}发的，也不是{victim}发的。",
		.told = "{actor} 通过原始套接字写出了这个 RST，既不是{resetter}发的，也不是{victim}发的。",
		.story = "只要看得到连接的报文，就能终止它：地址和序号对的 RST 就够了。审查设备、"
"流量管控、入侵防御都这样做，而且常常同时发给两端、"
"连发几个，因为要抢在真实报文之前。它们很少把所有细节都模仿到：TTL、IP "
"id、窗口、时间戳接不上那一端原来的，而真正的那一端还在继续说话。",
		.decide = "两端同时抓包：RST 到达，却从未发出。比较它与 {resetter_addr} 其他报文的 "
"TTL、IP id 和时间戳。是否只在特定内容或域名时触发？",
		.fix = {
			"找出设备：TTL 说明它有多远，用 mtr 到该地址看各跳。",
			"如果是自己的设备（IPS、代理、上网管控）：改规则。如果不是："
"用隧道（WireGuard、IPsec）隐藏序号；TLS 做不到。",
			"路由会话（BGP、LDP）：TCP-AO 或 TCP MD5 能让伪造的 RST 失效。",
		},
		.folklore = "用防火墙规则丢弃所有 RST 会连自己的连接一起弄坏："
"真实连接的结束只能靠超时才发现。",
	},
	.sources = {
		"Weaver, Sommer, Paxson, Detecting Forged TCP Reset Packets, NDSS 2009",
		"RFC 5961 section 3; RFC 5925 (TCP-AO)",
		"Sundara Raman et al., SIGCOMM 2023",
	},
	.examples = {
		{ EXAMPLE_WINS, "c S; s SA ttl=50; c A; c PA60; s A ttl=50; +10ms s R ttl=117 id=48879 "
"win=1024; c R ttl=117 id=48880; +30ms s PA900 ttl=50", NULL },
		{ EXAMPLE_WINS, "c S; s SA ttl=50; c A; c PA517; s A ttl=50; +2ms s RA ttl=80 id=31337 "
"win=1980 nots; s RA ttl=81 id=31338 win=1981 nots seq=1461; +40ms s PA1400 "
"ttl=50", NULL },
		{ EXAMPLE_NOT, "c S; s SA ttl=50; c A; c PA60; s A ttl=50; +10ms s RA ttl=50", "close-unread" },
	},
};
