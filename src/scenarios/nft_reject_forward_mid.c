/* SPDX-License-Identifier: MIT */
/* As the sender is the router, the server keeps a connection that the client has lost. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, LAB_ROUTED);

	lab_rule(lab, LAB_ROUTER, "forward", "tcp dport %u %s reject with tcp reset",
		 lab_port(lab, 0), lab_fixed(lab) ? "tcp flags & (syn|ack) == syn" : "");
	lab_send(lab, pair.client, "data");
	if (!lab_fixed(lab))
		lab_recv(lab, pair.client, 1024);
	lab_patience(lab, 100);
	lab_recv(lab, pair.server, 1024);
	return 0;
}

const struct scenario scenario_nft_reject_forward_mid = {
	.name = "nft_reject_forward_mid",
	.story = { "a router rejects a packet of a living connection with a reset",
		   "路由器用 RST 拒绝了存活连接中的一个报文" },
	.remedy = { "the rule rejects SYNs only: it leaves connections alone that are there",
		    "规则只拒绝 SYN，不碰已建立的连接" },
	.class = "network",
	.cause = "middlebox-reject",
	.needs = NEED_NFT,
	.sender = LAB_ROUTER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
