/* SPDX-License-Identifier: MIT */
/* Only one in the window: a SYN that begins as the first did is a retransmission. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_segment syn;

	lab_listen(lab, LAB_SERVER, 0, 0, 16);
	syn = recipe_syn(lab);
	syn.flags = TCP_SYN;
	recipe_provoke(lab, LAB_CLIENT, &syn, LAB_SERVER);
	return 0;
}

const struct scenario scenario_synrecv_syn_in_window = {
	.name = "synrecv_syn_in_window",
	.story = { "a second SYN with another number comes to the server while the handshake is "
		   "under way",
		   "握手途中，服务端又收到一个序号不同的 SYN" },
	.class = "refused",
	.cause = "handshake-mismatch",
	.needs = NEED_NFT,
	.sender = LAB_SERVER,
	.receiver = LAB_NOBODY,
	.group = GROUP_NETWORK,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
