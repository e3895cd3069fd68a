/* SPDX-License-Identifier: MIT */
/* The queue of half-open connections: full, so that SYNs are answered with cookies or dropped. */
#include "audit/check.h"
#include "audit/queues.h"

static const struct audit_listener *busiest(const struct audit_space *space)
{
	const struct audit_listener *found = NULL;

	for (int l = 0; l < space->listener_count; l++)
		if (space->listeners[l].handshakes &&
		    (!found || space->listeners[l].handshakes > found->handshakes))
			found = &space->listeners[l];
	return found;
}

static void judge(const struct audit *audit, struct findings *found)
{
	for (int i = 0; i < audit->space_count; i++) {
		const struct audit_space *space = &audit->spaces[i];
		uint64_t cookies = audit_moved(space, COUNTER_QUEUE_FULL_COOKIES);
		uint64_t drops = audit_moved(space, COUNTER_QUEUE_FULL_DROPS);
		uint64_t returned = audit_moved(space, COUNTER_COOKIES_RECEIVED);
		const struct audit_listener *listener = busiest(space);
		int64_t mode = audit_number(space, "net.ipv4.tcp_syncookies", 1);
		struct finding *finding;

		/* With 2 every SYN is counted as if the queue were full. */
		if ((!cookies || mode == 2) && !drops)
			continue;
		finding = finding_add(found, space);
		if (drops)
			finding_count(finding, "drops", drops);
		if (cookies)
			finding_count(finding, "cookies", cookies);
		if (cookies && !drops)
			finding_count(finding, "returned", returned);
		if (listener) {
			finding_listener(finding, listener);
			finding_count(finding, "handshakes", (uint64_t)listener->handshakes);
			queue_tell(finding, listener);
		} else {
			finding_words(finding, "listener", "a listener here", "这里的某个监听");
		}
		if (drops && mode == 0)
			finding_setting(finding, "mode", "mode_to", "net.ipv4.tcp_syncookies", "1");
	}
}

const struct check check_syn_queue = {
	.id = "syn-queue",
	.causes = { "connect-abandoned", "cookie-invalid" },
	.facts = {
		{ "drops", { "{drops|SYN was|SYNs were} dropped because the SYN queue was full (TcpExtTCPReqQFullDrop)",
			     "{drops} 个 SYN 因半连接队列满被丢弃（TcpExtTCPReqQFullDrop）" } },
		{ "cookies", { "{cookies|SYN was|SYNs were} answered with a cookie because the SYN queue was full (TcpExtTCPReqQFullDoCookies)",
			       "{cookies} 个 SYN 因半连接队列满改用 cookie 应答（TcpExtTCPReqQFullDoCookies）" } },
		{ "returned", { "{returned} of them came back with a valid cookie: many mean a rush of real clients, few mean a flood",
				"其中 {returned} 个带着有效 cookie 回来：多则是真实客户端的突发，少则是 SYN 洪水" } },
		{ "handshakes", { "{handshakes|half-open connection|half-open connections} at {listener}, whose backlog is {backlog}",
				  "{listener} 有 {handshakes} 个半开连接，其 backlog 为 {backlog}" } },
	},
	.where = { "{setting}", "net.ipv4.tcp_syncookies {mode}", "listen() backlog" },
	.words = {
		[LANG_EN] = {
			.title = "SYN queue full: {listener}",
			.hurts = "Without cookies clients wait 1, 3, 7 s or time out. With cookies they get in, but without window scaling where timestamps "
				"are off, and a lost last ACK leaves a client connected to nobody.",
			.fix = {
				"net.ipv4.tcp_syncookies {mode} -> {mode_to}: nothing is dropped any more while the queue is full.",
				"{setting}, now {backlog}: since Linux 4.4 the SYN queue is as long as the accept queue.",
				"net.core.somaxconn {somaxconn} -> {somaxconn_to}, and the program's own number; then restart {program}.",
				"Few cookies come back? It is a flood: keep cookies on, limit SYNs in front of this host.",
			},
			.cost = "Memory: about 300 bytes for each half-open connection.",
			.folklore = "\"Raise tcp_max_syn_backlog to 65536\": no limit at all while tcp_syncookies is on (since 4.4). "
				"\"'Possible SYN flooding' in the log proves an attack\": a small backlog does it, too.",
			.sampled = "SYN queues and cookies",
		},
		[LANG_ZH] = {
			.title = "半连接队列满：{listener}",
			.hurts = "没有 cookie 时客户端要等 1、3、7 秒或超时。有 cookie 时能连上，但没有时间戳就失去窗口缩放；最后一个 ACK 若丢失，客户端会连在一个谁也不认识的连接上。",
			.fix = {
				"net.ipv4.tcp_syncookies {mode} -> {mode_to}：队列满时不再丢弃。",
				"{setting}，现为 {backlog}：Linux 4.4 起半连接队列与全连接队列一样长。",
				"net.core.somaxconn {somaxconn} -> {somaxconn_to}，以及程序自己的数；然后重启 {program}。",
				"回来的 cookie 很少？那是洪水：保持 cookie 开启，在本机前面限制 SYN。",
			},
			.cost = "内存：每个半开连接约 300 字节。",
			.folklore = "“tcp_max_syn_backlog 调到 65536”：tcp_syncookies 开着时（4.4 起）它根本不是上限。“日志里有 Possible SYN flooding 就是攻击”：backlog 小也会。",
			.sampled = "半连接队列与 cookie",
		},
	},
	.sources = { "Linux tcp_conn_request(), tcp_syn_flood_action() in net/ipv4/tcp_input.c",
		     "Documentation/networking/ip-sysctl.rst: tcp_syncookies" },
	.judge = judge,
};
