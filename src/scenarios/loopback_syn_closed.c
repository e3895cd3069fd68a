/* SPDX-License-Identifier: MIT */
/* Both ends are on one host. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock client = lab_socket(lab, LAB_SERVER_2, 0);

	if (lab_fixed(lab)) {
		struct lab_sock listener = lab_socket(lab, LAB_SERVER, 0);

		lab_bind(lab, listener, lab_loopback(lab, 0));
		lab_listen_on(lab, listener, 16);
	}
	lab_connect(lab, client, lab_loopback(lab, 0));
	return 0;
}

const struct scenario scenario_loopback_syn_closed = {
	.name = "loopback_syn_closed",
	.story = { "over loopback, the client connects to a port on which nobody listens",
		   "走 loopback，客户端连接一个无人监听的端口" },
	.remedy = { "the server listens before the client comes", "服务端先监听，客户端再来连接" },
	.class = "refused",
	.cause = "port-closed",
	.sender = LAB_SERVER,
	.receiver = LAB_SERVER_2,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
