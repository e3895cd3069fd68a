/* SPDX-License-Identifier: MIT */
/* Before the IP layer: no hook of it sees the packet. */
#include <stdio.h>

#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, 0);
	char script[256];

	snprintf(script, sizeof(script),
		 "table netdev f {\nchain c {\ntype filter hook ingress device direct priority 0;\n"
		 "tcp dport %u %s reject with tcp reset\n}\n}\n",
		 lab_port(lab, 0), lab_fixed(lab) ? "tcp flags & (syn|ack) == syn" : "");
	lab_nft(lab, LAB_SERVER, script);
	lab_send(lab, pair.client, "data");
	lab_recv(lab, lab_fixed(lab) ? pair.server : pair.client, 1024);
	return 0;
}

const struct scenario scenario_nft_reject_netdev = {
	.name = "nft_reject_netdev",
	.story = { "a firewall at the ingress of the server's network device rejects a packet of "
		   "a living connection",
		   "服务端网卡 ingress 上的防火墙用 RST 拒绝了存活连接中的一个报文" },
	.remedy = { "the rule rejects SYNs only: it leaves connections alone that are there",
		    "规则只拒绝 SYN，不碰已建立的连接" },
	.class = "network",
	.cause = "firewall-reject",
	.needs = NEED_NFT | NEED_NETDEV_REJECT,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.group = GROUP_NETWORK,
	.shape = SHAPE_PASSIVE,
	/* On one link a filter's reset is the same as that of a stack without the connection. */
	.want = { [LAB_CLIENT] = WANT_UNSURE },
	.want_captures = WANT_UNSURE,
	.run = run,
};
