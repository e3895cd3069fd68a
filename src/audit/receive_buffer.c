/* SPDX-License-Identifier: MIT */
/* Segments are dropped because the receive buffer of a connection is full. */
#include "audit/check.h"

#include <stdio.h>
#include "host/sysctl.h"

#define KERNEL_DEFAULT 6291456 /* tcp_rmem[2] until 6.15; 32 MiB since */

static void judge_space(const struct audit_space *space, struct findings *found)
{
	uint64_t dropped = audit_moved(space, COUNTER_RECEIVE_QUEUE_DROPS);
	uint64_t pruned = audit_moved(space, COUNTER_RECEIVE_PRUNED);
	struct finding *finding;
	int64_t limits[3];
	char value[80], to[80];

	if ((!dropped && !pruned) ||
	    audit_setting(space, "net.ipv4.tcp_rmem", value, sizeof(value)) ||
	    sysctl_numbers(value, limits, 3) != 3)
		return;
	finding = finding_add(found, space);
	finding_count(finding, "dropped", dropped + pruned);
	finding_bytes(finding, "most", (uint64_t)limits[2]);
	if (limits[2] >= KERNEL_DEFAULT)
		return;
	snprintf(to, sizeof(to), "%lld %lld %d", (long long)limits[0],
		 (long long)(limits[1] < 131072 ? 131072 : limits[1]), KERNEL_DEFAULT);
	finding_setting(finding, "rmem", "rmem_to", "net.ipv4.tcp_rmem", to);
}

static void judge(const struct audit *audit, struct findings *found)
{
	for (int i = 0; i < audit->space_count; i++)
		judge_space(&audit->spaces[i], found);
}

const struct check check_receive_buffer = {
	.id = "receive-buffer",
	.causes = { "timed-out-earlier" },
	.facts = {
		{ "dropped", { "{dropped|segment was|segments were} thrown away because the receive buffer was full (TcpExtTCPRcvQDrop, TcpExtRcvPruned)",
			"{dropped} 个报文段因接收缓冲满被丢弃（TcpExtTCPRcvQDrop、TcpExtRcvPruned）" } },
		{ "most", { "a connection here may have {most} at most (net.ipv4.tcp_rmem)",
			"这里一个连接最多 {most}（net.ipv4.tcp_rmem）" } },
	},
	.where = { "net.ipv4.tcp_rmem" },
	.words = {
		[LANG_EN] = {
			.title = "receive buffers are full: segments are thrown away",
			.hurts = "Repeats and stalls; a sender that gets nothing through gives up. No reset by itself.",
			.fix = {
				"Is the program behind? ss -tm: large Recv-Q means that it does not read.",
				"net.ipv4.tcp_rmem {rmem} -> {rmem_to}: for connections that are opened from now on.",
				"Does the program set SO_RCVBUF? That switches the automatic size off: take it out.",
			},
			.cost = "Up to that much memory for each connection that is not read.",
			.folklore = "\"Raise rmem_max\": caps SO_RCVBUF only; automatic buffers follow tcp_rmem.",
			.sampled = "receive buffers",
		},
		[LANG_ZH] = {
			.title = "接收缓冲满：报文段被丢弃",
			.hurts = "重传和停顿；一直发不过去的对端会放弃。本身不产生 RST。",
			.fix = {
				"是程序跟不上吗？ss -tm：Recv-Q 大说明它不读。",
				"net.ipv4.tcp_rmem {rmem} -> {rmem_to}：对此后打开的连接生效。",
				"程序设了 SO_RCVBUF？那会关掉自动调节：去掉它。",
			},
			.cost = "每个没人读的连接最多占这么多内存。",
			.folklore = "“调大 rmem_max”：只限制 SO_RCVBUF；自动缓冲看 tcp_rmem。",
			.sampled = "接收缓冲",
		},
	},
	.sources = { "Linux tcp_data_queue(), tcp_prune_queue() in net/ipv4/tcp_input.c" },
	.judge = judge,
};
