/* SPDX-License-Identifier: MIT */
/* The acknowledgement of the FIN provokes the reset: no data did. */
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, 0);

	if (!lab_fixed(lab))
		lab_set_int(lab, pair.server, IPPROTO_TCP, TCP_LINGER2, -1);
	lab_close(lab, pair.server);
	if (lab_fixed(lab)) {
		lab_recv(lab, pair.client, 1024);
		lab_close(lab, pair.client);
		return 0;
	}
	lab_await_state(lab, pair.client, TCP_CLOSE);
	lab_recv(lab, pair.client, 1024);
	lab_send(lab, pair.client, "x");
	return 0;
}

const struct scenario scenario_linger2_neg_direct = {
	.name = "linger2_neg_direct",
	.story = { "the server closes with TCP_LINGER2=-1, and the client's ACK of its FIN is "
		   "reset",
		   "服务端设 TCP_LINGER2=-1 后关闭，客户端对 FIN 的 ACK 换来 RST" },
	.remedy = { "the server does not set TCP_LINGER2, and the client closes when it reads "
		    "the end",
		    "服务端不设 TCP_LINGER2，客户端读到结尾就关闭" },
	.class = "no-socket",
	.cause = "fin-wait-abort",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
