/* SPDX-License-Identifier: MIT */
/* The client is a pool of Node.js that keeps idle connections longer than nginx does. */
#include <netinet/tcp.h>

#include "scenarios/recipes.h"
#include "scenarios/servers.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct endpoint server_end = lab_at(lab, LAB_SERVER, 0, 0), local, remote;

	lab_patience(lab, 5000);
	recipe_nginx_start(lab, "keepalive_timeout 400ms;");
	if (!lab_fixed(lab))
		lab_rule(lab, LAB_CLIENT, "input", "tcp sport %u tcp flags & fin == fin drop",
			 server_end.port);
	server_node_client(lab, lab_fixed(lab) ? 100 : 60000);
	lab_await_output(lab, "client", "first=");
	/* Who gives up first? */
	if (lab_fixed(lab))
		lab_await_connection(lab, LAB_CLIENT, server_end.port, TCP_TIME_WAIT, 0, &local,
				     &remote);
	else
		lab_await_connection(lab, LAB_SERVER, server_end.port, TCP_FIN_WAIT1, 0, &local,
				     &remote);
	lab_file(lab, "go", "%s", "");
	lab_await_output(lab, "client", "second=");
	lab_record_output(lab, LAB_CLIENT, "client");
	return 0;
}

const struct scenario scenario_nginx_keepalive_race = {
	.name = "nginx_keepalive_race",
	.story = { "a connection pool keeps connections longer than nginx does: nginx closes one "
		   "while the next request is on its way",
		   "连接池保留连接的时间比 nginx 长：nginx 关闭连接时，下一个请求正在路上" },
	.remedy = { "the client gives up an idle connection before nginx does",
		    "客户端先于 nginx 放弃空闲连接" },
	.fingerprint = "orphan_finwait1_crossing",
	.program = "nginx node",
	.package = "nginx-light nodejs",
	.needs = NEED_NFT,
	.class = "no-socket",
	.cause = "keepalive-race",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
