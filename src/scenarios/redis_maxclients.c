/* SPDX-License-Identifier: MIT */
/* The error message is lost with the reset: the command was there before Redis hung up. */
#include <signal.h>

#include "scenarios/servers.h"
#include "scenarios/scenario.h"

#define PING "PING\r\n"

static int run(struct lab *lab)
{
	pid_t redis = server_redis(lab, lab_fixed(lab) ? "--maxclients 10" : "--maxclients 1");
	struct lab_sock first = lab_socket(lab, LAB_CLIENT, 0);
	struct lab_sock second = lab_socket(lab, LAB_CLIENT, 0);

	lab_connect(lab, first, lab_at(lab, LAB_SERVER, 0, 0));
	lab_send(lab, first, PING);
	lab_recv(lab, first, 1024);
	lab_stall(lab, redis); /* busy with others */
	lab_connect(lab, second, lab_at(lab, LAB_SERVER, 0, 0));
	lab_send(lab, second, PING);
	lab_await_acked(lab, second);
	kill(redis, SIGCONT);
	lab_recv(lab, second, 1024);
	if (!lab_fixed(lab))
		lab_recv(lab, second, 1024);
	return 0;
}

const struct scenario scenario_redis_maxclients = {
	.name = "redis_maxclients",
	.story = { "one client more than Redis' `maxclients` has sent its command before Redis "
		   "hangs up",
		   "客户端数超过 Redis 的 maxclients，多出的那个在被挂断前已发出命令" },
	.remedy = { "`maxclients` is larger than the pools of all clients together",
		    "让 maxclients 大于所有客户端连接池之和" },
	.program = "redis-server",
	.class = "owner-abort",
	.cause = "close-unread",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.group = GROUP_LOAD,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
