/* SPDX-License-Identifier: MIT */
/* The client resets what is no answer to its SYN, and goes on trying. */
#include <string.h>

#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock client;
	struct lab_segment answer = recipe_connecting(lab, LAB_SERVER, "input", 0, &client);
	/* MSS, SACK permitted; a timestamp, and the echo of one that was never sent */
	static const uint8_t options[] = {
		2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 5, 0, 0, 0x30, 0x39
	};

	memcpy(answer.options, options, sizeof(options));
	answer.option_bytes = sizeof(options);
	recipe_provoke(lab, LAB_SERVER, &answer, LAB_CLIENT);
	return 0;
}

const struct scenario scenario_synsent_bad_tsecr = {
	.name = "synsent_bad_tsecr",
	.story = { "a SYN-ACK that echoes a timestamp which was never sent answers the client's "
		   "SYN",
		   "客户端的 SYN 换来一个回显时间戳错误的 SYN-ACK" },
	.class = "no-socket",
	.cause = "handshake-mismatch",
	.needs = NEED_NFT,
	.sender = LAB_CLIENT,
	.receiver = LAB_NOBODY,
	.group = GROUP_NETWORK,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
