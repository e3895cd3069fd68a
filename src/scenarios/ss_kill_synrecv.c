/* SPDX-License-Identifier: MIT */
/* The listener is destroyed, and what waits in its queue with it. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock listener = lab_listen(lab, LAB_SERVER, 0, 0, 16);
	struct lab_sock client = lab_socket(lab, LAB_CLIENT, 0);

	lab_connect(lab, client, lab_at(lab, LAB_SERVER, 0, 0));
	lab_await_queue(lab, listener, 1);
	lab_destroy(lab, LAB_SERVER_2, listener);
	lab_recv(lab, client, 1024);
	return 0;
}

const struct scenario scenario_ss_kill_synrecv = {
	.name = "ss_kill_synrecv",
	.story = { "the listener is destroyed from outside while a connection waits in its accept "
		   "queue",
		   NULL },
	.class = "owner-abort",
	.cause = "socket-destroyed",
	.needs = NEED_DESTROY,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
