/* SPDX-License-Identifier: MIT */
/* The queue of a processor for packets that came without NAPI, or by RPS, was full. */
#include "audit/check.h"

#include <stdio.h>

static void judge(const struct audit *audit, struct findings *found)
{
	int64_t dropped = audit->softnet.dropped - audit->softnet_before.dropped;
	int64_t limit = audit_number(NULL, "net.core.netdev_max_backlog", 0);
	struct finding *finding;
	char to[32];

	if (audit->softnet.dropped < 0 || dropped <= 0)
		return;
	finding = finding_add(found, NULL);
	finding_count(finding, "dropped", (uint64_t)dropped);
	if (limit <= 0)
		return;
	finding_count(finding, "limit", (uint64_t)limit);
	snprintf(to, sizeof(to), "%lld", (long long)(limit < 1000 ? 2000 : limit * 2));
	finding_setting(finding, "max", "max_to", "net.core.netdev_max_backlog", to);
}

const struct check check_softnet = {
	.id = "softnet",
	.facts = {
		{ "dropped", { "{dropped|packet was|packets were} dropped (second column of /proc/net/softnet_stat)",
			"丢弃了 {dropped} 个报文（/proc/net/softnet_stat 第二列）" } },
		{ "limit", { "net.core.netdev_max_backlog is {limit|packet|packets} for each processor",
			"net.core.netdev_max_backlog 为每处理器 {limit} 个报文" } },
	},
	.where = { "net.core.netdev_max_backlog" },
	.words = {
		[LANG_EN] = {
			.title = "packets dropped before TCP saw them: a processor's queue is full",
			.hurts = "Loss: repeats, stalls of 200 ms and more, timeouts. Never a reset by itself.",
			.fix = {
				"net.core.netdev_max_backlog {max} -> {max_to}: works at once.",
				"Is one processor busy and the others idle? Spread the load: RPS (/sys/class/net/*/queues/rx-*/rps_cpus), or more queues of the card.",
			},
			.cost = "Delay: what stands in a longer queue comes later.",
			.folklore = "\"65535 for high concurrency\": an ordinary network card without RPS never uses this queue; loopback, veth and RPS do. Drops of the card are elsewhere: ethtool -S.",
			.sampled = "packet queues of processors",
		},
		[LANG_ZH] = {
			.title = "报文在到达 TCP 之前被丢：处理器的队列满",
			.hurts = "丢包：重传、200 毫秒以上的停顿、超时。本身从不产生 RST。",
			.fix = {
				"net.core.netdev_max_backlog {max} -> {max_to}：立即生效。",
				"是不是一个处理器忙、其他的闲？分散负载：RPS（/sys/class/net/*/queues/rx-*/rps_cpus），或让网卡多开队列。",
			},
			.cost = "延迟：队列越长，排在里面的来得越晚。",
			.folklore = "“高并发设 65535”：不开 RPS 的普通网卡根本不用这个队列；回环、veth 和 RPS 才用。网卡自己的丢包在别处：ethtool -S。",
			.sampled = "处理器的报文队列",
		},
	},
	.sources = { "Linux enqueue_to_backlog() in net/core/dev.c" },
	.judge = judge,
};
