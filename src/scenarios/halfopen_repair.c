/* SPDX-License-Identifier: MIT */
/* As after a crash or a moved container: TCP_REPAIR closes and sends nothing. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, LAB_NO_LISTENER);

	lab_forget(lab, pair.server);
	lab_send(lab, pair.client, "hello");
	lab_recv(lab, pair.client, 1024);
	return 0;
}

const struct scenario scenario_halfopen_repair = {
	.name = "halfopen_repair",
	.story = { "the server's state vanishes without a segment, then the client writes", NULL },
	.class = "no-socket",
	.cause = "half-open",
	.needs = NEED_REPAIR,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
