/* SPDX-License-Identifier: MIT */
/* Linux picks the connection up again and finds the same port free. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = recipe_translated(lab, lab_port(lab, 1));

	recipe_untrack(lab);
	lab_send(lab, pair.client, "two");
	lab_recv(lab, pair.server, 1024);
	return 0;
}

const struct scenario scenario_nat_entry_lost = {
	.name = "nat_entry_lost",
	.story = { "look-alike: a NAT router forgets a connection and then translates it as "
		   "before",
		   "似是而非：NAT 路由器忘了一条连接，之后又照原样转换" },
	.why = { "Linux picks up a connection in the middle "
		 "(nf_conntrack_tcp_loose) and gives it the port that it had, which "
		 "is free: to the server nothing has changed",
		 "Linux 允许从中途接管连接（nf_conntrack_tcp_loose），原来的端口又正"
		 "好空着：在服务端看来什么都没变" },
	.class = "none",
	.cause = "none",
	.needs = NEED_NFT | NEED_CONNTRACK,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_SILENT,
	.run = run,
};
