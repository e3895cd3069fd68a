/* SPDX-License-Identifier: MIT */
/* Nobody had accepted the connection. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock listener = lab_listen(lab, LAB_SERVER, 0, 0, 16);
	struct lab_sock client = lab_socket(lab, LAB_CLIENT, 0);

	lab_connect(lab, client, lab_at(lab, LAB_SERVER, 0, 0));
	lab_await_queue(lab, listener, 1);
	lab_close(lab, listener);
	lab_recv(lab, client, 1024);
	return 0;
}

const struct scenario scenario_listener_close_queue = {
	.name = "listener_close_queue",
	.story = { "the server closes its listener while a connection waits in the accept queue",
		   "服务端关闭监听 socket 时，还有一条连接在全连接队列中等待" },
	.class = "owner-abort",
	.cause = "listener-closed",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
