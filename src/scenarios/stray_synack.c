/* SPDX-License-Identifier: MIT */
/* Backscatter of somebody else's spoofed SYN. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_segment segment = { .flags = TCP_SYN | TCP_ACK,
				       .seq = 1000,
				       .ack = 5555,
				       .window = 1024,
				       .ip_id = 0x1234 };
	uint64_t resets = lab_counter(lab, LAB_SERVER, "Tcp.OutRsts");

	segment.from = lab_at(lab, LAB_CLIENT, 1, 0);
	segment.to = lab_at(lab, LAB_SERVER, 0, 0);
	lab_inject(lab, LAB_CLIENT, &segment);
	lab_await_counter(lab, LAB_SERVER, "Tcp.OutRsts", resets + 1);
	return 0;
}

const struct scenario scenario_stray_synack = {
	.name = "stray_synack",
	.story = { "a SYN-ACK comes to a port of the server which has sent no SYN",
		   "服务端没有发过 SYN，却收到一个 SYN-ACK" },
	.class = "no-socket",
	.cause = "stray-packet",
	.sender = LAB_SERVER,
	.receiver = LAB_NOBODY,
	.group = GROUP_NETWORK,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
