/* SPDX-License-Identifier: MIT */
/* One hop nearer than the server: the TTL gives it away to who knows the server's. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock client = lab_socket(lab, LAB_CLIENT, 0);

	lab_listen(lab, LAB_SERVER, 0, 0, 16);
	lab_rule(lab, LAB_ROUTER, "forward", "tcp dport %u %s", lab_port(lab, 0),
		 lab_fixed(lab) ? "accept" : "reject with tcp reset");
	lab_connect(lab, client, lab_at(lab, LAB_SERVER, 0, LAB_ROUTED));
	return 0;
}

const struct scenario scenario_nft_reject_forward_syn = {
	.name = "nft_reject_forward_syn",
	.story = { "a router rejects the client's SYN with a reset",
		   "路由器用 RST 拒绝了客户端的 SYN" },
	.remedy = { "the firewall has a rule that accepts this port", "防火墙放行这个端口" },
	.class = "refused",
	.cause = "middlebox-reject",
	.needs = NEED_NFT,
	.sender = LAB_ROUTER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
