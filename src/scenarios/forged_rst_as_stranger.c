/* SPDX-License-Identifier: MIT */
/* The form of a host that has forgotten the connection, with its TTL, in answer to a request which
 * never arrives there. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, LAB_ROUTED);
	struct lab_segment rst = { .flags = TCP_RST, .ttl = 63 };
	uint32_t unused;

	lab_send(lab, pair.client, "GET /1");
	lab_recv(lab, pair.server, 1024);
	lab_send(lab, pair.server, "200 OK");
	lab_recv(lab, pair.client, 1024);
	lab_seqs(lab, pair.server, &rst.seq, &unused);
	rst.from = pair.server_end;
	rst.to = pair.client_end;
	lab_rule(lab, LAB_ROUTER, "forward", "tcp dport %u drop", lab_port(lab, 0));
	lab_send(lab, pair.client, "GET /2");
	lab_inject_frame(lab, LAB_ROUTER, "to-client", &rst);
	lab_recv(lab, pair.client, 1024);
	lab_unrule(lab, LAB_ROUTER);
	/* Life goes on: a capture at the server that ended here could have missed its reset. */
	lab_connect(lab, lab_socket(lab, LAB_CLIENT, LAB_ROUTED),
		    lab_at(lab, LAB_SERVER, 0, LAB_ROUTED));
	return 0;
}

const struct scenario scenario_forged_rst_as_stranger = {
	.name = "forged_rst_as_stranger",
	.story = { "a box on the path swallows a request and answers it with a reset as if the "
		   "server had forgotten the connection",
		   "路径上的设备吞掉请求，再以服务端的口吻回 RST，好像服务端已不记得这条连接" },
	.fingerprint = "forged_rst_afpacket",
	.class = "network",
	.cause = "forged-reset",
	.needs = NEED_REPAIR | NEED_NFT,
	.sender = LAB_ROUTER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.want = { [LAB_CLIENT] = WANT_UNSURE },
	.want_captures = WANT_UNSURE,
	.run = run,
};
