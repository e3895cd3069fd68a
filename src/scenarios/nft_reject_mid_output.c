/* SPDX-License-Identifier: MIT */
/* The reset never leaves the host: the client's own filter answers the client. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, 0);

	lab_rule(lab, LAB_CLIENT, "output", "tcp dport %u tcp flags & %s reject with tcp reset",
		 lab_port(lab, 0), lab_fixed(lab) ? "(syn|ack) == syn" : "psh == psh");
	lab_send(lab, pair.client, "data");
	if (!lab_fixed(lab))
		lab_recv(lab, pair.client, 1024);
	lab_patience(lab, 100);
	lab_recv(lab, pair.server, 1024);
	return 0;
}

const struct scenario scenario_nft_reject_mid_output = {
	.name = "nft_reject_mid_output",
	.story = { "the firewall on the client's own host rejects the client's data with a reset",
		   "客户端本机的防火墙在 output 链上用 RST 拒绝了客户端自己的数据" },
	.remedy = { "the rule rejects SYNs only: it leaves connections alone that are there",
		    "规则只拒绝 SYN，不碰已建立的连接" },
	.class = "network",
	.cause = "firewall-reject",
	.needs = NEED_NFT,
	.sender = LAB_CLIENT,
	.receiver = LAB_CLIENT,
	.group = GROUP_NETWORK,
	.shape = SHAPE_PASSIVE,
	.want_captures = WANT_UNSURE,
	.run = run,
};
