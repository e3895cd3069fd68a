/* SPDX-License-Identifier: MIT */
/* Connection tracking is told to leave the flow alone: that it has no entry proves nothing. */
#include <stdio.h>

#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	char script[512];
	struct lab_pair pair;

	snprintf(script, sizeof(script),
		 "table inet raw {\nchain c {\ntype filter hook prerouting priority raw;\n"
		 "tcp dport %u notrack\ntcp sport %u notrack\n}\n}\n",
		 lab_port(lab, 0), lab_port(lab, 0));
	lab_nft(lab, LAB_ROUTER, script);
	lab_rule(lab, LAB_ROUTER, "forward", "ct state established accept");
	pair = recipe_routed(lab);
	lab_rule(lab, LAB_ROUTER, "forward", "tcp dport %u %s reject with tcp reset",
		 lab_port(lab, 0), lab_fixed(lab) ? "tcp flags & (syn|ack) == syn" : "");
	recipe_goes_on(lab, &pair);
	return 0;
}

const struct scenario scenario_untracked_reject = {
	.name = "untracked_reject",
	.story = { "a router that leaves a flow out of its connection tracking (notrack) begins to "
		   "reject it with a reset",
		   "路由器用 notrack 让一条流不进连接跟踪，之后又用 RST 拒绝它" },
	.remedy = { "the rule rejects SYNs only: it leaves connections alone that are there",
		    "规则只拒绝 SYN，不碰已建立的连接" },
	.fingerprint = "nft_reject_forward_mid",
	.class = "network",
	.cause = "middlebox-reject",
	.needs = NEED_NFT | NEED_CONNTRACK,
	.sender = LAB_ROUTER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
