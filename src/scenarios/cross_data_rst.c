/* SPDX-License-Identifier: MIT */
/* What was under way when the server closed gets a second reset, which nobody needs. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, LAB_ROUTED);
	uint64_t resets;

	lab_send(lab, pair.client, "part one");
	lab_await_unread(lab, pair.server, 8);
	lab_await_acked(lab, pair.client);
	lab_hold(lab, LAB_ROUTER, "to-server");
	lab_send(lab, pair.client, "part two");
	lab_await_held(lab, LAB_ROUTER, "to-server", 1);
	if (lab_fixed(lab)) {
		lab_recv(lab, pair.server, 1024);
		lab_release(lab, LAB_ROUTER, "to-server");
		lab_recv(lab, pair.server, 1024);
		lab_send(lab, pair.server, "200 OK");
		recipe_end(lab, &pair);
		return 0;
	}
	lab_close(lab, pair.server);
	lab_recv(lab, pair.client, 1024);
	resets = lab_counter(lab, LAB_SERVER, "Tcp.OutRsts");
	lab_release(lab, LAB_ROUTER, "to-server");
	lab_await_counter(lab, LAB_SERVER, "Tcp.OutRsts", resets + 1);
	return 0;
}

const struct scenario scenario_cross_data_rst = {
	.name = "cross_data_rst",
	.story = { "the server closes with the first part of the request unread; the second part "
		   "crosses the reset and gets another one",
		   "请求的前半部分还没读，服务端就关闭了；后半部分与 RST "
		   "在途中交错，又引来一个 RST" },
	.remedy = { "the server reads the whole request, and answers it, before it closes",
		    "服务端读完整个请求并应答之后再关闭" },
	.fingerprint = "close_unread",
	.class = "owner-abort",
	.cause = "close-unread",
	.needs = NEED_TBF,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
