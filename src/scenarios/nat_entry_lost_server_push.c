/* SPDX-License-Identifier: MIT */
/* What the server sends is for the router itself then, whose TCP knows nothing of it. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = recipe_translated(lab, lab_port(lab, 1));

	recipe_untrack(lab);
	lab_send(lab, pair.server, "push");
	lab_recv(lab, pair.server, 1024);
	return 0;
}

const struct scenario scenario_nat_entry_lost_server_push = {
	.name = "nat_entry_lost_server_push",
	.story = { "a NAT router forgets a connection, then the server sends",
		   "NAT 路由器忘了一条连接，随后服务端发数据" },
	.class = "no-socket",
	.cause = "nat-lost",
	.needs = NEED_NFT | NEED_CONNTRACK,
	.sender = LAB_ROUTER,
	.receiver = LAB_SERVER,
	.shape = SHAPE_PASSIVE,
	/* A router's own reset has the TTL of one that rejects. */
	.want = { [LAB_SERVER] = WANT_UNSURE },
	.want_captures = WANT_UNSURE,
	.run = run,
};
