/* SPDX-License-Identifier: MIT */
/* The old server socket answers the new SYN with a challenge ACK, which the client resets. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock listener = lab_listen(lab, LAB_SERVER, 0, 0, 16);
	struct lab_sock client = lab_socket(lab, LAB_CLIENT, 0), server;
	struct endpoint from = lab_at(lab, LAB_CLIENT, 1, 0), to = lab_at(lab, LAB_SERVER, 0, 0);

	lab_bind(lab, client, from);
	lab_connect(lab, client, to);
	server = lab_accept(lab, listener);
	lab_forget(lab, client);
	client = lab_socket(lab, LAB_CLIENT_2, 0);
	lab_bind(lab, client, from);
	lab_connect(lab, client, to);
	lab_recv(lab, server, 1024);
	return 0;
}

const struct scenario scenario_halfopen_syn_established = {
	.name = "halfopen_syn_established",
	.story = { "the client reboots and connects from the same port, while the server still "
		   "has the old connection",
		   "客户端重启后又从同一端口发起连接，而服务端的旧连接还在" },
	.class = "no-socket",
	.cause = "half-open",
	.needs = NEED_REPAIR,
	.sender = LAB_CLIENT,
	.receiver = LAB_SERVER,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
