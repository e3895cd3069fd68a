/* SPDX-License-Identifier: MIT */
/* Only the answers are lost: the peer does receive the probes and the reset. */
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, 0);

	lab_set_int(lab, pair.client, IPPROTO_TCP, TCP_KEEPCNT, lab_fixed(lab) ? 9 : 1);
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

const struct scenario scenario_keepalive_timeout_seen = {
	.name = "keepalive_timeout_seen",
	.story = { "the answers to the client's keepalive probes are lost, and the client gives "
		   "up",
		   "客户端 keepalive 探测的应答全部丢失，客户端放弃连接" },
	.remedy = { "keepalive lasts longer than the outage (a larger TCP_KEEPCNT)",
		    "keepalive 的总时长要超过故障时长（调大 TCP_KEEPCNT）" },
	.class = "owner-abort",
	.cause = "keepalive-timeout",
	.needs = NEED_NFT,
	.sender = LAB_CLIENT,
	.receiver = LAB_SERVER,
	.shape = SHAPE_ACTIVE,
	.takes_s = 4,
	.run = run,
};
