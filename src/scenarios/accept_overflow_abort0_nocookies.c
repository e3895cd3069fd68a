/* SPDX-License-Identifier: MIT */
/* The request is the only one that waits; without cookies the fillers have one each, too. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock early, listener;

	lab_sysctl(lab, LAB_SERVER, "net.ipv4.tcp_syncookies", "0");
	lab_sysctl(lab, LAB_SERVER, "net.ipv4.tcp_synack_retries", "1");
	listener = recipe_overflow(lab, 1, &early);
	lab_send(lab, early, "hello");
	if (lab_fixed(lab)) {
		lab_await_queue(lab, listener, 4);
		return 0;
	}
	lab_patience(lab, 8000); /* the request lasts three seconds */
	lab_recv(lab, early, 1024);
	return 0;
}

const struct scenario scenario_accept_overflow_abort0_nocookies = {
	.name = "accept_overflow_abort0_nocookies",
	.story = { "with tcp_syncookies=0 the server's accept queue is full when a handshake "
		   "ends; the client, which believes in the connection, goes on sending",
		   "tcp_syncookies=0，握手完成时服务端的全连接队列已满；客户端以为已连上，"
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
