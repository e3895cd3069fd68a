/* SPDX-License-Identifier: MIT */
/* A closed port. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock client = lab_socket(lab, LAB_CLIENT, 0);

	if (lab_fixed(lab))
		lab_listen(lab, LAB_SERVER, 0, 0, 16);
	lab_connect(lab, client, lab_at(lab, LAB_SERVER, 0, 0));
	return 0;
}

const struct scenario scenario_syn_closed_port = {
	.name = "syn_closed_port",
	.story = { "the client connects to a port on which nobody listens",
		   "客户端连接一个无人监听的端口" },
	.remedy = { "the server listens before the client comes", "服务端先监听，客户端再来连接" },
	.class = "refused",
	.cause = "port-closed",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
