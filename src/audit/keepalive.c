/* SPDX-License-Identifier: MIT */
/* Keepalive gives peers up so soon that one hiccup of the path ends connections. */
#include "audit/check.h"
#include "audit/tally.h"

#define SOON_S                                                                                     \
	30 /* shorter than a spanning tree, a reload of a firewall or a live migration takes */

static void judge_space(const struct audit_space *space, struct findings *found)
{
	uint64_t given_up = audit_moved(space, COUNTER_ABORT_ON_TIMEOUT);
	uint64_t probes = audit_moved(space, COUNTER_KEEPALIVE_PROBES);
	int64_t every = audit_number(space, "net.ipv4.tcp_keepalive_intvl", 75);
	int64_t count = audit_number(space, "net.ipv4.tcp_keepalive_probes", 9);
	uint64_t watched = 0;
	struct finding *finding;

	if (!given_up || !probes || every * count >= SOON_S)
		return;
	for (uint32_t i = 0; space->sockets && i < space->sockets->group_count; i++)
		if (space->sockets->groups[i].kind != TALLY_PEER)
			watched += space->sockets->groups[i].keepalive;
	finding = finding_add(found, space);
	finding_count(finding, "given_up", given_up);
	finding_count(finding, "probes", probes);
	finding_duration(finding, "patience", every * count * 1000000);
	finding_count(finding, "watched", watched);
	finding_setting(finding, "every", "every_to", "net.ipv4.tcp_keepalive_intvl", "75");
	finding_setting(finding, "count", "count_to", "net.ipv4.tcp_keepalive_probes", "9");
}

static void judge(const struct audit *audit, struct findings *found)
{
	for (int i = 0; i < audit->space_count; i++)
		judge_space(&audit->spaces[i], found);
}

const struct check check_keepalive = {
	.id = "keepalive",
	.causes = { "keepalive-timeout", "half-open" },
	.before = { "retries" },
	.facts = {
		{ "given_up", { "{given_up|connection was|connections were} given up (TcpExtTCPAbortOnTimeout) while {probes|keepalive probe was|keepalive probes were} sent (TcpExtTCPKeepAlive)",
			"放弃了 {given_up} 个连接（TcpExtTCPAbortOnTimeout），其间发出 {probes} 个保活探测（TcpExtTCPKeepAlive）" } },
		{ "patience", { "silence of {patience} is enough: tcp_keepalive_intvl x tcp_keepalive_probes",
			"沉默 {patience} 就够了：tcp_keepalive_intvl × tcp_keepalive_probes" } },
		{ "watched", { "{watched|connection has|connections have} the keepalive timer running now",
			"现有 {watched} 个连接的保活定时器在走" } },
	},
	.where = { "net.ipv4.tcp_keepalive_intvl, net.ipv4.tcp_keepalive_probes" },
	.words = {
		[LANG_EN] = {
			.title = "keepalive gives peers up too soon",
			.hurts = "When the path is silent for that long (a failover, a reload of a firewall, a stopped machine) the kernel resets living connections; the program sees \"connection timed out\".",
			.fix = {
				"net.ipv4.tcp_keepalive_intvl {every} -> {every_to}: for the next probes.",
				"net.ipv4.tcp_keepalive_probes {count} -> {count_to}.",
				"Only one program needs to know soon? TCP_USER_TIMEOUT or TCP_KEEPIDLE in that program (HAProxy: timeout tunnel; Redis: tcp-keepalive).",
			},
			.cost = "A peer that is really gone is noticed minutes later.",
			.folklore = "\"Keepalive keeps connections alive, so make it quick\": what helps against idle limits of boxes is tcp_keepalive_time; interval and number only say how soon to give up. And only sockets with SO_KEEPALIVE take part.",
			.sampled = "keepalive",
		},
		[LANG_ZH] = {
			.title = "keepalive 放弃对端太快",
			.hurts = "路径沉默这么久（主备切换、防火墙重载、虚机暂停），内核就 RST 掉活着的连接；程序看到 “connection timed out”。",
			.fix = {
				"net.ipv4.tcp_keepalive_intvl {every} -> {every_to}：对接下来的探测生效。",
				"net.ipv4.tcp_keepalive_probes {count} -> {count_to}。",
				"只有某个程序要快速知道？在该程序里设 TCP_USER_TIMEOUT 或 TCP_KEEPIDLE（HAProxy：timeout tunnel；Redis：tcp-keepalive）。",
			},
			.cost = "真的消失的对端要晚几分钟才发现。",
			.folklore = "“keepalive 保活，所以越快越好”：对付设备空闲超时的是 tcp_keepalive_time；间隔和次数只决定多快放弃。而且只对设了 SO_KEEPALIVE 的 socket 有效。",
			.sampled = "keepalive",
		},
	},
	.sources = { "Linux tcp_keepalive_timer() in net/ipv4/tcp_timer.c",
		     "RFC 1122 section 4.2.3.6" },
	.judge = judge,
};
