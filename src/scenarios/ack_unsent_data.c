/* SPDX-License-Identifier: MIT */
/* RFC 5961: the receiver asks back, and the connection lives. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, 0);
	struct lab_segment ack = { .flags = TCP_ACK, .window = 1024, .ip_id = 1 };

	lab_seqs(lab, pair.server, &ack.ack, &ack.seq);
	ack.ack += 100000;
	ack.from = pair.client_end;
	ack.to = pair.server_end;
	lab_inject(lab, LAB_CLIENT, &ack);
	lab_send(lab, pair.client, "alive");
	lab_recv(lab, pair.server, 1024);
	return 0;
}

const struct scenario scenario_ack_unsent_data = {
	.name = "ack_unsent_data",
	.story = { "look-alike: an ACK for data that the server never sent comes to a living "
		   "connection",
		   "貌似而非：存活的连接收到一个 ACK，它确认的数据服务端从未发送过" },
	.class = "none",
	.cause = "none",
	.needs = NEED_REPAIR,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_SILENT,
	.run = run,
};
