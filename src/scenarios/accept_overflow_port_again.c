/* SPDX-License-Identifier: MIT */
/* The client has had a connection from that port before, and it ended well: of the next one, which
 * the queue has no room for, that end says nothing. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock listener = lab_listen(lab, LAB_SERVER, 0, 0, 16);
	struct lab_sock client = lab_socket(lab, LAB_CLIENT, 0), server, early;

	lab_bind(lab, client, lab_at(lab, LAB_CLIENT, 1, 0));
	lab_connect(lab, client, lab_at(lab, LAB_SERVER, 0, 0));
	server = lab_accept(lab, listener);
	lab_send(lab, client, "hi");
	lab_recv(lab, server, 1024);
	lab_close(lab, server);
	lab_recv(lab, client, 1024);
	lab_close(lab, client);
	lab_close(lab, listener);
	lab_sysctl(lab, LAB_SERVER, "net.ipv4.tcp_abort_on_overflow", "1");
	listener = recipe_overflow(lab, 1, &early);
	lab_patience(lab, 2500); /* the SYN-ACK is repeated after a second */
	if (lab_fixed(lab))
		lab_await_queue(lab, listener, 4);
	else
		lab_recv(lab, early, 1024);
	return 0;
}

const struct scenario scenario_accept_overflow_port_again = {
	.name = "accept_overflow_port_again",
	.story = { "a client whose first connection ended well comes again from the same port; "
		   "with "
		   "tcp_abort_on_overflow=1 the server's accept queue is full, and the server "
		   "resets the connection",
		   "客户端的前一条连接正常结束，又从同一端口连接；tcp_abort_on_overflow=1，"
		   "服务端的全连接队列已满，用 RST 终止连接" },
	.remedy = { "the backlog of the server's listen() (and net.core.somaxconn) has room for "
		    "all",
		    "服务端 listen() 的 backlog（以及 net.core.somaxconn）足够大" },
	.fingerprint = "accept_overflow_abort1",
	.class = "no-socket",
	.cause = "accept-overflow",
	.needs = NEED_NFT,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.group = GROUP_LOAD,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
