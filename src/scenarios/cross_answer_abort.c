/* SPDX-License-Identifier: MIT */
/* A client with no patience: its abort and the answer pass each other. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, LAB_ROUTED);
	uint64_t resets;

	lab_send(lab, pair.client, "GET /slow");
	lab_recv(lab, pair.server, 1024);
	lab_await_acked(lab, pair.client);
	lab_hold(lab, LAB_ROUTER, "to-client");
	lab_send(lab, pair.server, "200 the slow answer");
	lab_await_held(lab, LAB_ROUTER, "to-client", 1);
	if (lab_fixed(lab)) {
		lab_release(lab, LAB_ROUTER, "to-client");
		lab_recv(lab, pair.client, 1024);
		lab_close(lab, pair.client);
		lab_recv(lab, pair.server, 1024);
		return 0;
	}
	lab_linger(lab, pair.client, true, 0);
	lab_close(lab, pair.client);
	lab_recv(lab, pair.server, 1024);
	resets = lab_counter(lab, LAB_CLIENT, "Tcp.OutRsts");
	lab_release(lab, LAB_ROUTER, "to-client");
	lab_await_counter(lab, LAB_CLIENT, "Tcp.OutRsts", resets + 1);
	return 0;
}

const struct scenario scenario_cross_answer_abort = {
	.name = "cross_answer_abort",
	.story = { "the client gives up and aborts with SO_LINGER 0 while the answer is on its "
		   "way; the answer then meets nobody",
		   "客户端等不及，用 SO_LINGER 0 中止连接，"
		   "而响应已经在路上，到达时连接已不存在" },
	.remedy = { "the client's read timeout is longer than the slowest answer takes",
		    "客户端的读超时长于最慢的应答" },
	.fingerprint = "linger0_close",
	.class = "owner-abort",
	.cause = "linger-zero",
	.needs = NEED_TBF,
	.sender = LAB_CLIENT,
	.receiver = LAB_SERVER,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
