/* SPDX-License-Identifier: MIT */
/* Nobody has the address: no answer to ARP, or an ICMP error. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, 0);

	lab_command(lab, LAB_SERVER, "ip addr add 10.77.0.2/24 dev direct",
		    "ip addr del 10.77.0.2/24 dev direct");
	lab_send(lab, pair.client, "x");
	lab_patience(lab, 400);
	lab_recv(lab, pair.client, 1024);
	return 0;
}

const struct scenario scenario_netns_or_link_gone = {
	.name = "netns_or_link_gone",
	.story = "look-alike: the server's address is removed, then the client writes",
	.class = "none",
	.cause = "none",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_SILENT,
	.run = run,
};
