/* SPDX-License-Identifier: MIT */
/* As forged_rst_imitated, and each end is told that the other one did it. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, LAB_ROUTED);
	struct lab_segment to_client, to_server;

	lab_send(lab, pair.client, "GET /secret");
	lab_recv(lab, pair.server, 1024);
	lab_send(lab, pair.server, "an answer");
	lab_recv(lab, pair.client, 1024);
	to_server = recipe_imitation(lab, pair.server, lab_port(lab, 0));
	to_client = recipe_imitation(lab, pair.client, lab_port(lab, 0));
	to_server.seq++; /* the byte that the client has sent for the other one */
	to_server.ip_id++;
	lab_inject_frame(lab, LAB_ROUTER, "to-client", &to_client);
	lab_inject_frame(lab, LAB_ROUTER, "to-server", &to_server);
	lab_recv(lab, pair.client, 1024);
	lab_recv(lab, pair.server, 1024);
	/* Life goes on: a capture at the server that ended here could have missed its reset. */
	lab_connect(lab, lab_socket(lab, LAB_CLIENT, LAB_ROUTED),
		    lab_at(lab, LAB_SERVER, 0, LAB_ROUTED));
	return 0;
}

const struct scenario scenario_forged_rst_both_imitated = {
	.name = "forged_rst_both_imitated",
	.story = { "a box on the path resets both ends at once, to each in the perfect likeness of "
		   "the other",
		   "路径上的设备同时向两端发 RST，对每一端都完美地冒充另一端" },
	.fingerprint = "forged_rst",
	.class = "network",
	.cause = "forged-reset",
	.sender = LAB_ROUTER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ACTIVE,
	.want = { [LAB_CLIENT] = WANT_UNSURE, [LAB_SERVER] = WANT_UNSURE },
	.want_captures = WANT_FOOLED,
	.want_both = WANT_CLASS,
	.run = run,
};
