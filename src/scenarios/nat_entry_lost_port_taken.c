/* SPDX-License-Identifier: MIT */
/* To the server the data comes from a port that never sent a SYN. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = recipe_translated(lab, lab_port(lab, 1));

	lab_unrule(lab, LAB_ROUTER);
	recipe_translate(lab, lab_port(lab, 2));
	if (!lab_fixed(lab))
		recipe_untrack(lab);
	lab_send(lab, pair.client, "two");
	lab_recv(lab, lab_fixed(lab) ? pair.server : pair.client, 1024);
	return 0;
}

const struct scenario scenario_nat_entry_lost_port_taken = {
	.name = "nat_entry_lost_port_taken",
	.story = { "a NAT router forgets a connection and then gives it another port",
		   "NAT 路由器忘了一条连接，之后给它换了一个端口" },
	.remedy = { "the new rules are loaded without emptying the table of connections: what is "
		    "open keeps its port",
		    "加载新规则时不清空连接跟踪表，已有的连接保留原端口" },
	.class = "no-socket",
	.cause = "nat-lost",
	.needs = NEED_NFT | NEED_CONNTRACK,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.group = GROUP_NETWORK,
	.shape = SHAPE_PASSIVE,
	/* On both sides of the router it is a connection of its own: two verdicts. */
	.want_all = WANT_LISTED,
	.run = run,
};
