/* SPDX-License-Identifier: MIT */
/* shutdown() ends a listener as close() does. */
#include <sys/socket.h>

#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock listener = lab_listen(lab, LAB_SERVER, 0, 0, 16);
	struct lab_sock client = lab_socket(lab, LAB_CLIENT, 0), server;

	lab_connect(lab, client, lab_at(lab, LAB_SERVER, 0, 0));
	lab_await_queue(lab, listener, 1);
	if (lab_fixed(lab))
		server = lab_accept(lab, listener);
	lab_shutdown(lab, listener, SHUT_RDWR);
	if (lab_fixed(lab))
		lab_send(lab, server, "200 OK");
	lab_recv(lab, client, 1024);
	return 0;
}

const struct scenario scenario_listener_shutdown_queue = {
	.name = "listener_shutdown_queue",
	.story = { "the server calls shutdown() on its listener while a connection waits in the "
		   "accept queue",
		   "服务端对监听 socket 调用 shutdown() 时，还有一条连接在全连接队列中等待" },
	.remedy = { "the server accepts what waits before it shuts the listener down",
		    "服务端先接受队列中等待的连接，再对监听 socket 做 shutdown" },
	.class = "owner-abort",
	.cause = "listener-closed",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
