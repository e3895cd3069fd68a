/* SPDX-License-Identifier: MIT */
/* After a perfect forgery the server goes on: what it sends meets no socket at the client. Two
 * resets, two truths. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, LAB_ROUTED);
	struct lab_segment rst;

	lab_send(lab, pair.client, "GET /stream");
	lab_recv(lab, pair.server, 1024);
	rst = recipe_imitation(lab, pair.client, lab_port(lab, 0));
	lab_inject_frame(lab, LAB_ROUTER, "to-client", &rst);
	lab_recv(lab, pair.client, 1024);
	lab_idle_ms(lab, 20);
	lab_send(lab, pair.server, "the stream goes on");
	lab_recv(lab, pair.server, 1024);
	return 0;
}

const struct scenario scenario_forged_rst_then_real = {
	.name = "forged_rst_then_real",
	.story = { "a box resets the client in the server's likeness; the server knows nothing of "
		   "it, goes on sending, and is reset by the client's kernel",
		   "设备冒充服务端重置了客户端；服务端毫不知情，继续发送，结果被客户端内核重置" },
	.fingerprint = "forged_rst_afpacket",
	.class = "network",
	.cause = "forged-reset",
	.sender = LAB_ROUTER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ACTIVE,
	.want = { [LAB_CLIENT] = WANT_UNSURE, [LAB_SERVER] = WANT_UNSURE },
	.also = { { "no-socket", "forged-reset", LAB_CLIENT },
		  { "no-socket", "half-open", LAB_CLIENT },
		  { "no-socket", "half-open", LAB_SERVER } },
	.want_captures = WANT_FOOLED,
	.want_both = WANT_CLASS,
	.run = run,
};
