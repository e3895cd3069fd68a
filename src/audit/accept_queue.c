/* SPDX-License-Identifier: MIT */
/* The queue of connections that wait for accept(): full, and handshakes that met it so. */
#include "audit/check.h"
#include "audit/queues.h"

static void judge(const struct audit *audit, struct findings *found)
{
	for (int i = 0; i < audit->space_count; i++) {
		const struct audit_space *space = &audit->spaces[i];
		uint64_t overflows = audit_moved(space, COUNTER_LISTEN_OVERFLOWS);
		int told = 0;

		if (!overflows)
			continue;
		for (int l = 0; l < space->listener_count; l++) {
			struct finding *finding;

			if (!space->listeners[l].full)
				continue;
			told++;
			finding = finding_add(found, space);
			finding_listener(finding, &space->listeners[l]);
			finding_count(finding, "overflows", overflows);
			queue_tell(finding, &space->listeners[l]);
		}
		if (!told) {
			struct finding *finding = finding_add(found, space);

			finding_words(finding, "listener",
				      "a listener that had room again in every look",
				      "某个监听（每次查看时已有空位）");
			finding_count(finding, "overflows", overflows);
		}
	}
}

const struct check check_accept_queue = {
	.id = "accept-queue",
	.causes = { "accept-overflow", "connect-abandoned" },
	.facts = {
		{ "overflows", { "{overflows|handshake|handshakes} met a full accept queue (TcpExtListenOverflows)",
				 "{overflows} 次握手遇到全连接队列已满（TcpExtListenOverflows）" } },
		{ "queue_most", { "{queue_most|connection|connections} waited for accept(), where the limit in force is {backlog} and one more",
				  "等待 accept() 的连接达到 {queue_most} 个；生效的上限是 {backlog}，另多放一个" } },
		{ "looks_full", { "full in {looks_full} of {looks|look|looks}", "{looks} 次查看中有 {looks_full} 次是满的" } },
	},
	.where = { "{setting}", "listen() backlog of {comm}", "listen() backlog" },
	.words = {
		[LANG_EN] = {
			.title = "accept queue full: {listener}, {program}",
			.hurts = "SYNs are dropped in silence: clients need 1, 3, 7 s to connect, or time out. Those whose last ACK was dropped believe "
				"they are connected and are reset when they write, long after the queue was full.",
			.fix = {
				"Find out first why {program} does not accept: no CPU, no descriptors, an event loop that blocks.",
				"{setting}: the limit in force, {backlog}, is the program's own number, not somaxconn ({somaxconn_is}).",
				"net.core.somaxconn {somaxconn} -> {somaxconn_to}: it caps the program's number. Both have to be raised.",
				"Then restart or reload {program}: listen() takes the limit once, when it is called. `ss -ltn` shows it as Send-Q.",
			},
			.cost = "A longer queue holds more memory, and answers requests that their clients may have given up.",
			.folklore = "\"Raise somaxconn\": does nothing where the program's own number is smaller, and nothing before listen() is called again. "
				"\"Raise tcp_max_syn_backlog\": no limit at all while SYN cookies are on.",
			.sampled = "accept queues",
		},
		[LANG_ZH] = {
			.title = "全连接队列满：{listener}，{program}",
			.hurts = "SYN 被静默丢弃：客户端要 1、3、7 秒才能连上，或者超时。最后一个 ACK 被丢的客户端以为已经连上，很久以后写数据时才收到 RST。",
			.fix = {
				"先查 {program} 为什么不 accept：没有 CPU、没有文件描述符，还是事件循环被阻塞。",
				"{setting}：生效的上限 {backlog} 是程序自己的数，不是 somaxconn（{somaxconn_is}）。",
				"net.core.somaxconn {somaxconn} -> {somaxconn_to}：它压低了程序给的数。两个都要调大。",
				"然后重启或重载 {program}：上限只在调用 listen() 时取一次。`ss -ltn` 的 Send-Q 就是它。",
			},
			.cost = "队列越长占内存越多，排到的请求可能客户端早已放弃。",
			.folklore = "“调大 somaxconn”：程序自己的数更小时毫无作用，不重新 listen() 也毫无作用。“调大 tcp_max_syn_backlog”：开着 SYN cookie 时它根本不是上限。",
			.sampled = "全连接队列",
		},
	},
	.sources = { "Linux sk_acceptq_is_full() in include/net/sock.h; tcp_conn_request() in net/ipv4/tcp_input.c",
		     "listen(2)" },
	.judge = judge,
};
