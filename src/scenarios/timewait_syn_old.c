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
	.story = { "a SYN with an old number comes to a TIME_WAIT, and its ACK meets no socket",
		   NULL },
	.class = "no-socket",
	.cause = "stray-packet",
	.needs = NEED_REPAIR,
	.sender = LAB_CLIENT,
	.receiver = LAB_NOBODY,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
