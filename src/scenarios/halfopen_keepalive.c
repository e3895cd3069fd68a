/* SPDX-License-Identifier: MIT */
/* Nobody writes: a keepalive probe finds out. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, LAB_NO_LISTENER);

	lab_set_int(lab, pair.client, IPPROTO_TCP, TCP_KEEPIDLE, 1);
	lab_set_int(lab, pair.client, SOL_SOCKET, SO_KEEPALIVE, 1);
	lab_forget(lab, pair.server);
	lab_patience(lab, 2500);
	lab_recv(lab, pair.client, 1024);
	return 0;
}

const struct scenario scenario_halfopen_keepalive = {
	.name = "halfopen_keepalive",
	.story = { "the server loses the connection without a word, and the client's keepalive "
		   "probe finds out",
		   "服务端悄无声息地丢了连接状态，客户端的 keepalive 探测报文才发现" },
	.class = "no-socket",
	.cause = "half-open",
	.needs = NEED_REPAIR,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
