/* SPDX-License-Identifier: MIT */
/* The server never sees the SYN. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock client;
	struct lab_segment rst;

	rst = recipe_connecting(lab, LAB_ROUTER, "forward", LAB_ROUTED, &client);
	rst.flags = TCP_RST | TCP_ACK;
	rst.seq = rst.window = rst.option_bytes = 0;
	rst.ip_id = 777;
	rst.ttl = 99;
	lab_inject(lab, LAB_ROUTER, &rst);
	lab_recv(lab, client, 1024);
	return 0;
}

const struct scenario scenario_forged_rst_syn = {
	.name = "forged_rst_syn",
	.story = { "a router answers the client's SYN with a forged reset",
		   "路由器用伪造的 RST 应答客户端的 SYN" },
	.class = "refused",
	.cause = "forged-reset",
	.needs = NEED_NFT,
	.sender = LAB_ROUTER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_OTHER,
	.run = run,
};
