/* SPDX-License-Identifier: MIT */
/* Outside the window: dropped without a word. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, LAB_ROUTED);
	struct lab_segment rst = { .flags = TCP_RST, .window = 1024, .ttl = 40, .ip_id = 1 };

	lab_seqs(lab, pair.server, &rst.ack, &rst.seq);
	rst.seq += 0x10000000;
	rst.from = pair.client_end;
	rst.to = pair.server_end;
	lab_inject(lab, LAB_ROUTER, &rst);
	lab_send(lab, pair.client, "still alive");
	lab_recv(lab, pair.server, 1024);
	return 0;
}

const struct scenario scenario_oow_rst_outside = {
	.name = "oow_rst_outside",
	.story = { "look-alike: a router injects a reset that is far outside the window, and the "
		   "server drops it",
		   "似是而非：路由器注入的 RST 远在窗口之外，服务端直接丢弃" },
	.why = { "a reset whose number lies outside of the window cannot come from "
		 "the peer as it is now: the kernel drops it and answers nothing",
		 "序号落在窗口之外的 RST 不可能来自此刻的对端：内核直接丢弃，也不回"
		 "应" },
	.class = "none",
	.cause = "none",
	.needs = NEED_REPAIR,
	.sender = LAB_ROUTER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_OTHER,
	/* The forger itself can know no better. */
	.want = { [LAB_ROUTER] = WANT_ANY },
	.also = { { "network", "forged-reset", LAB_ROUTER } },
	.run = run,
};
