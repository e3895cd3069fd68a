/* SPDX-License-Identifier: MIT */
/* MP_FASTCLOSE, whatever the reason of the abort. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, LAB_MPTCP);

	lab_send(lab, pair.client, "hi");

	lab_recv(lab, pair.server, 1024);
	if (!lab_fixed(lab))
		lab_linger(lab, pair.server, true, 0);
	lab_close(lab, pair.server);
	/* Seen on 6.18.15 alone, neither before nor after. */
	if (lab_recv(lab, pair.client, 1024) == 0 && !lab_fixed(lab))
		return lab_skip(lab, "this kernel ends MPTCP by DATA_FIN, whatever SO_LINGER says");
	return 0;
}

const struct scenario scenario_mptcp_linger0 = {
	.name = "mptcp_linger0",
	.story = { "the server closes an MPTCP connection with SO_LINGER {1,0}",
		   "服务端带着 SO_LINGER {1,0} 关闭一条 MPTCP 连接" },
	.remedy = { "the server closes without SO_LINGER {1,0}",
		    "服务端关闭时不设 SO_LINGER {1,0}" },
	.class = "owner-abort",
	.cause = "mptcp-abort",
	.needs = NEED_MPTCP,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
