/* SPDX-License-Identifier: MIT */
/* A reset is sent once. Whoever misses it learns of it by the next thing that it sends. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, LAB_ROUTED);

	lab_send(lab, pair.client, "GET /1");
	lab_await_unread(lab, pair.server, 6);
	lab_await_acked(lab, pair.client);
	if (lab_fixed(lab)) {
		lab_recv(lab, pair.server, 1024);
		lab_send(lab, pair.server, "200 OK");
		recipe_end(lab, &pair);
		return 0;
	}
	lab_rule(lab, LAB_ROUTER, "forward", "tcp sport %u tcp flags & rst == rst drop",
		 lab_port(lab, 0));
	lab_close(lab, pair.server);
	lab_await_remains(lab, LAB_SERVER, pair.server_end, pair.client_end, 0);
	lab_unrule(lab, LAB_ROUTER);
	lab_idle_ms(lab, 100);
	lab_send(lab, pair.client, "GET /2");
	lab_recv(lab, pair.client, 1024);
	return 0;
}

const struct scenario scenario_lost_rst = {
	.name = "lost_rst",
	.story = { "the server closes with a request unread and its reset gets lost; the client "
		   "learns of it only when it sends again",
		   "服务端没读请求就关闭，发出的 RST 丢在路上；客户端直到再次发送才得知" },
	.remedy = { "the server reads the request and answers it before it closes",
		    "服务端读完请求并应答之后再关闭" },
	.fingerprint = "close_unread",
	.class = "owner-abort",
	.cause = "close-unread",
	.needs = NEED_NFT,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ACTIVE,
	/* The client sees only the second reset, and nothing of why. */
	.want = { [LAB_CLIENT] = WANT_ANY },
	.also = { { "no-socket", "half-open", LAB_CLIENT } },
	.run = run,
};
