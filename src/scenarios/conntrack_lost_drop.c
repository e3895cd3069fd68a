/* SPDX-License-Identifier: MIT */
/* What is invalid is dropped: silence, and retransmissions. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair;

	lab_rule(lab, LAB_ROUTER, "forward", "ct state invalid drop");
	lab_sysctl(lab, LAB_ROUTER, "net.netfilter.nf_conntrack_tcp_loose", "0");
	pair = recipe_routed(lab);
	recipe_untrack(lab);
	lab_send(lab, pair.client, "two");
	lab_patience(lab, 400);
	lab_recv(lab, pair.client, 1024);
	return 0;
}

const struct scenario scenario_conntrack_lost_drop = {
	.name = "conntrack_lost_drop",
	.story = { "look-alike: a router has forgotten a connection and drops its packets as "
		   "invalid",
		   "似是而非：路由器忘了一条连接，把它的报文当作无效报文丢弃" },
	.why = { "what connection tracking cannot place is INVALID, and this rule "
		 "drops it; the server never hears of it and the client repeats: a "
		 "hang, not a reset",
		 "连接跟踪认不出的报文属于 INVALID，这条规则把它丢弃；服务端毫不知情"
		 "，客户端不断重传：结果是卡住，而不是 RST" },
	.class = "none",
	.cause = "none",
	.needs = NEED_NFT | NEED_CONNTRACK,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_SILENT,
	.run = run,
};
