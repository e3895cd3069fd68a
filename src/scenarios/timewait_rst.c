/* SPDX-License-Identifier: MIT */
/* TIME-WAIT assassination (RFC 1337). */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock listener;
	struct lab_segment rst = recipe_time_wait(lab, &listener);

	rst.flags = TCP_RST;
	lab_inject(lab, LAB_CLIENT, &rst);
	lab_await_remains(lab, LAB_SERVER, rst.to, rst.from, 0);
	return 0;
}

const struct scenario scenario_timewait_rst = {
	.name = "timewait_rst",
	.story = { "a reset made by hand on the client's host removes the server's TIME_WAIT",
		   "客户端主机上手工构造的 RST 抹掉了服务端的 TIME_WAIT" },
	.class = "network",
	.cause = "forged-reset",
	.needs = NEED_REPAIR,
	.sender = LAB_CLIENT,
	.receiver = LAB_NOBODY,
	.group = GROUP_NETWORK,
	.shape = SHAPE_OTHER,
	.want_captures = WANT_SILENT, /* after both have closed it is counted, not judged */
	.run = run,
};
