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
	.story = { "late data comes to a TIME_WAIT, and its ACK meets no socket", NULL },
	.class = "no-socket",
	.cause = "stray-packet",
	.needs = NEED_REPAIR,
	.sender = LAB_CLIENT,
	.receiver = LAB_NOBODY,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
