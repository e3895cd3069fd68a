/* SPDX-License-Identifier: MIT */
/* keepAliveTimeout, 5 s unless set, strikes while the next request is on its way. */
#include <netinet/tcp.h>

#include "scenarios/recipes.h"
#include "scenarios/servers.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct endpoint server_end = lab_at(lab, LAB_SERVER, 0, 0);
	struct lab_sock client;

	server_node(lab, lab_fixed(lab) ? "server.keepAliveTimeout = 65000;"
					: "server.keepAliveTimeout = 300;");
	client = lab_socket(lab, LAB_CLIENT, 0);
	lab_connect(lab, client, server_end);
	lab_send(lab, client, RECIPE_REQUEST);
	lab_recv(lab, client, 1024);
	lab_rule(lab, LAB_CLIENT, "input", "tcp sport %u tcp flags & fin == fin drop",
		 server_end.port);
	if (lab_fixed(lab))
		lab_idle_ms(lab, 1500);
	else
		lab_await_remains(lab, LAB_SERVER, server_end, lab_local(lab, client),
				  TCP_FIN_WAIT1);
	lab_send(lab, client, RECIPE_REQUEST);
	lab_recv(lab, client, 1024);
	return 0;
}

const struct scenario scenario_node_keepalive_race = {
	.name = "node_keepalive_race",
	.story = { "Node.js closes an idle connection while the next request is on its way",
		   "Node.js 关闭空闲连接时，下一个请求正在路上" },
	.remedy = { "server.keepAliveTimeout is longer than clients keep a connection",
		    "让 server.keepAliveTimeout 长于客户端保留连接的时间" },
	.fingerprint = "orphan_finwait1_crossing",
	.program = "node",
	.package = "nodejs",
	.needs = NEED_NFT,
	.class = "no-socket",
	.cause = "keepalive-race",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
