/* SPDX-License-Identifier: MIT */
/* Giving up sends no reset: the peer meets it much later. */
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, 0);

	lab_set_int(lab, pair.client, IPPROTO_TCP, TCP_USER_TIMEOUT, lab_fixed(lab) ? 30000 : 600);
	recipe_outage(lab, &pair);
	if (lab_fixed(lab))
		return 0;
	lab_unrule(lab, LAB_SERVER);
	lab_send(lab, pair.server, "late");
	lab_recv(lab, pair.server, 1024);
	return 0;
}

const struct scenario scenario_user_timeout = {
	.name = "user_timeout",
	.story = { "TCP_USER_TIMEOUT ends the client's connection, and later the server sends",
		   "客户端的连接因 TCP_USER_TIMEOUT 到期而终止，之后服务端才发数据" },
	.remedy = { "TCP_USER_TIMEOUT is longer than the outage",
		    "让 TCP_USER_TIMEOUT 长于故障时长" },
	.class = "no-socket",
	.cause = "timed-out-earlier",
	.needs = NEED_NFT,
	.sender = LAB_CLIENT,
	.receiver = LAB_SERVER,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
