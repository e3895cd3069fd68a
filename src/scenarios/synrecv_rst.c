/* SPDX-License-Identifier: MIT */
/* What half-open scanners do by hand: a request is dropped, and no socket dies. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	uint64_t dropped = lab_counter(lab, LAB_SERVER, "TcpExt.EmbryonicRsts");
	struct lab_segment rst;

	lab_listen(lab, LAB_SERVER, 0, 0, 16);
	rst = recipe_syn(lab);
	rst.flags = TCP_RST;
	lab_inject(lab, LAB_CLIENT, &rst);
	lab_await_counter(lab, LAB_SERVER, "TcpExt.EmbryonicRsts", dropped + 1);
	return 0;
}

const struct scenario scenario_synrecv_rst = {
	.name = "synrecv_rst",
	.story = { "a raw socket resets its own handshake", NULL },
	.class = "network",
	.cause = "forged-reset",
	.needs = NEED_NFT,
	.sender = LAB_CLIENT,
	.receiver = LAB_NOBODY,
	.shape = SHAPE_OTHER,
	.run = run,
};
