/* SPDX-License-Identifier: MIT */
/* What a failover does to connections that were open. */
#include "scenarios/scenario.h"

#define VIP "10.77.9.9"

static int run(struct lab *lab)
{
	struct lab_sock listener = lab_listen(lab, LAB_SERVER, 0, 0, 16);
	struct lab_sock client = lab_socket(lab, LAB_CLIENT, 0), server;

	lab_listen(lab, LAB_THIRD, 1, 0, 16); /* another service */
	lab_command(lab, LAB_SERVER, NULL, "ip addr add " VIP "/32 dev lo");
	lab_command(lab, LAB_ROUTER, "ip route del " VIP, "ip route add " VIP " via 10.77.2.2");
	lab_connect(lab, client, lab_endpoint(VIP, lab_port(lab, 0)));
	server = lab_accept(lab, listener);
	lab_send(lab, client, "one");
	lab_recv(lab, server, 1024);
	lab_await_acked(lab, client);
	lab_command(lab, LAB_SERVER, NULL, "ip addr del " VIP "/32 dev lo");
	lab_command(lab, LAB_THIRD, "ip addr del " VIP "/32 dev lo",
		    "ip addr add " VIP "/32 dev lo");
	lab_command(lab, LAB_ROUTER, NULL, "ip route replace " VIP " via 10.77.3.3");
	lab_send(lab, client, "two");
	lab_recv(lab, client, 1024);
	return 0;
}

const struct scenario scenario_vip_moved_nolistener = {
	.name = "vip_moved_nolistener",
	.story = { "an address moves to another host that does not have the service, then the "
		   "client "
		   "writes",
		   NULL },
	.class = "no-socket",
	.cause = "vip-moved",
	.sender = LAB_THIRD,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
