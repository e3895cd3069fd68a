/* SPDX-License-Identifier: MIT */
/* An abort in CLOSE_WAIT. */
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, 0);

	if (!lab_fixed(lab))
		lab_linger(lab, pair.server, true, 0);
	lab_shutdown(lab, pair.client, SHUT_WR);
	lab_await_state(lab, pair.server, TCP_CLOSE_WAIT);
	lab_close(lab, pair.server);
	lab_recv(lab, pair.client, 1024);
	return 0;
}

const struct scenario scenario_linger0_closewait = {
	.name = "linger0_closewait",
	.story = { "the client has sent its FIN, then the server closes with SO_LINGER {1,0}",
		   "客户端已发 FIN，随后服务端带着 SO_LINGER {1,0} 关闭" },
	.remedy = { "the server closes without SO_LINGER {1,0}",
		    "服务端关闭时不设 SO_LINGER {1,0}" },
	.class = "owner-abort",
	.cause = "linger-zero",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
