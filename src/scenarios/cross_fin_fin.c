/* SPDX-License-Identifier: MIT */
/* RFC 9293: both go through CLOSING. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, LAB_ROUTED);

	lab_send(lab, pair.client, "one");
	lab_recv(lab, pair.server, 1024);
	lab_await_acked(lab, pair.client);
	lab_hold(lab, LAB_ROUTER, "to-client");
	lab_hold(lab, LAB_ROUTER, "to-server");
	lab_close(lab, pair.server);
	lab_await_held(lab, LAB_ROUTER, "to-client", 1);
	lab_close(lab, pair.client);
	lab_await_held(lab, LAB_ROUTER, "to-server", 1);
	lab_release(lab, LAB_ROUTER, "to-client");
	lab_release(lab, LAB_ROUTER, "to-server");
	lab_await_remains(lab, LAB_CLIENT, pair.client_end, pair.server_end, 6 /* TIME_WAIT */);
	lab_await_remains(lab, LAB_SERVER, pair.server_end, pair.client_end, 6);
	return 0;
}

const struct scenario scenario_cross_fin_fin = {
	.name = "cross_fin_fin",
	.story = { "look-alike: both ends close at the same moment and their FINs cross; both end "
		   "in TIME_WAIT without a reset",
		   "似是而非：两端同时关闭，FIN 在途中交错，双方都进入 TIME_WAIT" },
	.why = { "each FIN acknowledges less than the other end has sent, which is "
		 "in order: both ends go through CLOSING to TIME_WAIT, and every "
		 "byte was delivered (RFC 9293)",
		 "两个 FIN 在途中交错完全合法：两端都经 CLOSING 进入 TIME_WAIT，数据"
		 "一个字节也没丢（RFC 9293）" },
	.class = "none",
	.cause = "none",
	.needs = NEED_TBF,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_SILENT,
	.run = run,
};
