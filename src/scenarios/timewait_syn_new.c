/* SPDX-License-Identifier: MIT */
/* The number of a new connection is beyond the old one: TIME_WAIT gives way. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock listener, client;
	struct lab_segment next = recipe_time_wait(lab, &listener);

	client = lab_socket(lab, LAB_CLIENT, 0);
	lab_bind(lab, client, next.from);
	lab_connect(lab, client, next.to);
	lab_send(lab, client, "hi");
	lab_recv(lab, lab_accept(lab, listener), 1024);
	return 0;
}

const struct scenario scenario_timewait_syn_new = {
	.name = "timewait_syn_new",
	.story = { "look-alike: the client uses its port again while the server is in TIME_WAIT",
		   "似是而非：服务端还在 TIME_WAIT，客户端又用同一端口连接" },
	.why = { "the new SYN's number and timestamp are beyond the old "
		 "connection's: no old segment can be taken for a new one, so "
		 "TIME_WAIT gives way and the connection is made",
		 "新 SYN 的序号和时间戳都超过旧连接：旧报文不可能被误认，TIME_WAIT "
		 "让位，新连接照常建立" },
	.class = "none",
	.cause = "none",
	.needs = NEED_REPAIR,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_SILENT,
	.run = run,
};
