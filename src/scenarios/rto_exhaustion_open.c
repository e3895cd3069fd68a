/* SPDX-License-Identifier: MIT */
/* The failed socket still has its descriptor, but the kernel has forgotten the connection. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair;

	lab_sysctl(lab, LAB_CLIENT, "net.ipv4.tcp_retries2", lab_fixed(lab) ? "15" : "1");
	pair = lab_pair(lab, 0);
	recipe_outage(lab, &pair);
	if (lab_fixed(lab))
		return 0;
	lab_unrule(lab, LAB_SERVER);
	lab_send(lab, pair.server, "late");
	lab_recv(lab, pair.server, 1024);
	return 0;
}

const struct scenario scenario_rto_exhaustion_open = {
	.name = "rto_exhaustion_open",
	.story = { "the client retransmits without success until its connection ends; later the "
		   "server sends, while the client has not closed",
		   "客户端重传耗尽，连接超时但描述符还没关闭，之后服务端才发数据" },
	.remedy = { "tcp_retries2 is large enough for the client to retransmit until the outage "
		    "is over",
		    "tcp_retries2 足够大，客户端能重传到故障结束" },
	.class = "no-socket",
	.cause = "timed-out-earlier",
	.needs = NEED_NFT,
	.sender = LAB_CLIENT,
	.receiver = LAB_SERVER,
	.shape = SHAPE_PASSIVE,
	.takes_s = 4,
	.run = run,
};
