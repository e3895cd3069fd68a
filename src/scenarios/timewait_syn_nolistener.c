/* SPDX-License-Identifier: MIT */
/* TIME_WAIT answers the SYN with an ACK, the client resets that, and TIME_WAIT is gone: the SYN
 * that is repeated after a second finds a closed port. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock listener, client;
	struct lab_segment next = recipe_time_wait(lab, &listener);

	if (!lab_fixed(lab))
		lab_close(lab, listener);
	client = lab_socket(lab, LAB_CLIENT, 0);
	lab_bind(lab, client, next.from);
	lab_patience(lab, 2500);
	lab_connect(lab, client, next.to);
	if (lab_fixed(lab)) {
		lab_send(lab, client, "hi");
		lab_recv(lab, lab_accept(lab, listener), 1024);
	}
	return 0;
}

const struct scenario scenario_timewait_syn_nolistener = {
	.name = "timewait_syn_nolistener",
	.story = { "the client uses its port again while the server is in TIME_WAIT and listens "
		   "no more",
		   "服务端还在 TIME_WAIT 且已不再监听，客户端又用同一端口连接" },
	.remedy = { "the server's listening socket stays open (systemd socket units do that over "
		    "restarts): the new SYN takes TIME_WAIT's place",
		    "服务端的监听 socket 保持打开（systemd socket 单元可在重启期间保持），新的 SYN "
		    "会接替 TIME_WAIT" },
	.class = "refused",
	.cause = "port-closed",
	.needs = NEED_REPAIR,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ANY,
	.also = { { "no-socket", "port-reused", LAB_CLIENT } },
	.run = run,
};
