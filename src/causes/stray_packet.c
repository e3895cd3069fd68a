/* SPDX-License-Identifier: MIT */
/* A packet of no connection: backscatter of somebody else's flood, a scan, a leftover after both
 * ends closed. */
#include "causes/rules.h"

const struct cause cause_stray_packet = {
	.id = "stray-packet",
	.classes = CLASS_BIT(NO_SOCKET),
	.usual = CLASS_NO_SOCKET,
	.base = 0,
	.base_source = "a host with a public address gets such packets all day; Sundara Raman et al. (SIGCOMM 2023) on scanners and floods",
	/* clang-format off */
	CAUSE_RULES(
		PICTURES(PICTURES_NO_MEMORY | SHOWS(SYNACK) | SHOWS(LATE) |
			 SHOWS(OLD)),
		FITS(HANDSHAKE_WRONG, IS, 0),
		NEED(NO_CONNECTION, IS, 1),
		FITS(NAT_REMAPPED, IS, 0),
		SIGN(30, SYNACK_UNASKED, IS, 1),
		SIGN(20, LOOKS_LIKE_SCAN, IS, 1),
		SIGN(12, RST_ANSWERS, IS, TRIGGER_ACK),
		HINT(-5, RST_ANSWERS, IS, TRIGGER_DATA),
		HINT(-10, SYNACK_OTHER_ADDRESS, IS, 1),
		FITS(HOST_TRIGGER_SOCKET, IS, 0),
		FITS(HOST_PAST, IS, PAST_NONE),
		FITS(HOST_COOKIE_FAILED, IS, 0),
		FITS(HOST_ACCEPT_QUEUE_FULL, IS, 0),
		PATH_WELL, BY_OWN_TCP),
	/* clang-format on */
	.en = {
		.title = "a stray packet",
		.summary = "{Resetter} got a packet that belongs to no connection (scan, backscatter or "
"a leftover), and reset it as it must.",
		.story = "Every host with a public address gets packets that it never asked for: "
"scanners that send ACKs or guess, SYN-ACKs that answer a flood with forged "
"sources (backscatter), and late duplicates of connections long closed. The "
"kernel answers each with a reset (RFC 9293 section 3.5.2). No connection of "
"yours was harmed.",
		.decide = "No connection of these addresses before or after; a fixed IP id or window, "
"no TCP options, many ports in a row: a scanner. SYN-ACKs from many hosts: "
"backscatter.",
		.fix = {
			"Nothing needs fixing.",
			"To be quiet towards scanners, drop what belongs to no connection: nft add "
"rule inet filter input ct state invalid drop.",
		},
	},
	.zh = {
		.title = "游离报文",
		.summary = "{Resetter}收到一个不属于任何连接的报文（扫描、反向散射或残留报文）"
"，按规定回了 RST。",
		.story = "任何有公网地址的主机都会收到没请求过的报文：扫描器发的 ACK "
"或猜测、别人用伪造源地址做洪泛时反弹的 SYN-ACK（反向散射）"
"、早已关闭的连接迟到的重复报文。内核对每一个都回 RST（RFC 9293 3.5.2 "
"节）。你的连接没有受影响。",
		.decide = "前后都没有这组地址的连接；IP id 或窗口固定、没有 TCP 选项、连续多个端口："
"扫描器。来自许多主机的 SYN-ACK：反向散射。",
		.fix = {
			"不用处理。",
			"不想回应扫描器，就丢弃不属于任何连接的报文：nft add rule inet filter input "
"ct state invalid drop。",
		},
	},
	.sources = {
		"RFC 9293 section 3.5.2 (group 1)",
		"Sundara Raman et al., Global, Passive Detection of Connection Tampering, "
"SIGCOMM 2023",
	},
	.examples = {
		{ EXAMPLE_WINS, "c A nots win=1024; s R", NULL },
		{ EXAMPLE_WINS, "s SA; c R", NULL },
		{ EXAMPLE_NOT, "c S; s SA; c A; c PA50; s A; s PA50; c A; +20s c PA50; s R", "half-open" },
		{ EXAMPLE_SILENT, "c S; s SA; c A; s FA; c A; c FA; s A; +100ms c R", NULL },
	},
};
