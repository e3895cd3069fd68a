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
		   "似是而非：服务端设了 TCP_DEFER_ACCEPT，客户端过了期限才发数据" },
	.why = { "until data comes or the deadline is over, the kernel ignores the "
		 "last ACK of the handshake; then it repeats its SYN-ACK once more "
		 "and hands the connection to accept() without data",
		 "在数据到来或期限到之前，内核不理会握手的最后一个 ACK；期限一到，它"
		 "再发一次 SYN-ACK，然后把这条还没有数据的连接交给 accept()" },
	.class = "none",
	.cause = "none",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_SILENT,
	.run = run,
};
