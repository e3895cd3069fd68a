/* SPDX-License-Identifier: MIT */
/* A rolling restart: the new listener does not inherit the queue of the old one. */
#include <sys/socket.h>

#include "scenarios/scenario.h"

static struct lab_sock listen_too(struct lab *lab, enum lab_who who)
{
	struct lab_sock listener = lab_socket(lab, who, 0);

	lab_set_int(lab, listener, SOL_SOCKET, SO_REUSEPORT, 1);
	lab_bind(lab, listener, lab_at(lab, LAB_SERVER, 0, 0));
	lab_listen_on(lab, listener, 16);
	return listener;
}

static int run(struct lab *lab)
{
	struct lab_sock old = listen_too(lab, LAB_SERVER), client[3];
	unsigned int i;

	for (i = 0; i < 3; i++) {
		client[i] = lab_socket(lab, LAB_CLIENT, 0);
		lab_connect(lab, client[i], lab_at(lab, LAB_SERVER, 0, 0));
	}
	lab_await_queue(lab, old, 3);
	listen_too(lab, LAB_SERVER_2);
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
	.class = "owner-abort",
	.cause = "listener-closed",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
