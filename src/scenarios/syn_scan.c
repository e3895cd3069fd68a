/* SPDX-License-Identifier: MIT */
/* A half-open scan: the scanner's own TCP knows nothing of the SYN of the raw socket. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_segment syn = { .flags = TCP_SYN, .seq = 1000, .window = 1024, .ip_id = 1 };

	lab_listen(lab, LAB_SERVER, 0, 0, 16);
	syn.from = lab_at(lab, LAB_CLIENT, 1, 0);
	syn.to = lab_at(lab, LAB_SERVER, 0, 0);
	recipe_provoke(lab, LAB_CLIENT, &syn, LAB_CLIENT);
	return 0;
}

const struct scenario scenario_syn_scan = {
	.name = "syn_scan",
	.story = { "a scanner on the client's host sends a SYN by hand, and the server's SYN-ACK "
		   "meets no socket there",
		   "客户端主机上的扫描器手工发出 SYN，服务端的 SYN-ACK 回来时找不到 socket" },
	.class = "no-socket",
	.cause = "stray-packet",
	.sender = LAB_CLIENT,
	.receiver = LAB_NOBODY,
	.group = GROUP_NETWORK,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
