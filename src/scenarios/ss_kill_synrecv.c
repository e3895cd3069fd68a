/* SPDX-License-Identifier: MIT */
/* The listener is destroyed, and what waits in its queue with it. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock listener = lab_listen(lab, LAB_SERVER, 0, 0, 16);
	struct lab_sock client = lab_socket(lab, LAB_CLIENT, 0), server;

	lab_connect(lab, client, lab_at(lab, LAB_SERVER, 0, 0));
	lab_await_queue(lab, listener, 1);
	if (lab_fixed(lab)) {
		server = lab_accept(lab, listener);
		lab_close(lab, listener);
		lab_send(lab, client, "GET /");
		lab_recv(lab, server, 1024);
		return 0;
	}
	lab_destroy(lab, LAB_SERVER_2, listener);
	lab_recv(lab, client, 1024);
	return 0;
}

const struct scenario scenario_ss_kill_synrecv = {
	.name = "ss_kill_synrecv",
	.story = { "an administrator destroys the server's listener from outside while a "
		   "connection waits in its accept queue",
		   "管理员从外部销毁服务端的监听 socket 时，还有一条连接在全连接队列中等待" },
	.remedy = { "the service is stopped by its own means: it accepts what waits before it "
		    "closes the listener",
		    "用服务自己的方式停止它：先接受队列中等待的连接，再关闭监听 socket" },
	.class = "owner-abort",
	.cause = "socket-destroyed",
	.needs = NEED_DESTROY,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
