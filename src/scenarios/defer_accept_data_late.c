/* SPDX-License-Identifier: MIT */
/* The deadline over, the repeated SYN-ACK is acknowledged and accept() gets a silent client. */
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock listener = lab_socket(lab, LAB_SERVER, 0), server;
	struct lab_sock client = lab_socket(lab, LAB_CLIENT, 0);

	lab_set_int(lab, listener, IPPROTO_TCP, TCP_DEFER_ACCEPT, 1);
	lab_bind(lab, listener, lab_at(lab, LAB_SERVER, 0, 0));
	lab_listen_on(lab, listener, 16);
	lab_connect(lab, client, lab_at(lab, LAB_SERVER, 0, 0));
	lab_await_queue(lab, listener, 1); /* after a second */
	lab_send(lab, client, "GET /");
	server = lab_accept(lab, listener);
	lab_recv(lab, server, 1024);
	return 0;
}

const struct scenario scenario_defer_accept_data_late = {
	.name = "defer_accept_data_late",
	.story = { "look-alike: the server listens with TCP_DEFER_ACCEPT, and the client sends "
		   "after the deadline",
		   "貌似而非：服务端设了 TCP_DEFER_ACCEPT，客户端过了期限才发数据" },
	.class = "none",
	.cause = "none",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_SILENT,
	.run = run,
};
