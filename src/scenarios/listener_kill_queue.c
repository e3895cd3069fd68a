/* SPDX-License-Identifier: MIT */
/* The death of the owner comes before what it did to the listener. */
#include <signal.h>

#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock listener = lab_listen(lab, LAB_SERVER, 0, 0, 16);
	struct lab_sock client = lab_socket(lab, LAB_CLIENT, 0), server;

	lab_connect(lab, client, lab_at(lab, LAB_SERVER, 0, 0));
	lab_await_queue(lab, listener, 1);
	lab_send(lab, client, "GET /");
	lab_await_acked(lab, client);
	if (lab_fixed(lab)) {
		server = lab_accept(lab, listener);
		lab_recv(lab, server, 1024);
		lab_send(lab, server, "200 OK");
		lab_exit(lab, LAB_SERVER, 0);
		lab_recv(lab, client, 1024);
		lab_recv(lab, client, 1024);
		return 0;
	}
	lab_kill(lab, LAB_SERVER, SIGKILL);
	lab_recv(lab, client, 1024);
	return 0;
}

const struct scenario scenario_listener_kill_queue = {
	.name = "listener_kill_queue",
	.story = { "the server is killed with SIGKILL while a connection waits in its accept "
		   "queue",
		   "服务端被 SIGKILL 杀死时，还有一条连接在全连接队列中等待" },
	.remedy = { "the server is stopped with SIGTERM, and serves what waits before it exits",
		    "改用 SIGTERM 停止服务端，它服务完队列中等待的连接再退出" },
	.class = "owner-abort",
	.cause = "process-killed",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
