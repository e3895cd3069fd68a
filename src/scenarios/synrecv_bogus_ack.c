/* SPDX-License-Identifier: MIT */
/* The listener gets what does not fit its request, and knows no such connection. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_segment ack;

	lab_listen(lab, LAB_SERVER, 0, 0, 16);
	ack = recipe_syn(lab);
	ack.ack += 7777;
	recipe_provoke(lab, LAB_CLIENT, &ack, LAB_SERVER);
	return 0;
}

const struct scenario scenario_synrecv_bogus_ack = {
	.name = "synrecv_bogus_ack",
	.story = { "an ACK with a wrong number comes to the server while the handshake is under "
		   "way",
		   "握手途中，服务端收到一个确认号错误的 ACK" },
	.class = "no-socket",
	.cause = "handshake-mismatch",
	.needs = NEED_NFT,
	.sender = LAB_SERVER,
	.receiver = LAB_NOBODY,
	.group = GROUP_NETWORK,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
