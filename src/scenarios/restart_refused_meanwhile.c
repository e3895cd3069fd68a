/* SPDX-License-Identifier: MIT */
/* As halfopen_listener_back, and somebody else of the client's host came while nobody listened. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	recipe_restart(lab, true);
	return 0;
}

const struct scenario scenario_restart_refused_meanwhile = {
	.name = "restart_refused_meanwhile",
	.fingerprint = "halfopen_listener_back",
	.story = { "the server loses the connection; a second client is refused before a new "
		   "server listens on the port; then the first writes into the old connection",
		   "服务端丢了连接状态，新进程监听之前又有一个客户端被拒绝，随后第一个客户端往旧连"
		   "接里发数据" },
	.remedy = { "a graceful restart: the old server ends its connections before it goes, and "
		    "the client connects anew",
		    "平滑重启：旧进程退出前先关闭自己的连接，客户端重新连接" },
	.class = "no-socket",
	.cause = "listener-restarted",
	.needs = NEED_REPAIR,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.want = { [LAB_CLIENT] = WANT_FIRST },
	.want_captures = WANT_FIRST,
	.also = { { "refused", "port-closed", LAB_SERVER },
		  { "refused", "port-closed", LAB_CLIENT } },
	.run = run,
};
