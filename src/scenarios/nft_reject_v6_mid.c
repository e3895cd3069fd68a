/* SPDX-License-Identifier: MIT */
/* nf_send_reset6(): the same over IPv6. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, LAB_IP6);

	lab_rule(lab, LAB_SERVER, "input", "tcp dport %u reject with tcp reset", lab_port(lab, 0));
	lab_send(lab, pair.client, "data");
	lab_recv(lab, pair.client, 1024);
	return 0;
}

const struct scenario scenario_nft_reject_v6_mid = {
	.name = "nft_reject_v6_mid",
	.story = { "the server host's input chain rejects a packet of a living connection, over "
		   "IPv6",
		   NULL },
	.class = "network",
	.cause = "firewall-reject",
	.needs = NEED_NFT | NEED_IP6,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	/* On one link a filter's reset is the same as that of a stack without the connection. */
	.want = { [LAB_CLIENT] = WANT_UNSURE },
	.want_captures = WANT_UNSURE,
	.run = run,
};
