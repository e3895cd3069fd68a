/* SPDX-License-Identifier: MIT */
/* With tcp_syncookies=2 no request is kept: the ACK itself must prove the handshake. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_segment ack;

	lab_sysctl(lab, LAB_SERVER, "net.ipv4.tcp_syncookies", "2");
	lab_listen(lab, LAB_SERVER, 0, 0, 16);
	ack = recipe_syn(lab);
	ack.flags = TCP_ACK | TCP_PSH;
	ack.ack += 777;
	ack.payload = "GET";
	recipe_provoke(lab, LAB_CLIENT, &ack, LAB_SERVER);
	return 0;
}

const struct scenario scenario_syncookie_invalid = {
	.name = "syncookie_invalid",
	.story = { "an ACK whose SYN cookie is not valid comes to a listener that works with "
		   "cookies only",
		   "只用 SYN cookie 的监听 socket 收到一个 cookie 无效的 ACK" },
	.class = "no-socket",
	.cause = "cookie-invalid",
	.needs = NEED_NFT,
	.sender = LAB_SERVER,
	.receiver = LAB_NOBODY,
	.group = GROUP_NETWORK,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
