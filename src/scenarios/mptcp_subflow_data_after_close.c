/* SPDX-License-Identifier: MIT */
/* MPTCP acknowledges what comes after its DATA_FIN. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, LAB_MPTCP);

	lab_send(lab, pair.client, "hi");

	lab_recv(lab, pair.server, 1024);
	lab_close(lab, pair.server);
	lab_recv(lab, pair.client, 1024);
	lab_send(lab, pair.client, "more");
	lab_send(lab, pair.client, "and more");
	return 0;
}

const struct scenario scenario_mptcp_subflow_data_after_close = {
	.name = "mptcp_subflow_data_after_close",
	.story = { "look-alike: the server closes an MPTCP connection, then the client writes",
		   "貌似而非：服务端关闭了 MPTCP 连接，随后客户端发数据" },
	.class = "none",
	.cause = "none",
	.needs = NEED_MPTCP,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_SILENT,
	.run = run,
};
