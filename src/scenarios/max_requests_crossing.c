/* SPDX-License-Identifier: MIT */
/* The FIN is lost on its way, which is the same as still being on it. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, 0);

	if (!lab_fixed(lab))
		lab_rule(lab, LAB_CLIENT, "input", "tcp sport %u tcp flags & fin == fin drop",
			 lab_port(lab, 0));
	lab_send(lab, pair.client, "GET /99");
	lab_recv(lab, pair.server, 1024);
	lab_send(lab, pair.server,
		 lab_fixed(lab) ? "200 the last answer\r\nConnection: close"
				: "200 the last answer");
	lab_close(lab, pair.server);
	lab_recv(lab, pair.client, 1024);
	if (lab_fixed(lab)) {
		lab_close(lab, pair.client);
		pair = recipe_again(lab, &pair);
		lab_send(lab, pair.client, "GET /100");
		lab_recv(lab, pair.server, 1024);
		return 0;
	}
	lab_send(lab, pair.client, "GET /100");
	lab_recv(lab, pair.client, 1024);
	return 0;
}

const struct scenario scenario_max_requests_crossing = {
	.name = "max_requests_crossing",
	.story = { "the server closes right after an answer, while the client's next request is "
		   "on its way",
		   "服务端应答后立即关闭，而客户端的下一个请求已在路上" },
	.remedy = { "the last answer says `Connection: close`, and the client asks over a new "
		    "connection",
		    "最后一个应答带上 Connection: close，客户端改用新连接发请求" },
	.class = "no-socket",
	.cause = "max-requests",
	.needs = NEED_NFT,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
