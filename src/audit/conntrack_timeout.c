/* SPDX-License-Identifier: MIT */
/* Connection tracking has forgotten connections of this host that are still open. */
#include "audit/check.h"

#define LEAST 5

static void judge_space(const struct audit_space *space, struct findings *found)
{
	struct finding *finding;

	/* With loose on, the next packet makes a new entry, unless it is a FIN (tcp_conntracks:
	 * sNO, fin -> sIV): nothing that was under way is lost then. */
	if (space->forgotten < LEAST)
		return;
	finding = finding_add(found, space);
	finding_count(finding, "forgotten", (uint64_t)space->forgotten);
	finding_duration(finding, "limit", space->forget_s * 1000000);
	finding_setting(finding, "loose", "loose_to", "net.netfilter.nf_conntrack_tcp_loose", "1");
}

static void judge(const struct audit *audit, struct findings *found)
{
	for (int i = 0; i < audit->space_count; i++)
		judge_space(&audit->spaces[i], found);
}

const struct check check_conntrack_timeout = {
	.id = "conntrack-timeout",
	.causes = { "idle-expired", "firewall-reject", "half-open" },
	.facts = {
		{ "forgotten", { "{forgotten|open connection has|open connections have} been silent for longer than {limit} (nf_conntrack_tcp_timeout_established), and nf_conntrack_tcp_loose is 0: the next packet is INVALID",
			"{forgotten} 个打开的连接沉默超过 {limit}（nf_conntrack_tcp_timeout_established），而 nf_conntrack_tcp_loose 为 0：它们的下一个报文就是 INVALID" } },
	},
	.where = { "net.netfilter.nf_conntrack_tcp_loose" },
	.words = {
		[LANG_EN] = {
			.title = "connection tracking has forgotten connections that are still open",
			.hurts = "The first packet after the pause is dropped, or rejected with a reset, by the rule that accepts only what is known.",
			.fix = {
				"net.netfilter.nf_conntrack_tcp_loose {loose} -> {loose_to}: such packets make a new entry, works at once; but not a FIN or reset that is the first after the pause, it stays INVALID.",
				"Or net.netfilter.nf_conntrack_tcp_timeout_established longer than the longest pause (the kernel's own: 5 days).",
				"Or keepalive in the program, shorter than {limit}.",
			},
			.cost = "Loose: a connection that began elsewhere is taken up in the middle. A longer timeout: more entries.",
			.folklore = "\"Lower the established timeout to keep the table small\": it makes exactly these.",
			.sampled = "idle connections against conntrack timeouts",
		},
		[LANG_ZH] = {
			.title = "连接跟踪忘掉了仍然打开的连接",
			.hurts = "停顿后的第一个报文，被“只放行已知连接”的规则丢弃，或用 RST 拒绝。",
			.fix = {
				"net.netfilter.nf_conntrack_tcp_loose {loose} -> {loose_to}：这种报文会重新建立条目，立即生效；但停顿后的第一个报文若是 FIN 或 RST 则不会，仍是 INVALID。",
				"或让 net.netfilter.nf_conntrack_tcp_timeout_established 长于最长的停顿（内核默认 5 天）。",
				"或在程序里开 keepalive，间隔短于 {limit}。",
			},
			.cost = "宽松：会从中途接纳在别处开始的连接。超时更长：条目更多。",
			.folklore = "“调小 established 超时好让表小一点”：这些问题正是这样来的。",
			.sampled = "空闲连接与连接跟踪超时",
		},
	},
	.sources = { "Linux nf_conntrack_tcp_packet() in net/netfilter/nf_conntrack_proto_tcp.c" },
	.judge = judge,
};
