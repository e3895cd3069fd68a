/* SPDX-License-Identifier: MIT */
/* Simultaneous open: one connection, and no listener anywhere. */
#include <netinet/tcp.h>

#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct endpoint one = lab_at(lab, LAB_CLIENT, 1, LAB_ROUTED);
	struct endpoint other = lab_at(lab, LAB_SERVER, 0, LAB_ROUTED);
	struct lab_sock client = lab_socket(lab, LAB_CLIENT, LAB_ROUTED);
	struct lab_sock server = lab_socket(lab, LAB_SERVER, LAB_ROUTED);

	recipe_warm(lab);
	lab_bind(lab, client, one);
	lab_bind(lab, server, other);
	lab_hold(lab, LAB_ROUTER, "to-client");
	lab_hold(lab, LAB_ROUTER, "to-server");
	lab_connect_start(lab, client, other);
	lab_await_held(lab, LAB_ROUTER, "to-server", 1);
	lab_connect_start(lab, server, one);
	lab_await_held(lab, LAB_ROUTER, "to-client", 1);
	lab_release(lab, LAB_ROUTER, "to-client");
	lab_release(lab, LAB_ROUTER, "to-server");
	lab_await_state(lab, client, TCP_ESTABLISHED);
	lab_await_state(lab, server, TCP_ESTABLISHED);
	lab_send(lab, client, "hello");
	lab_recv(lab, server, 1024);
	lab_close(lab, client);
	lab_recv(lab, server, 1024);
	lab_close(lab, server);
	return 0;
}

const struct scenario scenario_cross_syn_syn = {
	.name = "cross_syn_syn",
	.story = { "look-alike: both ends connect to each other at the same moment; their SYNs "
		   "cross and become one connection",
		   "似是而非：两端同时向对方发起连接，SYN 在途中交错，"
		   "合成一条连接（同时打开）" },
	.why = { "a SYN that comes to a socket in SYN_SENT is no stranger: both "
		 "answer with SYN-ACK and share one connection; without its own "
		 "connect() under way the second host would have refused it",
		 "SYN 到达正处于 SYN_SENT 的套接字时并不陌生：双方都回 SYN-ACK，共用"
		 "一条连接；如果对方没有同时在 connect()，这个 SYN 就会被拒绝" },
	.class = "none",
	.cause = "none",
	.needs = NEED_TBF,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_SILENT,
	.run = run,
};
