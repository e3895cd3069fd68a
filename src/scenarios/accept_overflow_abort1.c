/* SPDX-License-Identifier: MIT */
/* Two handshakes lack their last ACK while others fill the queue; the ACK that comes at last finds
 * no room. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock early[2], listener;
	unsigned int i;

	lab_sysctl(lab, LAB_SERVER, "net.ipv4.tcp_abort_on_overflow", "1");
	listener = recipe_overflow(lab, 2, early);
	lab_patience(lab, 2500); /* the SYN-ACK is repeated after a second */
	if (lab_fixed(lab)) {
		lab_await_queue(lab, listener, 5);
		return 0;
	}
	for (i = 0; i < 2; i++)
		lab_recv(lab, early[i], 1024);
	return 0;
}

const struct scenario scenario_accept_overflow_abort1 = {
	.name = "accept_overflow_abort1",
	.story = { "with tcp_abort_on_overflow=1 the server's accept queue is full when a "
		   "handshake ends, and the server resets the connection",
		   "tcp_abort_on_overflow=1，握手完成时服务端的全连接队列已满，"
		   "服务端用 RST 终止连接" },
	.remedy = { "the backlog of the server's listen() (and net.core.somaxconn) has room for "
		    "all",
		    "服务端 listen() 的 backlog（以及 net.core.somaxconn）足够大" },
	.class = "no-socket",
	.cause = "accept-overflow",
	.needs = NEED_NFT,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.group = GROUP_LOAD,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
