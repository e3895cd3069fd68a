/* SPDX-License-Identifier: MIT */
/* The same firewall that drops: no reset, but silence until the client gives up. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair;

	lab_rule(lab, LAB_ROUTER, "forward", "ct state invalid drop");
	lab_sysctl(lab, LAB_ROUTER, "net.netfilter.nf_conntrack_tcp_loose", "0");
	pair = recipe_through(lab, 1);
	recipe_pause(lab, &pair, 1);
	lab_send(lab, pair.client, "two");
	lab_patience(lab, 700);
	lab_recv(lab, pair.client, 1024);
	return 0;
}

const struct scenario scenario_conntrack_idle_drop = {
	.name = "conntrack_idle_drop",
	.story = { "look-alike: a stateful firewall forgets a connection after its idle timeout "
		   "and drops the next request",
		   "貌似而非：有状态防火墙在空闲超时后忘了这条连接，把下一个请求丢弃" },
	.fingerprint = "conntrack_lost_drop",
	.class = "none",
	.cause = "none",
	.needs = NEED_NFT | NEED_CONNTRACK,
	.sender = LAB_ROUTER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_SILENT,
	.run = run,
};
