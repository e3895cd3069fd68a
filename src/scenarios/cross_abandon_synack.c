/* SPDX-License-Identifier: MIT */
/* The SYN-ACK is late: nobody waits for it any more. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock client = lab_socket(lab, LAB_CLIENT, LAB_ROUTED);
	struct endpoint to = lab_at(lab, LAB_SERVER, 0, LAB_ROUTED);
	uint64_t resets;

	recipe_warm(lab);
	lab_listen(lab, LAB_SERVER, 0, LAB_ROUTED, 16);
	lab_hold(lab, LAB_ROUTER, "to-client");
	lab_connect_start(lab, client, to);
	lab_await_held(lab, LAB_ROUTER, "to-client", 1);
	resets = lab_counter(lab, LAB_CLIENT, "Tcp.OutRsts");
	if (lab_fixed(lab)) {
		lab_release(lab, LAB_ROUTER, "to-client");
		lab_await_state(lab, client, 1 /* ESTABLISHED */);
		lab_close(lab, client);
		return 0;
	}
	lab_close(lab, client);
	lab_release(lab, LAB_ROUTER, "to-client");
	lab_await_counter(lab, LAB_CLIENT, "Tcp.OutRsts", resets + 1);
	return 0;
}

const struct scenario scenario_cross_abandon_synack = {
	.name = "cross_abandon_synack",
	.story = { "the client gives up its connect() while the SYN-ACK is on its way, and its "
		   "kernel refuses it when it arrives",
		   "客户端放弃 connect() 时 SYN-ACK 正在路上，到达后被客户端内核用 RST 拒绝" },
	.remedy = { "a longer connect timeout: it waits until the SYN-ACK is there",
		    "加长连接超时，等到 SYN-ACK 到达" },
	.fingerprint = "connect_abandoned",
	.class = "no-socket",
	.cause = "connect-abandoned",
	.needs = NEED_TBF,
	.sender = LAB_CLIENT,
	.receiver = LAB_SERVER,
	.shape = SHAPE_PASSIVE,
	.want = { [LAB_SERVER] = WANT_ANY }, /* only a request is reset, which has no socket */
	.run = run,
};
