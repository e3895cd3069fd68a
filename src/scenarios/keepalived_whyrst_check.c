/* SPDX-License-Identifier: MIT */
/* The other half of keepalived_netstat: the same host, the same sockets, another check. */
#include "scenarios/servers.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = server_failover(lab, false);

	server_failover_deny(lab);
	lab_send(lab, pair.client, "two");
	lab_recv(lab, pair.server, 1024);
	return 0;
}

const struct scenario scenario_keepalived_whyrst_check = {
	.name = "keepalived_whyrst_check",
	.story = { "look-alike: keepalived checks with `whyrst check --vrrp` on a host with many "
		   "sockets, and the address stays",
		   "似是而非：socket 很多的主机上，keepalived 用 whyrst check --vrrp "
		   "检查，地址不动" },
	.why = { "`whyrst check` asks the kernel for the listeners of one port and "
		 "reads no connection: it takes milliseconds whatever the number of "
		 "sockets, so the check never runs into its timeout and the address "
		 "never moves",
		 "`whyrst check` 只向内核查询一个端口的监听套接字，不读任何连接：无"
		 "论有多少 socket 都只要几毫秒，检查不会超时，地址也就不会漂移" },
	.program = "keepalived netstat timeout",
	.package = "keepalived net-tools coreutils",
	.needs = NEED_REPAIR,
	.class = "none",
	.cause = "none",
	.sender = LAB_THIRD,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_SILENT,
	.only_ip = 4,
	.limit_s = 90,
	.takes_s = 9,
	.slow = true,
	.run = run,
};
