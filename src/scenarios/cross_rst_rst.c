/* SPDX-License-Identifier: MIT */
/* Neither reset is needed any more when it arrives. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, LAB_ROUTED);

	lab_send(lab, pair.client, "one");
	lab_recv(lab, pair.server, 1024);
	lab_await_acked(lab, pair.client);
	if (!lab_fixed(lab)) {
		lab_linger(lab, pair.client, true, 0);
		lab_linger(lab, pair.server, true, 0);
	}
	lab_hold(lab, LAB_ROUTER, "to-client");
	lab_hold(lab, LAB_ROUTER, "to-server");
	lab_close(lab, pair.server);
	lab_await_held(lab, LAB_ROUTER, "to-client", 1);
	lab_close(lab, pair.client);
	lab_await_held(lab, LAB_ROUTER, "to-server", 1);
	lab_release(lab, LAB_ROUTER, "to-client");
	lab_release(lab, LAB_ROUTER, "to-server");
	lab_idle_ms(lab, 20);
	return 0;
}

const struct scenario scenario_cross_rst_rst = {
	.name = "cross_rst_rst",
	.story = { "both ends abort with SO_LINGER 0 at the same moment, and their resets cross",
		   "两端同时用 SO_LINGER 0 中止连接，两个 RST 在途中交错" },
	.remedy = { "both ends close without SO_LINGER {1,0}: it is their FINs that cross",
		    "两端关闭时都不设 SO_LINGER {1,0}，交错的只是 FIN" },
	.fingerprint = "linger0_close",
	.class = "owner-abort",
	.cause = "linger-zero",
	.needs = NEED_TBF,
	.sender = LAB_SERVER,
	.receiver = LAB_NOBODY,
	.shape = SHAPE_ACTIVE,
	.want = { [LAB_CLIENT] = WANT_FIRST },
	.run = run,
};
