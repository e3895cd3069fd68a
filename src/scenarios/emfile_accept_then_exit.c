/* SPDX-License-Identifier: MIT */
/* accept() that fails leaves the connection in the queue; the exit resets it. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock listener = lab_listen(lab, LAB_SERVER, 0, 0, 16);
	struct lab_sock client = lab_socket(lab, LAB_CLIENT, 0);

	lab_limit_files(lab, LAB_SERVER, 0);
	lab_connect(lab, client, lab_at(lab, LAB_SERVER, 0, 0));
	lab_send(lab, client, "GET /");
	lab_await_acked(lab, client);
	lab_try_accept(lab, listener);
	lab_exit(lab, LAB_SERVER, 1);
	lab_recv(lab, client, 1024);
	return 0;
}

const struct scenario scenario_emfile_accept_then_exit = {
	.name = "emfile_accept_then_exit",
	.story = { "accept() fails for want of a descriptor, then the server exits", NULL },
	.class = "owner-abort",
	.cause = "process-exited",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
