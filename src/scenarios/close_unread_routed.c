/* SPDX-License-Identifier: MIT */
/* Through a router: the reset has the TTL of the server's other packets. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, LAB_ROUTED);

	lab_send(lab, pair.client, "x");
	lab_recv(lab, pair.server, 1024);
	lab_send(lab, pair.server, "answer");
	lab_recv(lab, pair.client, 1024);
	lab_await_acked(lab, pair.server);

	lab_send(lab, pair.client, "more");
	lab_await_unread(lab, pair.server, 4);
	if (lab_fixed(lab))
		lab_recv(lab, pair.server, 1024);
	lab_close(lab, pair.server);
	lab_recv(lab, pair.client, 1024);
	return 0;
}

const struct scenario scenario_close_unread_routed = {
	.name = "close_unread_routed",
	.story = { "the server, behind a router, closes while 4 bytes are unread",
		   "路由器后面的服务端还有 4 字节未读就关闭" },
	.remedy = { "the server reads what has come before it closes",
		    "服务端读完已到的数据再关闭" },
	.class = "owner-abort",
	.cause = "close-unread",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
