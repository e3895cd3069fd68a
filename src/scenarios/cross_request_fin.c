/* SPDX-License-Identifier: MIT */
/* Nothing is lost: the FIN is still on its way when the next request leaves. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, LAB_ROUTED);

	lab_send(lab, pair.client, "GET /1");
	lab_recv(lab, pair.server, 1024);
	lab_send(lab, pair.server, "200 OK");
	lab_recv(lab, pair.client, 1024);
	lab_await_acked(lab, pair.server);
	if (!lab_fixed(lab)) {
		lab_idle_ms(lab, 400);
		lab_hold(lab, LAB_ROUTER, "to-client");
		lab_close(lab, pair.server);
		lab_await_held(lab, LAB_ROUTER, "to-client", 1); /* the FIN */
		lab_send(lab, pair.client, "GET /2");
		lab_await_held(lab, LAB_ROUTER, "to-client", 2); /* the reset */
		lab_release(lab, LAB_ROUTER, "to-client");
		lab_recv(lab, pair.client, 1024);
		lab_recv(lab, pair.client, 1024);
		return 0;
	}
	lab_idle_ms(lab, 200);
	lab_close(lab, pair.client);
	lab_recv(lab, pair.server, 1024);
	lab_close(lab, pair.server);
	return 0;
}

const struct scenario scenario_cross_request_fin = {
	.name = "cross_request_fin",
	.story = { "the server closes an idle connection; while its FIN is on the way, the client "
		   "sends the next request",
		   "服务端关闭一条空闲的长连接，FIN 还在路上，客户端的下一个请求已经发出，"
		   "两者在途中错过" },
	.remedy = { "the client's idle timeout is shorter than the server's: the client closes "
		    "first",
		    "客户端的空闲超时设得比服务端短，由客户端先关闭" },
	.fingerprint = "orphan_finwait1_crossing",
	.class = "no-socket",
	.cause = "keepalive-race",
	.needs = NEED_TBF,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
