/* SPDX-License-Identifier: MIT */
/* The plainest abort: what arrived was not read, so close() must not look like a farewell. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, 0);

	lab_send_bytes(lab, pair.client, 100);
	lab_await_unread(lab, pair.server, 100);
	if (lab_fixed(lab))
		lab_recv(lab, pair.server, 1024);
	lab_close(lab, pair.server);
	lab_recv(lab, pair.client, 1024);
	if (!lab_fixed(lab))
		lab_send(lab, pair.client, "y");
	return 0;
}

const struct scenario scenario_close_unread = {
	.name = "close_unread",
	.story = { "the server closes while 100 bytes of the request are unread",
		   "服务端关闭连接时，请求中还有 100 字节没有读" },
	.remedy = { "the server reads what has come before it closes",
		    "服务端读完已到的数据再关闭" },
	.class = "owner-abort",
	.cause = "close-unread",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
