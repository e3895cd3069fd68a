/* SPDX-License-Identifier: MIT */
/* As a push service behind a home router: what the server sends is for the router itself then. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair;

	recipe_translate(lab, lab_port(lab, 1));
	pair = recipe_through(lab, 2);
	recipe_pause(lab, &pair, 2);
	lab_send(lab, pair.server, "push");
	lab_recv(lab, lab_fixed(lab) ? pair.client : pair.server, 1024);
	return 0;
}

const struct scenario scenario_nat_idle_expired = {
	.name = "nat_idle_expired",
	.story = { "a translating router forgets an idle connection, then the server pushes",
		   "NAT 路由器忘了一条空闲连接，随后服务端推送数据" },
	.remedy = { "the client's TCP keepalive is shorter than the idle timeout of the NAT",
		    "客户端的 TCP keepalive 间隔短于 NAT 的空闲超时" },
	.fingerprint = "nat_entry_lost_server_push",
	.class = "no-socket",
	.cause = "nat-lost",
	.needs = NEED_NFT | NEED_CONNTRACK,
	.sender = LAB_ROUTER,
	.receiver = LAB_SERVER,
	.shape = SHAPE_PASSIVE,
	/* A router's own reset has the TTL of one that rejects. */
	.want = { [LAB_SERVER] = WANT_UNSURE },
	.want_captures = WANT_UNSURE,
	.takes_s = 4,
	.run = run,
};
