/* SPDX-License-Identifier: MIT */
/* The other front end to the same filter. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock client = lab_socket(lab, LAB_CLIENT, 0);

	lab_listen(lab, LAB_SERVER, 0, 0, 16);
	if (!lab_fixed(lab))
		recipe_iptables_reject(lab, "");
	lab_connect(lab, client, lab_at(lab, LAB_SERVER, 0, 0));
	return 0;
}

const struct scenario scenario_iptables_reject_syn = {
	.name = "iptables_reject_syn",
	.story = { "iptables on the server's host rejects the client's SYN with a reset",
		   "服务端主机上的 iptables 用 RST 拒绝了客户端的 SYN" },
	.remedy = { "the firewall has a rule that accepts this port", "防火墙放行这个端口" },
	.class = "refused",
	.cause = "firewall-reject",
	.needs = NEED_IPTABLES,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.group = GROUP_NETWORK,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
