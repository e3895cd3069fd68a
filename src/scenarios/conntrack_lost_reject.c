/* SPDX-License-Identifier: MIT */
/* As after an idle timeout or a failover of the firewall; each end hears of it when it speaks. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair;

	lab_listen(lab, LAB_ROUTER, 9, LAB_ROUTED, 16); /* the box has programs of its own */
	lab_rule(lab, LAB_ROUTER, "forward", "ct state invalid %s",
		 lab_fixed(lab) ? "drop" : "reject with tcp reset");
	lab_sysctl(lab, LAB_ROUTER, "net.netfilter.nf_conntrack_tcp_loose", "0");
	pair = recipe_routed(lab);
	recipe_untrack(lab);
	lab_send(lab, pair.client, "two");
	lab_recv(lab, pair.client, 1024);
	lab_send(lab, pair.server, "three");
	lab_recv(lab, pair.server, 1024);
	return 0;
}

const struct scenario scenario_conntrack_lost_reject = {
	.name = "conntrack_lost_reject",
	.story = { "a router has forgotten a connection and rejects what is invalid with a reset",
		   "路由器忘了一条连接，并用 RST 拒绝无效报文" },
	.remedy = { "what is invalid is dropped: the ends wait for their timers instead",
		    "无效报文改为丢弃：两端改由各自的定时器决定" },
	.class = "network",
	.cause = "idle-expired",
	.needs = NEED_NFT | NEED_CONNTRACK,
	.sender = LAB_ROUTER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.want = { [LAB_SERVER] = WANT_CLASS },
	.run = run,
};
