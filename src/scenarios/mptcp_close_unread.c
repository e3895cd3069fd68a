/* SPDX-License-Identifier: MIT */
/* The data waits at the MPTCP socket: its TCP subflow has nothing unread. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, LAB_MPTCP);

	lab_send(lab, pair.client, "hi");

	lab_await_unread(lab, pair.server, 2);
	if (lab_fixed(lab))
		lab_recv(lab, pair.server, 1024);
	lab_close(lab, pair.server);
	lab_recv(lab, pair.client, 1024);
	return 0;
}

const struct scenario scenario_mptcp_close_unread = {
	.name = "mptcp_close_unread",
	.story = { "the server closes an MPTCP connection while 2 bytes are unread",
		   "服务端关闭一条 MPTCP 连接时，还有 2 字节未读" },
	.remedy = { "the server reads what has come before it closes",
		    "服务端读完已到的数据再关闭" },
	.class = "owner-abort",
	.cause = "mptcp-abort",
	.needs = NEED_MPTCP,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
