/* SPDX-License-Identifier: MIT */
/* nf_send_reset6(): the same over IPv6. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, LAB_IP6);

	lab_rule(lab, LAB_SERVER, "input", "tcp dport %u %s reject with tcp reset",
		 lab_port(lab, 0), lab_fixed(lab) ? "tcp flags & (syn|ack) == syn" : "");
	lab_send(lab, pair.client, "data");
	lab_recv(lab, lab_fixed(lab) ? pair.server : pair.client, 1024);
	return 0;
}

const struct scenario scenario_nft_reject_v6_mid = {
	.name = "nft_reject_v6_mid",
	.story = { "over IPv6, the firewall on the server's host rejects a packet of a living "
		   "connection",
		   "走 IPv6，服务端主机上的防火墙用 RST 拒绝了存活连接中的一个报文" },
	.remedy = { "the rule rejects SYNs only: it leaves connections alone that are there",
		    "规则只拒绝 SYN，不碰已建立的连接" },
	.class = "network",
	.cause = "firewall-reject",
	.needs = NEED_NFT | NEED_IP6,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.group = GROUP_NETWORK,
	.shape = SHAPE_PASSIVE,
	/* On one link a filter's reset is the same as that of a stack without the connection. */
	.want = { [LAB_CLIENT] = WANT_UNSURE },
	.want_captures = WANT_UNSURE,
	.run = run,
};
