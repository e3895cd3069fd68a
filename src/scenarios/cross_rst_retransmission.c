/* SPDX-License-Identifier: MIT */
/* The acknowledgement is held back for so long that the client repeats its data; the repetition and
 * the reset pass each other. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, LAB_ROUTED);
	uint64_t repeated = lab_counter(lab, LAB_CLIENT, "Tcp.RetransSegs");

	lab_hold(lab, LAB_ROUTER, "to-client");
	lab_send(lab, pair.client, "upload");
	lab_await_unread(lab, pair.server, 6);
	lab_hold(lab, LAB_ROUTER, "to-server");
	lab_await_counter(lab, LAB_CLIENT, "Tcp.RetransSegs", repeated + 1);
	lab_await_held(lab, LAB_ROUTER, "to-server", 1);
	if (lab_fixed(lab)) {
		lab_recv(lab, pair.server, 1024);
		lab_release(lab, LAB_ROUTER, "to-server");
		lab_release(lab, LAB_ROUTER, "to-client");
		lab_send(lab, pair.server, "200 OK");
		recipe_end(lab, &pair);
		return 0;
	}
	lab_close(lab, pair.server);
	lab_await_held(lab, LAB_ROUTER, "to-client", 2); /* the acknowledgement, the reset */
	lab_release(lab, LAB_ROUTER, "to-server");
	lab_await_held(lab, LAB_ROUTER, "to-client", 3); /* the answer to the repetition */
	lab_release(lab, LAB_ROUTER, "to-client");
	lab_recv(lab, pair.client, 1024);
	return 0;
}

const struct scenario scenario_cross_rst_retransmission = {
	.name = "cross_rst_retransmission",
	.story = { "the server closes with a request unread; on a slow path the client repeats the "
		   "request meanwhile, and the repetition crosses the reset",
		   "服务端没读请求就关闭；链路很慢，客户端这时重传了请求，"
		   "重传报文与 RST 在途中交错" },
	.remedy = { "the server reads the request and answers it before it closes",
		    "服务端读完请求并应答之后再关闭" },
	.fingerprint = "close_unread",
	.class = "owner-abort",
	.cause = "close-unread",
	.needs = NEED_TBF,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
