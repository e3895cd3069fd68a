/* SPDX-License-Identifier: MIT */
/* The reset is signed, and so has no room for a timestamp. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = recipe_md5(lab, "secret");

	lab_send(lab, pair.client, "data");
	lab_await_unread(lab, pair.server, 4);
	if (lab_fixed(lab))
		lab_recv(lab, pair.server, 1024);
	lab_close(lab, pair.server);
	lab_recv(lab, pair.client, 1024);
	return 0;
}

const struct scenario scenario_md5_close_unread = {
	.name = "md5_close_unread",
	.story = { "the server closes a connection with TCP MD5 while 4 bytes are unread",
		   "服务端关闭一条带 TCP MD5 的连接时，还有 4 字节未读" },
	.remedy = { "the server reads what has come before it closes",
		    "服务端读完已到的数据再关闭" },
	.class = "owner-abort",
	.cause = "close-unread",
	.needs = NEED_MD5,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
