/* SPDX-License-Identifier: MIT */
/* A request that waits for its ACK vanishes with the listener, and without a segment. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock listener = lab_listen(lab, LAB_SERVER, 0, 0, 16);
	struct lab_sock client = lab_socket(lab, LAB_CLIENT, 0);

	lab_rule(lab, LAB_SERVER, "input", "tcp dport %u tcp flags & (syn|ack) == ack drop",
		 lab_port(lab, 0));
	lab_connect(lab, client, lab_at(lab, LAB_SERVER, 0, 0));
	lab_close(lab, listener);
	lab_unrule(lab, LAB_SERVER);
	lab_send(lab, client, "GET /");
	lab_recv(lab, client, 1024);
	return 0;
}

const struct scenario scenario_listener_close_synrecv = {
	.name = "listener_close_synrecv",
	.story = { "the server closes its listener before the ACK of a handshake arrives, then "
		   "the client sends",
		   "握手的最后一个 ACK 还没到，服务端就关闭了监听 socket，随后客户端发数据" },
	.class = "no-socket",
	.cause = "listener-closed",
	.needs = NEED_NFT,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
