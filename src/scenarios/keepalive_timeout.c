/* SPDX-License-Identifier: MIT */
/* The reset is lost with the path; when the path is back, the peer's data meets nothing. */
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, 0);

	lab_set_int(lab, pair.client, IPPROTO_TCP, TCP_KEEPCNT, lab_fixed(lab) ? 9 : 1);
	recipe_keepalive(lab, pair.client);
	lab_rule(lab, LAB_SERVER, "input", "tcp dport %u drop", lab_port(lab, 0));
	if (lab_fixed(lab)) {
		lab_idle_ms(lab, 2500);
		lab_unrule(lab, LAB_SERVER);
		lab_send(lab, pair.server, "late");
		lab_recv(lab, pair.client, 1024);
		return 0;
	}
	lab_patience(lab, 3500);
	lab_recv(lab, pair.client, 1024);
	lab_unrule(lab, LAB_SERVER);
	lab_idle_ms(lab, 200);
	lab_send(lab, pair.server, "late");
	lab_recv(lab, pair.server, 1024);
	return 0;
}

const struct scenario scenario_keepalive_timeout = {
	.name = "keepalive_timeout",
	.story = { "the path is dead and the client's keepalive gives up; later the path is back "
		   "and the server sends",
		   "路径中断，客户端的 keepalive 探测无果而放弃；路径恢复后，服务端才发数据" },
	.remedy = { "keepalive lasts longer than the outage (a larger TCP_KEEPCNT)",
		    "keepalive 的总时长要超过故障时长（调大 TCP_KEEPCNT）" },
	.class = "owner-abort",
	.cause = "keepalive-timeout",
	.needs = NEED_NFT,
	.sender = LAB_CLIENT,
	.receiver = LAB_NOBODY, /* the dead path takes it */
	.shape = SHAPE_ACTIVE,
	/* The second reset: that end had given up before. */
	.also = { { "no-socket", "timed-out-earlier", LAB_CLIENT },
		  { "no-socket", "timed-out-earlier", LAB_SERVER } },
	.want = { [LAB_SERVER] = WANT_LISTED },
	.takes_s = 5,
	.run = run,
};
