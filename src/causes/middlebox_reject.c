/* SPDX-License-Identifier: MIT */
/* A router, firewall or IPS between the ends answered in the name of one of them. */
#include "causes/rules.h"

const struct cause cause_middlebox_reject = {
	.id = "middlebox-reject",
	.classes = CLASS_BIT(NETWORK) | CLASS_BIT(REFUSED),
	.usual = CLASS_NETWORK,
	.base = -6,
	.base_source = SURVEY "1 ended at a firewall between the ends (SUSE/machinery#2128); the TTL of the reset differs in 12 of 744 resets of public captures",
	.from_between = true,
	/* clang-format off */
	CAUSE_RULES(
		SIGN(22, TTL_DELTA, NOT, 0),
		SIGN(30, RST_UNFORWARDED, IS, 1),
		SIGN(20, VICTIM_RETRANSMITS, AT_LEAST, 1),
		SIGN(10, RESETTER_CONTINUES, IS, 1),
		SIGN(12, RST_IP_ID, IS, RST_ID_REFLECTED),
		SIGN(8, RST_MAC_DIFFERS, IS, 1),
		HINT(8, SENDER, IS, SENDER_BOX),
		FITS(MPTCP_RESET, IS, 0),
		FITS(RST_TOS, IN, ONE_OF(RST_TOS_CLEARED) | ONE_OF(RST_TOS_OWN)),
		SIGN(30, RST_LEFT_RESETTER, IS, 0),
		FITS(RST_LEFT_RESETTER, IS, 0),
		SIGN(10, TRIGGER_REACHED_RESETTER, IS, 0),
		PROOF(HOST_FORWARDING, IS, 1),
		FITS(HOST_TCP_SENT, IS, 0),
		FITS(HOST_RAW_SENT, IS, 0),
		FITS(HOST_CONNTRACK_GONE, IS, 0)),
	/* clang-format on */
	.en = {
		.title = "rejected by a box on the path",
		.summary = "A router or firewall between the two ends sent this reset in the name of "
"{resetter}.",
		.story = "A device on the path can answer a packet with a reset that carries the "
"address of the other end. Firewalls do it for denied connections and for "
"flows whose state they lost, intrusion prevention when content matches. It "
"is nearer than the end that it imitates, so the TTL of its reset differs; "
"packets may have been dropped silently before; and the real end may go on "
"sending.",
		.decide = "Compare the TTL of the reset with that of other packets from "
"{resetter_addr}. Capture at both ends: the reset arrives at one and never "
"left the other. Session log of the firewall: Palo Alto session end reason, "
"FortiGate policies with send-deny-packet enable.",
		.fix = {
			"Allow the flow on that box, or turn off its reset answers (drop shows as a "
"timeout then).",
			"If it strikes after pauses, see idle-expired; if it strikes on content, "
"look at the IPS signature in its threat log.",
			"Make both directions pass the same device: state that sees half of a "
"connection takes the rest for invalid.",
		},
		.folklore = "\"The reset has the server's address, so the server sent it\" is wrong: "
"boxes always use the other end's address.",
	},
	.zh = {
		.title = "被路径上的设备拒绝",
		.summary = "两端之间的路由器或防火墙以{resetter}的名义发了这个 "
"RST。",
		.story = "路径上的设备可以用另一端的地址以 RST "
"应答报文。防火墙会对被禁止的连接和已丢失状态的流这样做，"
"入侵防御会在内容命中时这样做。它比所冒充的一端更近，所以 RST 的 TTL "
"不同；之前可能先静默丢弃过报文；真正的那一端可能还在继续发送。",
		.decide = "把 RST 的 TTL 与 {resetter_addr} 其他报文的 TTL 比较。两端同时抓包：RST "
"到了一端，却从未离开另一端。查防火墙会话日志：Palo Alto 的 session end "
"reason，FortiGate 策略里的 send-deny-packet enable。",
		.fix = {
			"在那台设备上放行该流，或关闭它的 RST 应答（改为丢弃则表现为超时）。",
			"如果总在停顿之后出现，见 idle-expired；如果按内容触发，到威胁日志里找对应的 "
"IPS 特征。",
			"让两个方向经过同一台设备：只看到一半连接的状态表会把其余报文当作无效。",
		},
		.folklore = "“RST 的源地址是服务器，所以是服务器发的”是错的："
"中间设备总是使用另一端的地址。",
	},
	.sources = {
		"RFC 3360",
		"Weaver, Sommer, Paxson, Detecting Forged TCP Reset Packets, NDSS 2009",
		"noahdavids.org firewall reset trace",
	},
	.examples = {
		{ EXAMPLE_WINS, "c S; s SA ttl=60; c A; c PA3; s A ttl=60; +110ms c PA3 undelivered; +200ms "
"c PA3 again undelivered; +400ms c PA3 again undelivered; s R ttl=63", NULL },
		{ EXAMPLE_LISTED, "c S; s RA ttl=63", NULL },
		{ EXAMPLE_NOT, "c S; s SA ttl=60; c A; c PA3; s A ttl=60; s PA3 ttl=60; c A; +20s c PA3; s "
"R ttl=60", "half-open" },
	},
};
