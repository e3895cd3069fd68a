/* SPDX-License-Identifier: MIT */
/* Over IPv6 only window and timestamp tell the abort of a socket. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, LAB_IP6);

	lab_send_bytes(lab, pair.client, 100);
	lab_await_unread(lab, pair.server, 100);
	if (lab_fixed(lab))
		lab_recv(lab, pair.server, 1024);
	lab_close(lab, pair.server);
	lab_recv(lab, pair.client, 1024);
	return 0;
}

const struct scenario scenario_close_unread_v6 = {
	.name = "close_unread_v6",
	.story = { "over IPv6, the server closes while 100 bytes are unread",
		   "走 IPv6，服务端还有 100 字节未读就关闭" },
	.remedy = { "the server reads what has come before it closes",
		    "服务端读完已到的数据再关闭" },
	.class = "owner-abort",
	.cause = "close-unread",
	.needs = NEED_IP6,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
