/* SPDX-License-Identifier: MIT */
/* With cookies a full queue turns nobody away. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_segment syn = { .flags = TCP_SYN, .seq = 1000, .window = 1024, .ip_id = 1 };
	uint64_t cookies = lab_counter(lab, LAB_SERVER, "TcpExt.SyncookiesSent");
	struct lab_sock listener, client;
	unsigned int i;

	lab_sysctl(lab, LAB_SERVER, "net.ipv4.tcp_syncookies", "1");
	lab_sysctl(lab, LAB_SERVER, "net.ipv4.tcp_max_syn_backlog", "4");
	listener = lab_listen(lab, LAB_SERVER, 0, 0, 4);
	lab_rule(lab, LAB_CLIENT, "input", "tcp dport %u-%u drop", lab_port(lab, 1),
		 lab_port(lab, 12));
	syn.to = lab_at(lab, LAB_SERVER, 0, 0);
	for (i = 1; i <= 12; i++) {
		syn.from = lab_at(lab, LAB_CLIENT, i, 0);
		lab_inject(lab, LAB_CLIENT, &syn);
	}
	lab_await_counter(lab, LAB_SERVER, "TcpExt.SyncookiesSent", cookies + 1);
	client = lab_socket(lab, LAB_CLIENT, 0);
	lab_connect(lab, client, syn.to);
	lab_send(lab, client, "hi");
	lab_recv(lab, lab_accept(lab, listener), 1024);
	return 0;
}

const struct scenario scenario_synq_full_cookies = {
	.name = "synq_full_cookies",
	.story = { "look-alike: the server's SYN queue is full, and a SYN cookie lets the client "
		   "in",
		   "似是而非：服务端的半连接队列已满，客户端靠 SYN cookie 仍能连上" },
	.why = { "with tcp_syncookies a full queue turns nobody away: the SYN-ACK "
		 "bears a cookie, and the ACK that returns it makes the connection",
		 "开了 tcp_syncookies，队列满了也不拒绝任何人：SYN-ACK 带着 cookie，"
		 "把它带回来的 ACK 就能建立连接" },
	.class = "none",
	.cause = "none",
	.needs = NEED_NFT,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.group = GROUP_LOAD,
	.shape = SHAPE_SILENT,
	.run = run,
};
