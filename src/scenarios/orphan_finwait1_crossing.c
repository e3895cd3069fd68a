/* SPDX-License-Identifier: MIT */
/* The FIN is lost on its way, which is the same as still being on it. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, 0);

	lab_send(lab, pair.client, "GET /1");
	lab_recv(lab, pair.server, 1024);
	lab_send(lab, pair.server, "200 OK");
	lab_recv(lab, pair.client, 1024);
	if (lab_fixed(lab)) {
		lab_close(lab, pair.client);
		lab_recv(lab, pair.server, 1024);
		lab_close(lab, pair.server);
		pair = recipe_again(lab, &pair);
		lab_send(lab, pair.client, "GET /2");
		lab_recv(lab, pair.server, 1024);
		return 0;
	}
	lab_idle_ms(lab, 400);
	lab_rule(lab, LAB_CLIENT, "input", "tcp sport %u tcp flags & fin == fin drop",
		 lab_port(lab, 0));
	lab_close(lab, pair.server);
	lab_send(lab, pair.client, "GET /2");
	lab_recv(lab, pair.client, 1024);
	return 0;
}

const struct scenario scenario_orphan_finwait1_crossing = {
	.name = "orphan_finwait1_crossing",
	.story = { "the server closes an idle connection, and its FIN crosses the client's next "
		   "request",
		   "服务端关闭空闲连接，FIN 与客户端的下一个请求在路上交错" },
	.remedy = { "the client gives up an idle connection before the server does, and asks "
		    "over a new one",
		    "客户端的空闲超时短于服务端，先关闭空闲连接，再用新连接发请求" },
	.class = "no-socket",
	.cause = "keepalive-race",
	.needs = NEED_NFT,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
