/* SPDX-License-Identifier: MIT */
/* The server's host is gone without a trace; a box before it answers in its name. */
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, LAB_ROUTED | LAB_NO_LISTENER);

	lab_listen(lab, LAB_ROUTER, 9, LAB_ROUTED, 16); /* the box has programs of its own */
	lab_send(lab, pair.client, "GET /1");
	lab_recv(lab, pair.server, 1024);
	lab_send(lab, pair.server, "200 OK");
	lab_recv(lab, pair.client, 1024);
	lab_forget(lab, pair.server);
	lab_rule(lab, LAB_SERVER, "input", "tcp dport %u drop", lab_port(lab, 0));
	if (lab_fixed(lab)) {
		lab_set_int(lab, pair.client, IPPROTO_TCP, TCP_USER_TIMEOUT, 600);
		lab_patience(lab, 4000);
	} else {
		lab_rule(lab, LAB_ROUTER, "prerouting", "tcp dport %u reject with tcp reset",
			 lab_port(lab, 0));
	}
	lab_send(lab, pair.client, "GET /2");
	lab_recv(lab, pair.client, 1024);
	return 0;
}

const struct scenario scenario_box_answers_for_dead = {
	.name = "box_answers_for_dead",
	.story = { "the server's host has died; a load balancer before it answers the next request "
		   "with a reset in its name",
		   "服务端主机已经死机，它前面的负载均衡器替它用 RST 回应下一个请求" },
	.remedy = { "the balancer's reset answers are off (it drops), and the client finds out by "
		    "its own timeout (TCP_USER_TIMEOUT)",
		    "关闭负载均衡器的 RST "
		    "应答（改为丢弃），客户端靠自己的超时（TCP_USER_TIMEOUT）发现" },
	.fingerprint = "nft_reject_forward_mid",
	.class = "network",
	.cause = "middlebox-reject",
	.needs = NEED_NFT | NEED_REPAIR,
	.sender = LAB_ROUTER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.want = { [LAB_CLIENT] = WANT_UNSURE },
	.run = run,
};
