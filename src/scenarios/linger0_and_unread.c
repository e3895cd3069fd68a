/* SPDX-License-Identifier: MIT */
/* Both would reset; __tcp_close() asks for unread data first. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, 0);

	lab_linger(lab, pair.server, true, 0);
	lab_send_bytes(lab, pair.client, 50);
	lab_await_unread(lab, pair.server, 50);
	lab_close(lab, pair.server);
	lab_recv(lab, pair.client, 1024);
	return 0;
}

const struct scenario scenario_linger0_and_unread = {
	.name = "linger0_and_unread",
	.story = { "SO_LINGER {1,0} and close() with unread data: the kernel names the data",
		   NULL },
	.class = "owner-abort",
	.cause = "close-unread",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
