/* SPDX-License-Identifier: MIT */
/* An abort in FIN_WAIT2; the client, which has seen EOF, gets EPIPE. */
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, 0);

	if (!lab_fixed(lab))
		lab_linger(lab, pair.server, true, 0);
	lab_shutdown(lab, pair.server, SHUT_WR);
	lab_await_state(lab, pair.server, TCP_FIN_WAIT2);
	lab_recv(lab, pair.client, 1024);
	lab_close(lab, pair.server);
	if (lab_fixed(lab))
		lab_close(lab, pair.client);
	else
		lab_send(lab, pair.client, "x");
	return 0;
}

const struct scenario scenario_linger0_after_shutdown = {
	.name = "linger0_after_shutdown",
	.story = { "the server has shut its half down and the client has acknowledged that; then "
		   "it closes with SO_LINGER {1,0}",
		   "服务端关闭了发送方向并得到确认，然后带着 SO_LINGER {1,0} 关闭" },
	.remedy = { "the server closes without SO_LINGER {1,0}",
		    "服务端关闭时不设 SO_LINGER {1,0}" },
	.class = "owner-abort",
	.cause = "linger-zero",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
