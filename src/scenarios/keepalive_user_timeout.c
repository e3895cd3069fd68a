/* SPDX-License-Identifier: MIT */
/* TCP_USER_TIMEOUT ends the probing long before the count of probes would. */
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, 0);

	lab_set_int(lab, pair.client, IPPROTO_TCP, TCP_KEEPCNT, 9);
	lab_set_int(lab, pair.client, IPPROTO_TCP, TCP_USER_TIMEOUT, lab_fixed(lab) ? 15000 : 1500);
	recipe_keepalive(lab, pair.client);
	lab_rule(lab, LAB_CLIENT, "input", "tcp sport %u drop", lab_port(lab, 0));
	if (lab_fixed(lab)) {
		lab_idle_ms(lab, 2500);
		lab_unrule(lab, LAB_CLIENT);
		lab_send(lab, pair.server, "late");
		lab_recv(lab, pair.client, 1024);
		return 0;
	}
	lab_patience(lab, 3500);
	lab_recv(lab, pair.client, 1024);
	lab_recv(lab, pair.server, 1024);
	return 0;
}

const struct scenario scenario_keepalive_user_timeout = {
	.name = "keepalive_user_timeout",
	.story = { "the client's keepalive probes stay without an answer until its "
		   "TCP_USER_TIMEOUT is over",
		   "客户端的 keepalive 探测一直没有应答，直到 TCP_USER_TIMEOUT 到期" },
	.remedy = { "TCP_USER_TIMEOUT is longer than the outage",
		    "让 TCP_USER_TIMEOUT 长于故障时长" },
	.class = "owner-abort",
	.cause = "keepalive-timeout",
	.needs = NEED_NFT,
	.sender = LAB_CLIENT,
	.receiver = LAB_SERVER,
	.shape = SHAPE_ACTIVE,
	.takes_s = 4,
	.run = run,
};
