/* SPDX-License-Identifier: MIT */
/* The next request is held back until the server has given its last answer and closed. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, LAB_ROUTED);

	lab_send(lab, pair.client, "GET /1");
	lab_recv(lab, pair.server, 1024);
	lab_send(lab, pair.server, "200 OK");
	lab_recv(lab, pair.client, 1024);
	lab_send(lab, pair.client, "GET /99");
	lab_recv(lab, pair.server, 1024);
	lab_await_acked(lab, pair.client);
	if (lab_fixed(lab)) {
		lab_send(lab, pair.server, "200 the last answer\r\nConnection: close");
		lab_close(lab, pair.server);
		lab_recv(lab, pair.client, 1024);
		lab_close(lab, pair.client);
		pair = recipe_again(lab, &pair);
		lab_send(lab, pair.client, "GET /100");
		lab_recv(lab, pair.server, 1024);
		return 0;
	}
	lab_hold(lab, LAB_ROUTER, "to-server");
	lab_send(lab, pair.client, "GET /100");
	lab_await_held(lab, LAB_ROUTER, "to-server", 1);
	lab_send(lab, pair.server, "200 the last answer");
	lab_close(lab, pair.server);
	lab_recv(lab, pair.client, 1024);
	lab_release(lab, LAB_ROUTER, "to-server");
	lab_recv(lab, pair.client, 1024);
	return 0;
}

const struct scenario scenario_cross_max_requests = {
	.name = "cross_max_requests",
	.story = { "the server has served its maximum of requests and closes after the last "
		   "answer; the next request is already under way",
		   "服务端达到单连接请求数上限，答完最后一个就关闭，而下一个请求已经在路上" },
	.remedy = { "the client waits for each answer before its next request; the last one says "
		    "`Connection: close`, and it asks over a new connection",
		    "客户端收到应答才发下一个请求；最后一个应答带上 Connection: "
		    "close，客户端改用新连接" },
	.fingerprint = "max_requests_crossing",
	.class = "no-socket",
	.cause = "max-requests",
	.needs = NEED_TBF,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
