/* SPDX-License-Identifier: MIT */
/* What a failover does to connections that were open. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock listener = lab_listen(lab, LAB_SERVER, 0, 0, 16);
	struct lab_sock client = lab_socket(lab, LAB_CLIENT, 0), server;

	lab_listen(lab, LAB_THIRD, 1, 0, 16); /* another service */
	lab_connect(lab, client, recipe_vip(lab));
	server = lab_accept(lab, listener);
	lab_send(lab, client, "one");
	lab_recv(lab, server, 1024);
	lab_await_acked(lab, client);
	if (lab_fixed(lab)) {
		/* What the other host's check says. */
		lab_command(lab, LAB_THIRD, NULL, "! ss -Htln 'sport = :%u' | grep -q .",
			    lab_port(lab, 0));
		lab_send(lab, client, "two");
		lab_recv(lab, server, 1024);
		return 0;
	}
	recipe_vip_moves(lab);
	lab_send(lab, client, "two");
	lab_recv(lab, client, 1024);
	return 0;
}

const struct scenario scenario_vip_moved_nolistener = {
	.name = "vip_moved_nolistener",
	.story = { "the virtual address moves to another host that does not have the service, "
		   "then the client writes",
		   "虚拟地址漂移到另一台没有该服务的主机，随后客户端发数据" },
	.remedy = { "a health check of the service (keepalived's track_script) on the other host "
		    "fails, and so the address stays",
		    "另一台主机上有服务健康检查（keepalived 的 "
		    "track_script），检查不通过，地址就不漂移过去" },
	.class = "no-socket",
	.cause = "vip-moved",
	.sender = LAB_THIRD,
	.receiver = LAB_CLIENT,
	.group = GROUP_NETWORK,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
