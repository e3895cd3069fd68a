/* SPDX-License-Identifier: MIT */
/* MP_FASTCLOSE, whatever the reason of the abort. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, LAB_MPTCP);

	lab_send(lab, pair.client, "hi");

	lab_recv(lab, pair.server, 1024);
	lab_linger(lab, pair.server, true, 0);
	lab_close(lab, pair.server);
	/* Seen on 6.18.15 alone, neither before nor after. */
	if (lab_recv(lab, pair.client, 1024) == 0)
		return lab_skip(lab, "this kernel ends MPTCP by DATA_FIN, whatever SO_LINGER says");
	return 0;
}

const struct scenario scenario_mptcp_linger0 = {
	.name = "mptcp_linger0",
	.story = { "SO_LINGER {1,0} and close() on an MPTCP connection", NULL },
	.class = "owner-abort",
	.cause = "mptcp-abort",
	.needs = NEED_MPTCP,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
