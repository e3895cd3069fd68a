/* SPDX-License-Identifier: MIT */
/* It ends by itself, and the kernel closes for it. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, 0);

	lab_send_bytes(lab, pair.client, 100);
	lab_await_unread(lab, pair.server, 100);
	if (lab_fixed(lab))
		lab_recv(lab, pair.server, 1024);
	lab_exit(lab, LAB_SERVER, 0);
	lab_recv(lab, pair.client, 1024);
	return 0;
}

const struct scenario scenario_exit_unread = {
	.name = "exit_unread",
	.story = { "the server exits while 100 bytes are unread",
		   "服务端还有 100 字节未读就退出了进程" },
	.remedy = { "the server reads what has come before it exits",
		    "服务端读完已到的数据再退出" },
	.class = "owner-abort",
	.cause = "process-exited",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
