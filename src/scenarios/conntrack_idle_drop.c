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
		   "似是而非：有状态防火墙在空闲超时后忘了这条连接，把下一个请求丢弃" },
	.why = { "the firewall's rule drops what it no longer knows; no end is "
		 "told, so the client repeats its request until its own timer gives "
		 "up",
		 "防火墙的规则把不认识的报文丢弃，两端都得不到通知，客户端只能一直重"
		 "传，直到自己的定时器放弃" },
	.fingerprint = "conntrack_lost_drop",
	.class = "none",
	.cause = "none",
	.needs = NEED_NFT | NEED_CONNTRACK,
	.sender = LAB_ROUTER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_SILENT,
	.takes_s = 4,
	.run = run,
};
