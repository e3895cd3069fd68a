/* SPDX-License-Identifier: MIT */
/* Two handshakes lack their last ACK: the fillers get cookies. The client believes in its
 * connection, and its data meets a bare listener when the request is forgotten. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock listener = lab_listen(lab, LAB_SERVER, 0, 0, lab_fixed(lab) ? 16 : 2);
	struct lab_sock early[2];
	struct endpoint to = lab_at(lab, LAB_SERVER, 0, 0);
	unsigned int i;

	lab_sysctl(lab, LAB_SERVER, "net.ipv4.tcp_synack_retries", "1");
	lab_rule(lab, LAB_SERVER, "input", "tcp sport %u-%u tcp flags & (syn|ack) == ack drop",
		 lab_port(lab, 1), lab_port(lab, 2));
	for (i = 0; i < 2; i++) {
		early[i] = lab_socket(lab, LAB_CLIENT, 0);
		lab_bind(lab, early[i], lab_at(lab, LAB_CLIENT, 1 + i, 0));
		lab_connect(lab, early[i], to);
	}
	for (i = 0; i < 3; i++)
		lab_connect(lab, lab_socket(lab, LAB_CLIENT, 0), to);
	lab_await_queue(lab, listener, 3); /* one more than the backlog */
	lab_unrule(lab, LAB_SERVER);
	lab_send(lab, early[0], "hello");
	if (lab_fixed(lab)) {
		lab_await_queue(lab, listener, 4);
		return 0;
	}
	lab_patience(lab, 8000); /* the request lasts three seconds */
	lab_recv(lab, early[0], 1024);
	return 0;
}

const struct scenario scenario_accept_overflow_abort0 = {
	.name = "accept_overflow_abort0",
	.story = { "the server's accept queue is full when a handshake ends, so the connection "
		   "is never made; the client, which believes in it, goes on sending",
		   "握手完成时服务端的全连接队列已满，连接并未建立；客户端以为已连上，"
		   "不断发送数据" },
	.remedy = { "the backlog of the server's listen() (and net.core.somaxconn) has room for "
		    "all",
		    "服务端 listen() 的 backlog（以及 net.core.somaxconn）足够大" },
	.class = "no-socket",
	.cause = "accept-overflow",
	.needs = NEED_NFT,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.group = GROUP_LOAD,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
