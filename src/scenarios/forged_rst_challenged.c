/* SPDX-License-Identifier: MIT */
/* The challenge itself tells the exact number to whoever can read it. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, LAB_ROUTED);
	struct lab_segment rst = { .flags = TCP_RST, .ttl = 63 };
	struct observation challenge;
	uint32_t unused;
	int sniff;

	lab_send(lab, pair.client, "hello");
	lab_recv(lab, pair.server, 1024);
	lab_await_acked(lab, pair.client);
	lab_seqs(lab, pair.server, &rst.seq, &unused);
	rst.seq += 1000;
	rst.from = pair.server_end;
	rst.to = pair.client_end;
	/* The server would answer the challenge. */
	lab_rule(lab, LAB_ROUTER, "forward", "tcp dport %u drop", lab_port(lab, 0));
	sniff = lab_sniff(lab, LAB_ROUTER);
	lab_inject_frame(lab, LAB_ROUTER, "to-client", &rst);
	lab_sniff_next(lab, sniff, TCP_SYN | TCP_RST | TCP_ACK, TCP_ACK, lab_port(lab, 0),
		       &challenge);
	rst.seq = challenge.ack;
	lab_inject_frame(lab, LAB_ROUTER, "to-client", &rst);
	lab_recv(lab, pair.client, 1024);
	lab_unrule(lab, LAB_ROUTER);
	/* Life goes on: a capture at the server that ended here could have missed its reset. */
	lab_connect(lab, lab_socket(lab, LAB_CLIENT, LAB_ROUTED),
		    lab_at(lab, LAB_SERVER, 0, LAB_ROUTED));
	return 0;
}

const struct scenario scenario_forged_rst_challenged = {
	.name = "forged_rst_challenged",
	.story = { "a box sends a reset inside the window, reads the right number from the "
		   "client's challenge ACK, and sends a second one with it",
		   "设备先发一个落在窗口内的 RST，从客户端的 challenge ACK "
		   "里读出准确序号，再发第二个" },
	.fingerprint = "forged_rst_afpacket",
	.class = "network",
	.cause = "forged-reset",
	.needs = NEED_REPAIR | NEED_NFT,
	.sender = LAB_ROUTER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.want = { [LAB_CLIENT] = WANT_UNSURE },
	.want_captures = WANT_UNSURE,
	.want_both = WANT_CLASS,
	.run = run,
};
