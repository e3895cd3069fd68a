/* SPDX-License-Identifier: MIT */
/* What half-open scanners do by hand: a request is dropped, and no socket dies. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	uint64_t dropped = lab_counter(lab, LAB_SERVER, "TcpExt.EmbryonicRsts");
	struct lab_segment rst;

	lab_listen(lab, LAB_SERVER, 0, 0, 16);
	rst = recipe_syn(lab);
	rst.flags = TCP_RST;
	lab_inject(lab, LAB_CLIENT, &rst);
	lab_await_counter(lab, LAB_SERVER, "TcpExt.EmbryonicRsts", dropped + 1);
	return 0;
}

const struct scenario scenario_synrecv_rst = {
	.name = "synrecv_rst",
	.story = { "a scanner on the client's host resets its own handshake by hand",
		   "客户端主机上的扫描器手工发 RST，取消自己的握手" },
	.class = "network",
	.cause = "forged-reset",
	.needs = NEED_NFT,
	.sender = LAB_CLIENT,
	.receiver = LAB_NOBODY,
	.group = GROUP_NETWORK,
	.shape = SHAPE_OTHER,
	.run = run,
};
