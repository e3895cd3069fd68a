/* SPDX-License-Identifier: MIT */
/* Sequence number, TTL, window, timestamps, the next IP id: what the server's kernel itself would
 * have sent for close() with unread data. Whoever sees it arrive cannot know better. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, LAB_ROUTED);
	struct lab_segment rst;

	lab_send(lab, pair.client, "GET /secret");
	lab_recv(lab, pair.server, 1024);
	rst = recipe_imitation(lab, pair.client, lab_port(lab, 0));
	lab_inject_frame(lab, LAB_ROUTER, "to-client", &rst);
	lab_recv(lab, pair.client, 1024);
	/* Life goes on: a capture at the server that ended here could have missed its reset. */
	lab_connect(lab, lab_socket(lab, LAB_CLIENT, LAB_ROUTED),
		    lab_at(lab, LAB_SERVER, 0, LAB_ROUTED));
	return 0;
}

const struct scenario scenario_forged_rst_imitated = {
	.name = "forged_rst_imitated",
	.story = { "a box on the path imitates the server's abort in every field and resets the "
		   "client",
		   "路径上的设备把服务端中止连接的 RST 模仿得一模一样，发给客户端" },
	.fingerprint = "forged_rst_afpacket",
	.class = "network",
	.cause = "forged-reset",
	.sender = LAB_ROUTER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ACTIVE,
	.want = { [LAB_CLIENT] = WANT_UNSURE },
	.want_captures = WANT_FOOLED,
	.want_both = WANT_CLASS,
	.run = run,
};
