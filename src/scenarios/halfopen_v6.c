/* SPDX-License-Identifier: MIT */
/* Over IPv6 the bare reset has no IP id to look at. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, LAB_IP6 | LAB_NO_LISTENER);

	lab_forget(lab, pair.server);
	lab_send(lab, pair.client, "data");
	lab_recv(lab, pair.client, 1024);
	return 0;
}

const struct scenario scenario_halfopen_v6 = {
	.name = "halfopen_v6",
	.story = { "over IPv6, the server loses the connection without sending anything, then "
		   "the client writes",
		   "走 IPv6，服务端一个报文没发就丢了连接状态，随后客户端发数据" },
	.class = "no-socket",
	.cause = "half-open",
	.needs = NEED_IP6 | NEED_REPAIR,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
