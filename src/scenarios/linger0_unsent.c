/* SPDX-License-Identifier: MIT */
/* What waits behind a full window is thrown away. */
#include <sys/socket.h>

#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock listener = lab_listen(lab, LAB_SERVER, 0, 0, 16);
	struct lab_sock client = lab_socket(lab, LAB_CLIENT, 0), server;

	lab_set_int(lab, client, SOL_SOCKET, SO_RCVBUF, 4096);
	lab_connect(lab, client, lab_at(lab, LAB_SERVER, 0, 0));
	server = lab_accept(lab, listener);
	if (!lab_fixed(lab))
		lab_linger(lab, server, true, 0);
	lab_fill(lab, server);
	lab_close(lab, server);
	lab_drain(lab, client);
	return 0;
}

const struct scenario scenario_linger0_unsent = {
	.name = "linger0_unsent",
	.story = { "the client takes no more data, and the server closes with SO_LINGER {1,0} "
		   "while data is unsent",
		   "客户端不再接收，服务端还有数据没发出，就带着 SO_LINGER {1,0} 关闭" },
	.remedy = { "the server closes without SO_LINGER {1,0}",
		    "服务端关闭时不设 SO_LINGER {1,0}" },
	.class = "owner-abort",
	.cause = "linger-zero",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
