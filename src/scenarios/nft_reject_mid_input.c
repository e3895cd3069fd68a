/* SPDX-License-Identifier: MIT */
/* TCP never sees the packet and makes no reset: netfilter does. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, 0);

	lab_rule(lab, LAB_SERVER, "input", "tcp dport %u %s reject with tcp reset",
		 lab_port(lab, 0), lab_fixed(lab) ? "tcp flags & (syn|ack) == syn" : "");
	lab_send(lab, pair.client, "data");
	if (!lab_fixed(lab))
		lab_recv(lab, pair.client, 1024);
	lab_patience(lab, 100);
	lab_recv(lab, pair.server, 1024); /* it never hears of it */
	return 0;
}

const struct scenario scenario_nft_reject_mid_input = {
	.name = "nft_reject_mid_input",
	.story = { "the firewall on the server's host rejects a packet of a living connection "
		   "with a reset",
		   "服务端主机上的防火墙用 RST 拒绝了存活连接中的一个报文" },
	.remedy = { "the rule rejects SYNs only: it leaves connections alone that are there",
		    "规则只拒绝 SYN，不碰已建立的连接" },
	.class = "network",
	.cause = "firewall-reject",
	.needs = NEED_NFT,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.group = GROUP_NETWORK,
	.shape = SHAPE_PASSIVE,
	/* On one link a filter's reset is the same as that of a stack without the connection. */
	.want = { [LAB_CLIENT] = WANT_UNSURE },
	.want_captures = WANT_UNSURE,
	.run = run,
};
