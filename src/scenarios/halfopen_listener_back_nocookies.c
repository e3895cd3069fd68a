/* SPDX-License-Identifier: MIT */
/* A stray segment meets the new listener, which could not have sent a cookie. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair;

	lab_sysctl(lab, LAB_SERVER, "net.ipv4.tcp_syncookies", "0");
	pair = lab_pair(lab, LAB_NO_LISTENER);
	lab_forget(lab, pair.server);
	lab_listen(lab, LAB_SERVER_2, 0, 0, 16);
	lab_send(lab, pair.client, "hello");
	lab_recv(lab, pair.client, 1024);
	return 0;
}

const struct scenario scenario_halfopen_listener_back_nocookies = {
	.name = "halfopen_listener_back_nocookies",
	.story = { "with tcp_syncookies=0 the server loses the connection and a new server "
		   "listens on the port; then the client writes into the old connection",
		   "tcp_syncookies=0，服务端丢了连接状态，新进程又在原端口监听，"
		   "随后客户端往旧连接里发数据" },
	.class = "no-socket",
	.cause = "listener-restarted",
	.needs = NEED_REPAIR,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
