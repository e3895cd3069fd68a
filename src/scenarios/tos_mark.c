/* SPDX-License-Identifier: MIT */
/* The kernel's reset copies the type of service of what it answers; a filter's does not. */
#include <netinet/in.h>

#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, LAB_NO_LISTENER);

	lab_set_int(lab, pair.client, IPPROTO_IP, IP_TOS, 0x20);
	lab_forget(lab, pair.server);
	lab_send(lab, pair.client, "more");
	lab_recv(lab, pair.client, 1024);
	return 0;
}

const struct scenario scenario_tos_mark = {
	.name = "tos_mark",
	.story = { "the server loses the connection without a word, then the client sends "
		   "packets with a type of service",
		   "服务端悄无声息地丢了连接状态，随后客户端发出带服务类型（TOS）的报文" },
	.class = "no-socket",
	.cause = "half-open",
	.needs = NEED_REPAIR,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
