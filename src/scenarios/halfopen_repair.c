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
	.story = { "the server loses the connection without sending anything, then the client "
		   "writes",
		   "服务端一个报文没发就丢了连接状态，随后客户端发数据" },
	.class = "no-socket",
	.cause = "half-open",
	.needs = NEED_REPAIR,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
