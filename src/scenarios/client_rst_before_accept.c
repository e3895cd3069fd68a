/* SPDX-License-Identifier: MIT */
/* accept() succeeds all the same; the first read tells. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock listener = lab_listen(lab, LAB_SERVER, 0, 0, 16);
	struct lab_sock client = lab_socket(lab, LAB_CLIENT, 0), server;

	lab_connect(lab, client, lab_at(lab, LAB_SERVER, 0, 0));
	lab_await_queue(lab, listener, 1);
	if (!lab_fixed(lab))
		lab_linger(lab, client, true, 0);
	lab_close(lab, client);
	server = lab_accept(lab, listener);
	lab_recv(lab, server, 1024);
	return 0;
}

const struct scenario scenario_client_rst_before_accept = {
	.name = "client_rst_before_accept",
	.story = { "the client aborts its connection with SO_LINGER {1,0} before the server has "
		   "accepted it",
		   "服务端还没接受，客户端就用 SO_LINGER {1,0} 中止了连接" },
	.remedy = { "the client closes without SO_LINGER {1,0}",
		    "客户端关闭时不设 SO_LINGER {1,0}" },
	.class = "owner-abort",
	.cause = "linger-zero",
	.sender = LAB_CLIENT,
	.receiver = LAB_SERVER,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
