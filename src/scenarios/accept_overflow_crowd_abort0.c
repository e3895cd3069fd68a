/* SPDX-License-Identifier: MIT */
/* As accept_overflow_crowd_abort1, but nobody is told: the clients believe in their connections and
 * repeat the request, until the kernel has forgotten the handshake and resets the next repetition.
 */
#include "scenarios/crowd.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	crowd_overflow(lab, false, 4500);
	return 0;
}

const struct scenario scenario_accept_overflow_crowd_abort0 = {
	.name = "accept_overflow_crowd_abort0",
	.story = { "a stalled server has 900 connections in a queue of 1024; a thousand clients "
		   "more finish "
		   "their handshakes in one burst, and with tcp_abort_on_overflow=0 those without "
		   "room "
		   "wait for seconds, then are reset",
		   "服务端卡住，1024 的全连接队列里已有 900 条连接；又有一千个客户端同时完成握手，"
		   "tcp_abort_on_overflow=0 时放不下的先干等几秒，然后才收到 RST" },
	.remedy = { "a larger backlog: listen(fd, 4096), with net.core.somaxconn not below it",
		    "加大 backlog：listen(fd, 4096)，并且 net.core.somaxconn 不低于它" },
	.fingerprint = "accept_overflow_abort0",
	.class = "no-socket",
	.cause = "accept-overflow",
	.needs = NEED_TBF,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.want_captures = WANT_ANY, /* they lose packets */
	.group = GROUP_LOAD,
	.limit_s = 60,
	.takes_s = 11,
	.run = run,
};
