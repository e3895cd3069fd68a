/* SPDX-License-Identifier: MIT */
/* The service is healthy all the time. It is the check that cannot cope with so many sockets, and
 * the other host has never heard of the connections that were open. */
#include "scenarios/servers.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = server_failover(lab, !lab_fixed(lab));

	if (lab_fixed(lab)) {
		server_failover_deny(lab);
		lab_send(lab, pair.client, "two");
		lab_recv(lab, pair.server, 1024);
	} else {
		server_failover_await(lab);
		lab_send(lab, pair.client, "two");
		lab_recv(lab, pair.client, 1024);
	}
	return 0;
}

const struct scenario scenario_keepalived_netstat = {
	.name = "keepalived_netstat",
	.story = { "keepalived checks a healthy service with `netstat -tln | grep`, which takes "
		   "too long on a host with many sockets: the address moves, and open "
		   "connections are reset",
		   "keepalived 用 netstat -tln | grep 检查服务；主机上 socket 太多，检查超时："
		   "服务明明健康，地址却漂走，已有连接被 RST" },
	.remedy = { "the check is `whyrst check --vrrp`, which asks for the one listener: the "
		    "address stays",
		    "改用 whyrst check --vrrp 检查，它只询问那一个监听：地址不动" },
	.fingerprint = "vip_moved",
	.program = "keepalived netstat timeout",
	.package = "keepalived net-tools coreutils",
	.needs = NEED_REPAIR,
	.class = "no-socket",
	.cause = "vip-moved",
	.sender = LAB_THIRD,
	.receiver = LAB_CLIENT,
	.group = GROUP_NETWORK,
	.shape = SHAPE_PASSIVE,
	.only_ip = 4,
	.limit_s = 90,
	.takes_s = 8,
	.slow = true,
	.run = run,
};
