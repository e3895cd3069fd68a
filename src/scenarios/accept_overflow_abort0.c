/* SPDX-License-Identifier: MIT */
/* Two handshakes lack their last ACK: the fillers get cookies. The client believes in its
 * connection, and its data meets a bare listener when the request is forgotten. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock early[2], listener;

	lab_sysctl(lab, LAB_SERVER, "net.ipv4.tcp_synack_retries", "1");
	listener = recipe_overflow(lab, 2, early);
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
	.takes_s = 7,
	.run = run,
};
