/* SPDX-License-Identifier: MIT */
/* The client resets what is no answer to its SYN, and goes on trying. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock client;
	struct lab_segment answer = recipe_connecting(lab, LAB_SERVER, "input", 0, &client);

	answer.ack += 777;
	recipe_provoke(lab, LAB_SERVER, &answer, LAB_CLIENT);
	return 0;
}

const struct scenario scenario_synsent_bad_ack = {
	.name = "synsent_bad_ack",
	.story = { "a SYN-ACK with a wrong number answers the client's SYN",
		   "客户端的 SYN 换来一个确认号错误的 SYN-ACK" },
	.class = "no-socket",
	.cause = "handshake-mismatch",
	.needs = NEED_NFT,
	.sender = LAB_CLIENT,
	.receiver = LAB_NOBODY,
	.group = GROUP_NETWORK,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
