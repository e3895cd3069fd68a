/* SPDX-License-Identifier: MIT */
/* A box that first loses packets and then refuses their repetitions. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	const char *which = lab_fixed(lab) ? "tcp flags & (syn|ack) == syn" : "";
	struct lab_pair pair = recipe_routed(lab);

	lab_rule(lab, LAB_ROUTER, "forward",
		 "tcp dport %u %s limit rate 2/hour burst 2 packets drop\n"
		 "\t\ttcp dport %u %s reject with tcp reset",
		 lab_port(lab, 0), which, lab_port(lab, 0), which);
	lab_patience(lab, 3000);
	recipe_goes_on(lab, &pair);
	return 0;
}

const struct scenario scenario_middlebox_drop_then_reset = {
	.name = "middlebox_drop_then_reset",
	.story = { "a router drops the packets of a connection for a while, then rejects them "
		   "with a reset",
		   "路由器先丢弃一条连接的报文，过一会儿又用 RST 拒绝" },
	.remedy = { "the rules are about SYNs only: they leave connections alone that are there",
		    "规则只针对 SYN，不碰已建立的连接" },
	.class = "network",
	.cause = "middlebox-reject",
	.needs = NEED_NFT,
	.sender = LAB_ROUTER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
