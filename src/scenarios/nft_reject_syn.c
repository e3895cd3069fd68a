/* SPDX-License-Identifier: MIT */
/* TCP never sees the SYN, and somebody does listen. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock client = lab_socket(lab, LAB_CLIENT, 0);

	lab_listen(lab, LAB_SERVER, 0, 0, 16);
	lab_rule(lab, LAB_SERVER, "input", "tcp dport %u %s", lab_port(lab, 0),
		 lab_fixed(lab) ? "accept" : "reject with tcp reset");
	lab_connect(lab, client, lab_at(lab, LAB_SERVER, 0, 0));
	return 0;
}

const struct scenario scenario_nft_reject_syn = {
	.name = "nft_reject_syn",
	.story = { "the firewall on the server's host rejects the client's SYN with a reset",
		   "服务端主机上的防火墙用 RST 拒绝了客户端的 SYN" },
	.remedy = { "the firewall has a rule that accepts this port", "防火墙放行这个端口" },
	.class = "refused",
	.cause = "firewall-reject",
	.needs = NEED_NFT,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.group = GROUP_NETWORK,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
