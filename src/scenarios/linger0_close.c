/* SPDX-License-Identifier: MIT */
/* Nothing is unread and nothing unsent: the option alone makes the reset. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, 0);

	if (!lab_fixed(lab))
		lab_linger(lab, pair.server, true, 0);
	lab_close(lab, pair.server);
	lab_recv(lab, pair.client, 1024);
	return 0;
}

const struct scenario scenario_linger0_close = {
	.name = "linger0_close",
	.story = { "the server closes an idle connection with SO_LINGER {1,0}",
		   "服务端带着 SO_LINGER {1,0} 关闭一条空闲连接" },
	.remedy = { "the server closes without SO_LINGER {1,0}",
		    "服务端关闭时不设 SO_LINGER {1,0}" },
	.class = "owner-abort",
	.cause = "linger-zero",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
