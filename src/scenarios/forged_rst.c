/* SPDX-License-Identifier: MIT */
/* Neither end did it: another TTL, an IP id without a timestamp, no event in any TCP. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, LAB_ROUTED);
	struct lab_segment to_client = { .flags = TCP_RST, .ttl = 47, .ip_id = 0xbeef };
	struct lab_segment to_server = { .flags = TCP_RST | TCP_ACK, .ttl = 51, .ip_id = 0xbee0 };

	lab_send(lab, pair.client, "hello");
	lab_recv(lab, pair.server, 1024);
	lab_await_acked(lab, pair.client);
	lab_seqs(lab, pair.server, &to_client.seq, &to_server.seq);
	to_client.from = to_server.to = pair.server_end;
	to_client.to = to_server.from = pair.client_end;
	to_server.ack = to_client.seq;
	lab_inject(lab, LAB_ROUTER, &to_client);
	lab_inject(lab, LAB_ROUTER, &to_server);
	lab_recv(lab, pair.client, 1024);
	lab_recv(lab, pair.server, 1024);
	return 0;
}

const struct scenario scenario_forged_rst = {
	.name = "forged_rst",
	.story = { "a router injects resets with exact sequence numbers to both ends",
		   "路由器向两端各注入一个序号准确的 RST" },
	.class = "network",
	.cause = "forged-reset",
	.sender = LAB_ROUTER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_OTHER,
	.want = { [LAB_SERVER] = WANT_CLASS }, /* the other victim */
	.run = run,
};
