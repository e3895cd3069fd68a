/* SPDX-License-Identifier: MIT */
/* TIME_WAIT answers with an ACK; the reset is made by the other end, which has forgotten. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock listener;
	struct lab_segment data = recipe_time_wait(lab, &listener);

	data.flags = TCP_ACK | TCP_PSH;
	data.payload = "late";
	recipe_provoke(lab, LAB_CLIENT, &data, LAB_CLIENT);
	return 0;
}

const struct scenario scenario_timewait_data = {
	.name = "timewait_data",
	.story = { "late data comes to the server's TIME_WAIT, which answers with an ACK; the "
		   "client has no socket for that",
		   "服务端处于 TIME_WAIT 时收到迟到的数据并回 ACK，而客户端已没有对应的 socket" },
	.class = "no-socket",
	.cause = "stray-packet",
	.needs = NEED_REPAIR,
	.sender = LAB_CLIENT,
	.receiver = LAB_NOBODY,
	.group = GROUP_NETWORK,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
