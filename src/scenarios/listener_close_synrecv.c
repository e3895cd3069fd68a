/* SPDX-License-Identifier: MIT */
/* A request that waits for its ACK vanishes with the listener, and without a segment. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock listener = lab_listen(lab, LAB_SERVER, 0, 0, 16);
	struct lab_sock client = lab_socket(lab, LAB_CLIENT, 0), server;

	lab_rule(lab, LAB_SERVER, "input", "tcp dport %u tcp flags & (syn|ack) == ack drop",
		 lab_port(lab, 0));
	lab_connect(lab, client, lab_at(lab, LAB_SERVER, 0, 0));
	if (lab_fixed(lab)) {
		lab_unrule(lab, LAB_SERVER);
		lab_send(lab, client, "GET /"); /* with the ACK that was missing */
		server = lab_accept(lab, listener);
		lab_close(lab, listener);
		lab_recv(lab, server, 1024);
		return 0;
	}
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
	.remedy = { "no new clients are sent to the server for a while, and it accepts what is "
		    "under way before it closes the listener",
		    "先停止向服务端分发新客户端，它接受完正在握手的连接，再关闭监听 socket" },
	.class = "no-socket",
	.cause = "listener-closed",
	.needs = NEED_NFT,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
