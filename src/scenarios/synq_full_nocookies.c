/* SPDX-License-Identifier: MIT */
/* Without cookies the kernel drops what has no room: the client repeats its SYN. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_segment syn = { .flags = TCP_SYN, .seq = 1000, .window = 1024, .ip_id = 1 };
	uint64_t drops = lab_counter(lab, LAB_SERVER, "TcpExt.ListenDrops");
	struct lab_sock client;
	unsigned int i;

	lab_sysctl(lab, LAB_SERVER, "net.ipv4.tcp_syncookies", "0");
	lab_sysctl(lab, LAB_SERVER, "net.ipv4.tcp_max_syn_backlog", "4");
	lab_listen(lab, LAB_SERVER, 0, 0, 4);
	lab_rule(lab, LAB_CLIENT, "input", "tcp dport %u-%u drop", lab_port(lab, 1),
		 lab_port(lab, 12));
	syn.to = lab_at(lab, LAB_SERVER, 0, 0);
	for (i = 1; i <= 12; i++) {
		syn.from = lab_at(lab, LAB_CLIENT, i, 0);
		lab_inject(lab, LAB_CLIENT, &syn);
	}
	lab_await_counter(lab, LAB_SERVER, "TcpExt.ListenDrops", drops + 1);
	client = lab_socket(lab, LAB_CLIENT, 0);
	lab_patience(lab, 300);
	lab_connect(lab, client, syn.to);
	return 0;
}

const struct scenario scenario_synq_full_nocookies = {
	.name = "synq_full_nocookies",
	.story = { "look-alike: the server's SYN queue is full and SYN cookies are off, so that "
		   "the client's connect() hangs",
		   "似是而非：服务端的半连接队列已满，又关了 SYN cookie，"
		   "客户端的 connect() 卡住" },
	.why = { "without tcp_syncookies the kernel drops what has no room, and "
		 "says nothing; the client repeats its SYN until there is room or "
		 "it gives up",
		 "没开 tcp_syncookies，放不下的 SYN 被内核丢弃，什么也不回；客户端重"
		 "发 SYN，直到有位置或自己放弃" },
	.class = "none",
	.cause = "none",
	.needs = NEED_NFT,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.group = GROUP_LOAD,
	.shape = SHAPE_SILENT,
	.run = run,
};
