/* SPDX-License-Identifier: MIT */
/* Through a router: the reset has the TTL of the server's other packets. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, LAB_ROUTED);

	lab_send(lab, pair.client, "x");
	lab_recv(lab, pair.server, 1024);
	lab_send(lab, pair.server, "answer");
	lab_recv(lab, pair.client, 1024);
	lab_await_acked(lab, pair.server);

	lab_close(lab, pair.listener);
	lab_forget(lab, pair.server);
	lab_send(lab, pair.client, "more");
	lab_recv(lab, pair.client, 1024);
	return 0;
}

const struct scenario scenario_halfopen_routed = {
	.name = "halfopen_routed",
	.story = { "the server, behind a router, loses the connection without a word, then the "
		   "client writes",
		   "路由器后面的服务端悄无声息地丢了连接状态，随后客户端发数据" },
	.class = "no-socket",
	.cause = "half-open",
	.needs = NEED_REPAIR,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
