/* SPDX-License-Identifier: MIT */
/* Two back ends behind one address, as ECMP and balancers without connection tracking have them:
 * the address stays where it is, the flow does not. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock listener = lab_listen(lab, LAB_SERVER, 0, 0, 16);
	struct lab_sock client = lab_socket(lab, LAB_CLIENT, 0), server;

	lab_listen(lab, LAB_THIRD, 0, 0, 16);
	recipe_vip_too(lab);
	lab_idle_ms(lab, 20);
	lab_connect(lab, client, recipe_vip(lab));
	server = lab_accept(lab, listener);
	lab_send(lab, client, "one");
	lab_recv(lab, server, 1024);
	lab_await_acked(lab, client);
	if (!lab_fixed(lab))
		recipe_vip_rehashed(lab);
	lab_send(lab, client, "two");
	lab_recv(lab, lab_fixed(lab) ? server : client, 1024);
	return 0;
}

const struct scenario scenario_rerouted = {
	.name = "rerouted",
	.story = { "a router sends the packets of a living connection to another back end that has "
		   "the "
		   "same address",
		   "路由器把一条活动连接的报文转给了另一台地址相同的后端" },
	.remedy = { "the flow stays with the back end that has it: connection tracking, or a "
		    "consistent "
		    "hash",
		    "让流量留在原来的后端：做连接跟踪，或使用一致性哈希" },
	.class = "no-socket",
	.cause = "rerouted",
	.sender = LAB_THIRD,
	.receiver = LAB_CLIENT,
	.group = GROUP_NETWORK,
	.shape = SHAPE_PASSIVE,
	/* In this lab the second holder got the address a moment ago: it may as well have moved. */
	.want = { [LAB_THIRD] = WANT_LISTED },
	.want_all = WANT_LISTED,
	.run = run,
};
