/* SPDX-License-Identifier: MIT */
/* What the server sends is for the router itself then, whose TCP knows nothing of it. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = recipe_translated(lab, lab_port(lab, 1));

	if (lab_fixed(lab))
		recipe_keepalive(lab, pair.client);
	recipe_untrack(lab);
	if (lab_fixed(lab))
		lab_await_command(lab, LAB_ROUTER,
				  "conntrack -L -f %s -p tcp --dport %u 2>/dev/null | grep -q .",
				  lab_ip6(lab) ? "ipv6" : "ipv4", lab_port(lab, 0));
	lab_send(lab, pair.server, "push");
	lab_recv(lab, lab_fixed(lab) ? pair.client : pair.server, 1024);
	return 0;
}

const struct scenario scenario_nat_entry_lost_server_push = {
	.name = "nat_entry_lost_server_push",
	.story = { "a NAT router forgets a connection, then the server sends",
		   "NAT 路由器忘了一条连接，随后服务端发数据" },
	.remedy = { "the client sends TCP keepalive probes, from which the NAT learns the "
		    "connection again before the server sends",
		    "客户端开启 TCP keepalive，NAT "
		    "从探测报文重新学到这条连接，之后服务端才发数据" },
	.class = "no-socket",
	.cause = "nat-lost",
	.needs = NEED_NFT | NEED_CONNTRACK,
	.sender = LAB_ROUTER,
	.receiver = LAB_SERVER,
	.shape = SHAPE_PASSIVE,
	/* A router's own reset has the TTL of one that rejects. */
	.want = { [LAB_SERVER] = WANT_UNSURE },
	.want_captures = WANT_UNSURE,
	.run = run,
};
