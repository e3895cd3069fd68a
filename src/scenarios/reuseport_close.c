/* SPDX-License-Identifier: MIT */
/* A rolling restart: the new listener does not inherit the queue of the old one. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock old = recipe_listen_too(lab, LAB_SERVER), client[3];
	unsigned int i;

	for (i = 0; i < 3; i++) {
		client[i] = lab_socket(lab, LAB_CLIENT, 0);
		lab_connect(lab, client[i], lab_at(lab, LAB_SERVER, 0, 0));
	}
	lab_await_queue(lab, old, 3);
	recipe_listen_too(lab, LAB_SERVER_2);
	for (i = 0; lab_fixed(lab) && i < 3; i++)
		lab_send(lab, lab_accept(lab, old), "200 OK");
	lab_close(lab, old);
	for (i = 0; i < 3; i++)
		lab_recv(lab, client[i], 1024);
	return 0;
}

const struct scenario scenario_reuseport_close = {
	.name = "reuseport_close",
	.story = { "of two SO_REUSEPORT listeners the server closes the one in whose queue "
		   "connections wait",
		   "两个 SO_REUSEPORT 监听 socket 中，服务端关闭了队列里还有连接等待的那个" },
	.remedy = { "the server accepts what waits in the queue before it closes the listener",
		    "服务端先接受队列中等待的连接，再关闭监听 socket" },
	.class = "owner-abort",
	.cause = "listener-closed",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
