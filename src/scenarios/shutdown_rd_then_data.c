/* SPDX-License-Identifier: MIT */
/* SHUT_RD sends nothing and refuses nothing. */
#include <sys/socket.h>

#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, 0);

	lab_shutdown(lab, pair.server, SHUT_RD);
	lab_send(lab, pair.client, "data");
	lab_await_acked(lab, pair.client);
	lab_send(lab, pair.client, "data");
	lab_await_acked(lab, pair.client);
	lab_recv(lab, pair.server, 1024);
	return 0;
}

const struct scenario scenario_shutdown_rd_then_data = {
	.name = "shutdown_rd_then_data",
	.story = { "look-alike: the server calls shutdown(SHUT_RD), then the client sends",
		   "似是而非：服务端调用 shutdown(SHUT_RD)，随后客户端发数据" },
	.why = { "SHUT_RD is a matter between the program and its kernel: nothing "
		 "is sent, what comes is still acknowledged, and only close() with "
		 "it unread would reset",
		 "SHUT_RD 只是程序与内核之间的事：什么也不发，到来的数据照样确认；只"
		 "有带着它们 close() 才会发 RST" },
	.class = "none",
	.cause = "none",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_SILENT,
	.run = run,
};
