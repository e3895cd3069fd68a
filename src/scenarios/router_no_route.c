/* SPDX-License-Identifier: MIT */
/* A soft error: the connection waits for a better day. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, LAB_ROUTED);
	struct lab_sock another = lab_socket(lab, LAB_CLIENT, 0);

	const char *server = lab_ip6(lab) ? "fd77:2::2/128" : "10.77.2.2/32";

	lab_command(lab, LAB_ROUTER, NULL, "ip route add unreachable %s", server);
	lab_send(lab, pair.client, "x");
	lab_patience(lab, 400);
	lab_recv(lab, pair.client, 1024);
	lab_connect(lab, another, pair.server_end);
	lab_command(lab, LAB_ROUTER, NULL, "ip route del unreachable %s", server);
	return 0;
}

const struct scenario scenario_router_no_route = {
	.name = "router_no_route",
	.story = { "look-alike: a router answers the packets of a connection with ICMP "
		   "unreachable",
		   "似是而非：路由器用 ICMP 不可达应答一条连接的报文" },
	.why = { "ICMP unreachable is a soft error for a connection that is up: the "
		 "kernel notes it and goes on repeating, because routes come back",
		 "对已建立的连接来说，ICMP 不可达只是软错误：内核记下它，继续重传，"
		 "因为路由还会恢复" },
	.class = "none",
	.cause = "none",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_SILENT,
	.run = run,
};
