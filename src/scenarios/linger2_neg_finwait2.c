/* SPDX-License-Identifier: MIT */
/* TCP_LINGER2 < 0: no patience at all for the peer's FIN. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, 0);

	if (!lab_fixed(lab))
		lab_set_int(lab, pair.server, IPPROTO_TCP, TCP_LINGER2, -1);
	lab_shutdown(lab, pair.server, SHUT_WR);
	lab_await_state(lab, pair.server, TCP_FIN_WAIT2);
	lab_close(lab, pair.server);
	if (lab_fixed(lab)) {
		lab_recv(lab, pair.client, 1024);
		lab_close(lab, pair.client);
		return 0;
	}
	lab_send(lab, pair.client, "x");
	lab_recv(lab, pair.client, 1024);
	return 0;
}

const struct scenario scenario_linger2_neg_finwait2 = {
	.name = "linger2_neg_finwait2",
	.story = { "the server has set TCP_LINGER2=-1 and closes when its FIN is already "
		   "acknowledged",
		   "服务端设了 TCP_LINGER2=-1，在自己的 FIN 已被确认之后才关闭" },
	.remedy = { "the server does not set TCP_LINGER2, and the client closes when it reads "
		    "the end",
		    "服务端不设 TCP_LINGER2，客户端读到结尾就关闭" },
	.class = "owner-abort",
	.cause = "fin-wait-abort",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
