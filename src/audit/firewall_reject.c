/* SPDX-License-Identifier: MIT */
/* A rule of this host's packet filter answers TCP with resets, and is doing so. */
#include "audit/check.h"

#include <string.h>

static uint64_t packets_before(const struct audit_space *space, const struct reject_rule *rule)
{
	for (int i = 0; i < space->rules_before.count; i++) {
		const struct reject_rule *old = &space->rules_before.items[i];

		if (old->handle == rule->handle && !strcmp(old->table, rule->table) &&
		    !strcmp(old->chain, rule->chain) && !strcmp(old->family, rule->family))
			return old->packets;
	}
	return 0;
}

static void judge_space(const struct audit_space *space, struct findings *found)
{
	for (int i = 0; i < space->rules_after.count; i++) {
		const struct reject_rule *rule = &space->rules_after.items[i];
		uint64_t before = packets_before(space, rule);
		struct finding *finding;

		if (!rule->counted || rule->packets <= before)
			continue;
		finding = finding_add(found, space);
		finding_count(finding, "rejected", rule->packets - before);
		finding_text(finding, "rule", "table %s %s, chain %s, handle %llu", rule->family,
			     rule->table, rule->chain, (unsigned long long)rule->handle);
		finding_text(finding, "chain", "%s %s %s", rule->family, rule->table, rule->chain);
		finding_count(finding, "total", rule->packets);
	}
}

static void judge(const struct audit *audit, struct findings *found)
{
	for (int i = 0; i < audit->space_count; i++)
		judge_space(&audit->spaces[i], found);
}

const struct check check_firewall_reject = {
	.id = "firewall-reject",
	.causes = { "firewall-reject", "middlebox-reject" },
	.facts = {
		{ "rejected", { "{rejected|packet was|packets were} answered with a reset by this rule: {rule}",
			"这条规则用 RST 应答了 {rejected} 个报文：{rule}" } },
		{ "total", { "{total} since the rule was made",
			"自规则建立以来共 {total} 个" } },
	},
	.where = { "nftables: {rule}" },
	.words = {
		[LANG_EN] = {
			.title = "a packet filter rule answers with resets: {rule}",
			.hurts = "The reset carries the address of the server, which knows nothing of it: clients report \"connection refused\" or \"connection reset by peer\" and everybody looks at the wrong machine.",
			.fix = {
				"Look at what it matches: nft -a list chain {chain}",
				"Is it meant to? Then it works. If not: a rule before it that accepts this traffic (`ct state established,related accept` first).",
				"Connections that were open before the rule came, or whose state was lost, match it in the middle: net.netfilter.nf_conntrack_tcp_loose=1.",
			},
			.cost = "Whoever is let in is let in: no remedy is applied for you.",
			.folklore = "\"A reset always comes from the program\": a packet filter sends them in its name.",
			.sampled = "packet filter rules that reset",
		},
		[LANG_ZH] = {
			.title = "包过滤规则在用 RST 应答：{rule}",
			.hurts = "这个 RST 的源地址是服务器，而服务器毫不知情：客户端报 “connection refused” 或 “connection reset by peer”，大家都去查错了机器。",
			.fix = {
				"看它匹配什么：nft -a list chain {chain}",
				"本来就要这样？那它在正常工作。不是的话：在它前面加规则放行这些流量（先 `ct state established,related accept`）。",
				"规则出现之前就打开的连接，或状态已丢失的连接，会从中途匹配它：net.netfilter.nf_conntrack_tcp_loose=1。",
			},
			.cost = "放行谁要由人决定：不会自动应用任何改动。",
			.folklore = "“RST 一定是程序发的”：包过滤器会以它的名义发。",
			.sampled = "会发 RST 的包过滤规则",
		},
	},
	.sources = { "Linux nf_send_reset() in net/ipv4/netfilter/nf_reject_ipv4.c",
		     "nft(8): reject with tcp reset" },
	.judge = judge,
};
