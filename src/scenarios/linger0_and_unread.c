/* SPDX-License-Identifier: MIT */
/* Both would reset; __tcp_close() asks for unread data first. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, 0);

	if (!lab_fixed(lab))
		lab_linger(lab, pair.server, true, 0);
	lab_send_bytes(lab, pair.client, 50);
	lab_await_unread(lab, pair.server, 50);
	if (lab_fixed(lab))
		lab_recv(lab, pair.server, 1024);
	lab_close(lab, pair.server);
	lab_recv(lab, pair.client, 1024);
	return 0;
}

const struct scenario scenario_linger0_and_unread = {
	.name = "linger0_and_unread",
	.story = { "the server closes with SO_LINGER {1,0} and unread data; the kernel gives the "
		   "data as its reason",
		   "服务端带着 SO_LINGER {1,0} 关闭，同时有数据未读；内核给出的原因是未读数据" },
	.remedy = { "the server reads what has come, and closes without SO_LINGER {1,0}",
		    "服务端读完已到的数据再关闭，也不设 SO_LINGER {1,0}" },
	.class = "owner-abort",
	.cause = "close-unread",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
