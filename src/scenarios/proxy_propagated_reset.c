/* SPDX-License-Identifier: MIT */
/* What happened is on the other side: the back end closed with the request unread. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock back = lab_listen(lab, LAB_SERVER_2, 1, 0, 16);
	struct lab_pair pair = lab_pair(lab, 0);
	struct lab_sock onward = lab_socket(lab, LAB_SERVER, 0), back_end;

	lab_connect(lab, onward, lab_loopback(lab, 1));
	back_end = lab_accept(lab, back);
	lab_send(lab, onward, "request");
	lab_await_unread(lab, back_end, 7);
	if (lab_fixed(lab)) {
		lab_recv(lab, back_end, 1024);
		lab_send(lab, back_end, "answer");
		lab_close(lab, back_end);
		lab_recv(lab, onward, 1024);
		lab_send(lab, pair.server, "answer");
		lab_recv(lab, pair.client, 1024);
		return 0;
	}
	lab_close(lab, back_end);
	lab_recv(lab, onward, 1024);
	lab_linger(lab, pair.server, true, 0);
	lab_close(lab, pair.server);
	lab_recv(lab, pair.client, 1024);
	return 0;
}

const struct scenario scenario_proxy_propagated_reset = {
	.name = "proxy_propagated_reset",
	.story = { "a proxy gets a reset from its back end and resets its client",
		   "代理收到后端的 RST，于是也向自己的客户端发 RST" },
	.remedy = { "the back end reads the request and answers before it closes",
		    "后端读完请求并应答之后再关闭" },
	.class = "owner-abort",
	.cause = "proxy-relayed",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ACTIVE,
	.also = { { "owner-abort", "close-unread", LAB_SERVER } },
	.run = run,
};
