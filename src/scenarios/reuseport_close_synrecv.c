/* SPDX-License-Identifier: MIT */
/* The sibling knows nothing of the request and resets what the client sends. */
#include <sys/socket.h>

#include "scenarios/scenario.h"

static struct lab_sock listen_too(struct lab *lab, enum lab_who who)
{
	struct lab_sock listener = lab_socket(lab, who, 0);

	lab_set_int(lab, listener, SOL_SOCKET, SO_REUSEPORT, 1);
	lab_bind(lab, listener, lab_at(lab, LAB_SERVER, 0, 0));
	lab_listen_on(lab, listener, 16);
	return listener;
}

static int run(struct lab *lab)
{
	struct lab_sock old = listen_too(lab, LAB_SERVER);
	struct lab_sock client = lab_socket(lab, LAB_CLIENT, 0);

	lab_rule(lab, LAB_SERVER, "input", "tcp dport %u tcp flags & (syn|ack) == ack drop",
		 lab_port(lab, 0));
	lab_connect(lab, client, lab_at(lab, LAB_SERVER, 0, 0));
	listen_too(lab, LAB_SERVER_2);
	lab_close(lab, old);
	lab_unrule(lab, LAB_SERVER);
	lab_send(lab, client, "GET /");
	lab_recv(lab, client, 1024);
	return 0;
}

const struct scenario scenario_reuseport_close_synrecv = {
	.name = "reuseport_close_synrecv",
	.story = { "of two SO_REUSEPORT listeners the server closes the one that has a handshake "
		   "under way, then the client sends",
		   "两个 SO_REUSEPORT 监听 socket 中，服务端关闭了正在握手的那个，"
		   "随后客户端发数据" },
	.class = "no-socket",
	.cause = "listener-closed",
	.needs = NEED_NFT,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
