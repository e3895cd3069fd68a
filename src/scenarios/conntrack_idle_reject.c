/* SPDX-License-Identifier: MIT */
/* Neither end logs anything: it is always the first request after a pause. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair;

	lab_listen(lab, LAB_ROUTER, 9, LAB_ROUTED, 16); /* the box has programs of its own */
	lab_rule(lab, LAB_ROUTER, "forward", "ct state invalid reject with tcp reset");
	lab_sysctl(lab, LAB_ROUTER, "net.netfilter.nf_conntrack_tcp_loose", "0");
	pair = recipe_through(lab, 2);
	recipe_pause(lab, &pair, 2);
	lab_send(lab, pair.client, "two");
	lab_recv(lab, lab_fixed(lab) ? pair.server : pair.client, 1024);
	return 0;
}

const struct scenario scenario_conntrack_idle_reject = {
	.name = "conntrack_idle_reject",
	.story = { "a stateful firewall forgets a connection after its idle timeout and rejects "
		   "the next request with a reset",
		   "有状态防火墙在空闲超时后忘了这条连接，用 RST 拒绝下一个请求" },
	.remedy = { "the client's TCP keepalive is shorter than the idle timeout of the firewall",
		    "客户端的 TCP keepalive 间隔短于防火墙的空闲超时" },
	.fingerprint = "conntrack_lost_reject",
	.class = "network",
	.cause = "idle-expired",
	.needs = NEED_NFT | NEED_CONNTRACK,
	.sender = LAB_ROUTER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.takes_s = 4,
	.run = run,
};
