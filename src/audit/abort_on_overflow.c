/* SPDX-License-Identifier: MIT */
/* tcp_abort_on_overflow=1 turns a full accept queue into resets. */
#include "audit/check.h"
#include "audit/queues.h"

static const struct audit_listener *fullest(const struct audit_space *space)
{
	const struct audit_listener *found = NULL;

	for (int l = 0; l < space->listener_count; l++)
		if (space->listeners[l].full && (!found || space->listeners[l].full > found->full))
			found = &space->listeners[l];
	return found;
}

static void judge(const struct audit *audit, struct findings *found)
{
	for (int i = 0; i < audit->space_count; i++) {
		const struct audit_space *space = &audit->spaces[i];
		uint64_t embryonic = audit_moved(space, COUNTER_EMBRYONIC_RESETS);
		uint64_t overflows = audit_moved(space, COUNTER_LISTEN_OVERFLOWS);
		const struct audit_listener *listener;
		struct finding *finding;

		if (!embryonic || !overflows || !audit_moved(space, COUNTER_RESETS_SENT) ||
		    audit_number(space, "net.ipv4.tcp_abort_on_overflow", 0) != 1)
			continue;
		finding = finding_add(found, space);
		finding_count(finding, "resets", embryonic);
		finding_count(finding, "overflows", overflows);
		listener = fullest(space);
		if (listener) {
			finding_listener(finding, listener);
			queue_tell(finding, listener);
		}
		finding_setting(finding, "abort", "abort_to", "net.ipv4.tcp_abort_on_overflow",
				"0");
	}
}

const struct check check_abort_on_overflow = {
	.id = "abort-on-overflow",
	.causes = { "accept-overflow" },
	.before = { "accept-queue" },
	.facts = {
		{ "resets", { "{resets|handshake was|handshakes were} reset at the last ACK (TcpExtEmbryonicRsts), with net.ipv4.tcp_abort_on_overflow = 1",
			      "{resets} 次握手在最后一个 ACK 处被 RST（TcpExtEmbryonicRsts），且 net.ipv4.tcp_abort_on_overflow = 1" } },
		{ "overflows", { "{overflows|handshake|handshakes} met a full accept queue (TcpExtListenOverflows)",
				 "{overflows} 次握手遇到全连接队列已满（TcpExtListenOverflows）" } },
		{ "queue_most", { "{listener} of {program} had {queue_most} waiting, where the limit in force is {backlog} and one more",
				  "{program} 的 {listener} 有 {queue_most} 个连接在等；生效的上限是 {backlog}，另多放一个" } },
	},
	.where = { "net.ipv4.tcp_abort_on_overflow" },
	.words = {
		[LANG_EN] = {
			.title = "connections are reset because the accept queue is full and tcp_abort_on_overflow is 1",
			.hurts = "Clients that were told they are connected get \"connection reset by peer\" at once. With 0 their ACK would be ignored "
				"and most of them let in a moment later.",
			.fix = {
				"net.ipv4.tcp_abort_on_overflow {abort} -> {abort_to}: works at once, for the next handshake.",
				"The queue stays full: {setting}, now {backlog} (somaxconn {somaxconn_is}).",
				"The queue stays full: net.core.somaxconn {somaxconn} -> {somaxconn_to}, and the program's own number; then restart {program}.",
			},
			.cost = "Clients wait instead of failing at once; who relied on the quick failure to go elsewhere needs a connect timeout.",
			.folklore = "\"Set 1 to find out whether the queue overflows\": TcpExtListenOverflows counts it without hurting anybody.",
			.sampled = "tcp_abort_on_overflow",
		},
		[LANG_ZH] = {
			.title = "全连接队列满，而 tcp_abort_on_overflow 为 1，连接被 RST",
			.hurts = "以为已经连上的客户端立刻得到 “connection reset by peer”。设为 0 时只是忽略那个 ACK，多数客户端片刻后就能进来。",
			.fix = {
				"net.ipv4.tcp_abort_on_overflow {abort} -> {abort_to}：对下一次握手立即生效。",
				"队列仍然是满的：{setting}，现为 {backlog}（somaxconn {somaxconn_is}）。",
				"队列仍然是满的：net.core.somaxconn {somaxconn} -> {somaxconn_to}，以及程序自己的数；然后重启 {program}。",
			},
			.cost = "客户端会等待而不是立刻失败；靠快速失败切换到别处的客户端需要设连接超时。",
			.folklore = "“设 1 好看出队列是否溢出”：TcpExtListenOverflows 就在计数，不必伤害任何人。",
			.sampled = "tcp_abort_on_overflow",
		},
	},
	.sources = { "Linux tcp_check_req() in net/ipv4/tcp_minisocks.c",
		     "Documentation/networking/ip-sysctl.rst: tcp_abort_on_overflow" },
	.judge = judge,
};
