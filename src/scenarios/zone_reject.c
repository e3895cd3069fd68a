/* SPDX-License-Identifier: MIT */
/* The entry is in a zone of its own, and the packet is rejected before tracking has seen it:
 * whoever asks for it without the zone finds nothing. */
#include <stdio.h>

#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static void at_prerouting(struct lab *lab, const char *table, const char *priority,
			  const char *rule)
{
	char script[512];

	snprintf(script, sizeof(script),
		 "table inet %s {\nchain c {\ntype filter hook prerouting priority %s;\n"
		 "tcp dport %u %s\ntcp sport %u %s\n}\n}\n",
		 table, priority, lab_port(lab, 0), rule, lab_port(lab, 0),
		 rule[0] == 'c' ? rule : "accept");
	lab_nft(lab, LAB_ROUTER, script);
}

static int run(struct lab *lab)
{
	struct lab_pair pair;

	lab_listen(lab, LAB_ROUTER, 9, LAB_ROUTED, 16); /* the box has programs of its own */
	at_prerouting(lab, "zones", "raw", "ct zone set 5");
	lab_rule(lab, LAB_ROUTER, "forward", "ct state established accept");
	pair = recipe_routed(lab);
	at_prerouting(lab, "early", "-350",
		      lab_fixed(lab) ? "tcp flags & (syn|ack) == syn reject with tcp reset"
				     : "reject with tcp reset");
	recipe_goes_on(lab, &pair);
	return 0;
}

const struct scenario scenario_zone_reject = {
	.name = "zone_reject",
	.story = { "a router tracks a connection in a zone of its own (ct zone) and begins to "
		   "reject its packets before they are tracked",
		   "路由器把一条连接记在单独的 ct zone 里，之后在跟踪之前就用 RST 拒绝它的报文" },
	.remedy = { "the rule rejects SYNs only: it leaves connections alone that are there",
		    "规则只拒绝 SYN，不碰已建立的连接" },
	.fingerprint = "nft_reject_forward_mid",
	.class = "network",
	.cause = "middlebox-reject",
	.needs = NEED_NFT | NEED_CONNTRACK,
	.sender = LAB_ROUTER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
