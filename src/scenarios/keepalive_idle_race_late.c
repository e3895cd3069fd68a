/* SPDX-License-Identifier: MIT */
/* The FIN has arrived, but the request is sent before anybody has looked. */
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
	lab_close(lab, pair.server);
	lab_send(lab, pair.client, "GET /2");
	lab_recv(lab, pair.client, 1024);
	lab_recv(lab, pair.client, 1024);
	return 0;
}

const struct scenario scenario_keepalive_idle_race_late = {
	.name = "keepalive_idle_race_late",
	.story = { "the server closes an idle connection, and the client sends its next request "
		   "a moment later",
		   "服务端关闭了空闲连接，客户端紧接着才发出下一个请求" },
	.remedy = { "the client gives up an idle connection before the server does, and asks "
		    "over a new one",
		    "客户端的空闲超时短于服务端，先关闭空闲连接，再用新连接发请求" },
	.class = "no-socket",
	.cause = "keepalive-race",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
