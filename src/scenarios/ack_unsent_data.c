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
		   "似是而非：存活的连接收到一个 ACK，它确认的数据服务端从未发送过" },
	.why = { "a segment whose acknowledgement is impossible is dropped and "
		 "answered with a challenge ACK, which repeats the true numbers; an "
		 "honest peer corrects itself, a forger learns nothing (RFC 5961)",
		 "确认号不可能成立的报文会被丢弃，并回一个 challenge ACK 重申正确的"
		 "序号；诚实的对端会自行纠正，伪造者得不到任何东西（RFC 5961）" },
	.class = "none",
	.cause = "none",
	.needs = NEED_REPAIR,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_SILENT,
	.run = run,
};
