/* SPDX-License-Identifier: MIT */
/* A TTL that is the server's own: the client sees a closed port. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock client;
	struct lab_segment rst;

	rst = recipe_connecting(lab, LAB_ROUTER, "forward", LAB_ROUTED, &client);
	rst.flags = TCP_RST | TCP_ACK;
	rst.seq = rst.window = rst.option_bytes = 0;
	rst.ip_id = 0;
	rst.ttl = 63;
	lab_inject_frame(lab, LAB_ROUTER, "to-client", &rst);
	lab_recv(lab, client, 1024);
	return 0;
}

const struct scenario scenario_box_refuses_for_dead = {
	.name = "box_refuses_for_dead",
	.story = { "the server's host is gone; a box before it refuses the client's SYN exactly as "
		   "the server's kernel would",
		   "服务端主机已经不在，它前面的设备替它拒绝客户端的 SYN，"
		   "与服务端内核的做法一模一样" },
	.fingerprint = "forged_rst_syn",
	.class = "refused",
	.cause = "forged-reset",
	.needs = NEED_NFT,
	.sender = LAB_ROUTER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.want = { [LAB_CLIENT] = WANT_UNSURE },
	.run = run,
};
