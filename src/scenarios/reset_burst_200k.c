/* SPDX-License-Identifier: MIT */
/* A service is down, and its clients try again at once, as fast as the machine can. However many
 * there are: each is counted. */
#include "scenarios/flood.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	flood_refused(lab, 200000);
	return 0;
}

const struct scenario scenario_reset_burst_200k = {
	.name = "reset_burst_200k",
	.story = { "nobody listens any more, and clients try again at once, two hundred thousand "
		   "times; "
		   "every reset is counted",
		   "服务已停，客户端一刻不停地重连二十万次；每一个 RST 都计入" },
	.fingerprint = "syn_closed_port",
	.class = "refused",
	.cause = "port-closed",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.want_captures = WANT_ANY, /* they lose packets */
	.group = GROUP_LOAD,
	.limit_s = 240,
	.takes_s = 35,
	.slow = true,
	.run = run,
};
