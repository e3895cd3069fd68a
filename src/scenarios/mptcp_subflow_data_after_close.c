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
		   "似是而非：服务端关闭了 MPTCP 连接，随后客户端发数据" },
	.why = { "below MPTCP the subflow stays open after the DATA_FIN of the "
		 "connection: the kernel acknowledges what still comes on it and "
		 "throws it away, so the client sees a normal end",
		 "连接的 DATA_FIN 之后，下面的子流仍然开着：内核确认并丢弃还在到来的"
		 "数据，客户端看到的是正常结束" },
	.class = "none",
	.cause = "none",
	.needs = NEED_MPTCP,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_SILENT,
	.run = run,
};
