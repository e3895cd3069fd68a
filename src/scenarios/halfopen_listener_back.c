/* SPDX-License-Identifier: MIT */
/* A stray segment meets the new listener: no socket of its own, but no closed port either. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	recipe_restart(lab, false);
	return 0;
}

const struct scenario scenario_halfopen_listener_back = {
	.name = "halfopen_listener_back",
	.story = { "the server loses the connection and a new server listens on the port; then "
		   "the client writes into the old connection",
		   "服务端丢了连接状态，新进程又在原端口监听，随后客户端往旧连接里发数据" },
	.remedy = { "a graceful restart: the old server ends its connections before it goes, and "
		    "the client connects anew",
		    "平滑重启：旧进程退出前先关闭自己的连接，客户端重新连接" },
	.class = "no-socket",
	.cause = "listener-restarted",
	.needs = NEED_REPAIR,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
