/* SPDX-License-Identifier: MIT */
/* accept() that fails leaves the connection in the queue; the exit resets it. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock listener = lab_listen(lab, LAB_SERVER, 0, 0, 16);
	struct lab_sock client = lab_socket(lab, LAB_CLIENT, 0), server;

	if (!lab_fixed(lab))
		lab_limit_files(lab, LAB_SERVER, 0);
	lab_connect(lab, client, lab_at(lab, LAB_SERVER, 0, 0));
	lab_send(lab, client, "GET /");
	lab_await_acked(lab, client);
	if (lab_fixed(lab)) {
		server = lab_accept(lab, listener);
		lab_recv(lab, server, 1024);
		lab_send(lab, server, "200 OK");
		lab_close(lab, server);
		lab_recv(lab, client, 1024);
		lab_recv(lab, client, 1024);
		return 0;
	}
	lab_try_accept(lab, listener);
	lab_exit(lab, LAB_SERVER, 1);
	lab_recv(lab, client, 1024);
	return 0;
}

const struct scenario scenario_emfile_accept_then_exit = {
	.name = "emfile_accept_then_exit",
	.story = { "the server's accept() fails for want of a file descriptor, then the server "
		   "exits",
		   "服务端的文件描述符用尽，accept() 失败，随后进程退出" },
	.remedy = { "LimitNOFILE of the server is above the number of its clients",
		    "让服务端的 LimitNOFILE 大于客户端数" },
	.class = "owner-abort",
	.cause = "process-exited",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.group = GROUP_LOAD,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
