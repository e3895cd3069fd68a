/* SPDX-License-Identifier: MIT */
/* Without a SYN before it: a listening port is no different from any other. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_segment ack = {
		.flags = TCP_ACK, .seq = 1001, .ack = 5555, .window = 1024, .ip_id = 1
	};

	lab_listen(lab, LAB_SERVER, 0, 0, 16);
	ack.from = lab_at(lab, LAB_CLIENT, 1, 0);
	ack.to = lab_at(lab, LAB_SERVER, 0, 0);
	recipe_provoke(lab, LAB_CLIENT, &ack, LAB_SERVER);
	return 0;
}

const struct scenario scenario_stray_ack_listener = {
	.name = "stray_ack_listener",
	.story = { "an ACK that belongs to no connection comes to a port on which the server "
		   "listens",
		   "服务端的监听端口收到一个不属于任何连接的 ACK" },
	.class = "no-socket",
	.cause = "stray-packet",
	.sender = LAB_SERVER,
	.receiver = LAB_NOBODY,
	.group = GROUP_NETWORK,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
