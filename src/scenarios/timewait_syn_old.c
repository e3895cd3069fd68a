/* SPDX-License-Identifier: MIT */
/* An old duplicate: TIME_WAIT answers with an ACK, and the other end has forgotten. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock listener;
	struct lab_segment syn = recipe_time_wait(lab, &listener);

	syn.flags = TCP_SYN;
	syn.seq -= 5001;
	syn.ack = 0;
	recipe_provoke(lab, LAB_CLIENT, &syn, LAB_CLIENT);
	return 0;
}

const struct scenario scenario_timewait_syn_old = {
	.name = "timewait_syn_old",
	.story = { "an old SYN comes to the server's TIME_WAIT, which answers with an ACK; the "
		   "client has no socket for that",
		   "服务端处于 TIME_WAIT 时收到一个旧的 SYN 并回 ACK，而客户端已没有对应的 "
		   "socket" },
	.class = "no-socket",
	.cause = "stray-packet",
	.needs = NEED_REPAIR,
	.sender = LAB_CLIENT,
	.receiver = LAB_NOBODY,
	.group = GROUP_NETWORK,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
