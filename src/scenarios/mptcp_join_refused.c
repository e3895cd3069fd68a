/* SPDX-License-Identifier: MIT */
/* As behind a balancer that sends the second subflow to another host. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_segment join = { .flags = TCP_SYN,
				    .seq = 1000,
				    .window = 1024,
				    .ip_id = 1,
				    /* MSS; MP_JOIN with a token that nobody gave and a nonce */
				    .options = { 2, 4, 5, 0xb4, 30, 12, 0x10, 1, 0xde, 0xad, 0xbe,
						 0xef, 0, 0, 0x12, 0x34 },
				    .option_bytes = 16 };

	lab_listen(lab, LAB_SERVER, 0, LAB_MPTCP, 16);
	join.from = lab_at(lab, LAB_CLIENT, 1, 0);
	join.to = lab_at(lab, LAB_SERVER, 0, 0);
	recipe_provoke(lab, LAB_CLIENT, &join, LAB_SERVER);
	return 0;
}

const struct scenario scenario_mptcp_join_refused = {
	.name = "mptcp_join_refused",
	.story = { "a second MPTCP subflow wants to join at a host that has no such connection",
		   "MPTCP 的第二条子流要加入，而收到请求的主机上没有这条连接" },
	.class = "refused",
	.cause = "mptcp-abort",
	.needs = NEED_MPTCP,
	.sender = LAB_SERVER,
	.receiver = LAB_NOBODY,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
