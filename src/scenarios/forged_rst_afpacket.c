/* SPDX-License-Identifier: MIT */
/* Its form is that of a stack without the connection; only the TTL is not the server's, and there
 * is no packet that it answers. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, LAB_ROUTED);
	struct lab_segment rst = { .flags = TCP_RST, .ttl = 62 };
	uint32_t unused;

	lab_send(lab, pair.client, "hello");
	lab_recv(lab, pair.server, 1024);
	lab_await_acked(lab, pair.client);
	lab_seqs(lab, pair.server, &rst.seq, &unused);
	rst.from = pair.server_end;
	rst.to = pair.client_end;
	lab_inject_frame(lab, LAB_ROUTER, "to-client", &rst);
	lab_recv(lab, pair.client, 1024);
	return 0;
}

const struct scenario scenario_forged_rst_afpacket = {
	.name = "forged_rst_afpacket",
	.story = { "a router injects a reset with the exact sequence number through a packet "
		   "socket",
		   "路由器通过 packet socket 向客户端注入一个序号准确的 RST" },
	.class = "network",
	.cause = "forged-reset",
	.needs = NEED_REPAIR,
	.sender = LAB_ROUTER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
