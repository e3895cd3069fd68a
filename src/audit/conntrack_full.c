/* SPDX-License-Identifier: MIT */
/* The table of tracked connections is full. */
#include "audit/check.h"

#include <stdio.h>

static void judge_space(const struct audit_space *space, struct findings *found)
{
	int64_t count = audit_number(space, "net.netfilter.nf_conntrack_count", -1);
	int64_t limit = audit_number(space, "net.netfilter.nf_conntrack_max", -1);
	int64_t dropped = space->conntrack_after.dropped - space->conntrack_before.dropped;
	int64_t early =
		space->conntrack_after.early_dropped - space->conntrack_before.early_dropped;
	struct finding *finding;
	char to[32];

	if (!space->has_conntrack || limit <= 0 || (dropped <= 0 && early <= 0) ||
	    count * 10 < limit * 9)
		return;
	finding = finding_add(found, space);
	if (dropped > 0)
		finding_count(finding, "dropped", (uint64_t)dropped);
	if (early > 0)
		finding_count(finding, "early", (uint64_t)early);
	finding_count(finding, "tracked", (uint64_t)count);
	finding_count(finding, "limit", (uint64_t)limit);
	snprintf(to, sizeof(to), "%lld", (long long)(limit * 4 > 262144 ? limit * 4 : 262144));
	if (space->own)
		finding_setting(finding, "max", "max_to", "net.netfilter.nf_conntrack_max", to);
}

static void judge(const struct audit *audit, struct findings *found)
{
	for (int i = 0; i < audit->space_count; i++)
		judge_space(&audit->spaces[i], found);
}

const struct check check_conntrack_full = {
	.id = "conntrack-full",
	.causes = { "connect-abandoned", "nat-lost" },
	.before = { "conntrack-invalid" },
	.facts = {
		{ "dropped", { "{dropped|packet of a new connection was|packets of new connections were} dropped because the table was full (column drop of /proc/net/stat/nf_conntrack)",
			"{dropped} 个新连接的报文因表满被丢弃（/proc/net/stat/nf_conntrack 的 drop 列）" } },
		{ "early", { "{early|connection was|connections were} thrown out early to make room (early_drop)",
			"{early} 个连接被提前清出以腾地方（early_drop）" } },
		{ "tracked", { "{tracked|connection|connections} tracked, where nf_conntrack_max is {limit}",
			"已跟踪 {tracked} 个连接，nf_conntrack_max 为 {limit}" } },
	},
	.where = { "net.netfilter.nf_conntrack_max" },
	.words = {
		[LANG_EN] = {
			.title = "connection tracking table full",
			.hurts = "New connections are dropped in silence: connect() times out, for all services behind this host. Thrown-out connections lose their NAT and are reset later.",
			.fix = {
				"net.netfilter.nf_conntrack_max {max} -> {max_to}: works at once. At boot the key exists only once the module is loaded: put nf_conntrack into /etc/modules-load.d.",
				"As many buckets: echo {max_to} > /sys/module/nf_conntrack/parameters/hashsize.",
				"What fills it? conntrack -L | awk '{print $4}' | sort | uniq -c. Idle ones: nf_conntrack_tcp_timeout_established is 5 days.",
				"Traffic that needs no state: `notrack` in a raw chain.",
			},
			.cost = "About 320 bytes of kernel memory for each connection.",
			.folklore = "\"Lower all timeouts\": an established one below the real idle time makes NATed connections die.",
			.sampled = "connection tracking",
		},
		[LANG_ZH] = {
			.title = "连接跟踪表满",
			.hurts = "新连接被静默丢弃：经过本机的所有服务 connect() 都会超时。被清出的连接丢失 NAT，之后收到 RST。",
			.fix = {
				"net.netfilter.nf_conntrack_max {max} -> {max_to}：立即生效。开机时要先加载模块才有这个键：把 nf_conntrack 写进 /etc/modules-load.d。",
				"桶数相同：echo {max_to} > /sys/module/nf_conntrack/parameters/hashsize。",
				"是什么占满的？conntrack -L | awk '{print $4}' | sort | uniq -c。空闲连接：nf_conntrack_tcp_timeout_established 是 5 天。",
				"不需要状态的流量：raw 链里 `notrack`。",
			},
			.cost = "每个连接约占 320 字节内核内存。",
			.folklore = "“把超时全调小”：established 短于真实空闲时间，经 NAT 的连接就会断。",
			.sampled = "连接跟踪",
		},
	},
	.sources = { "Linux __nf_conntrack_alloc() in net/netfilter/nf_conntrack_core.c" },
	.judge = judge,
};
