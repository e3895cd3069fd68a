/* SPDX-License-Identifier: MIT */
/* Partial service: the first answer arrives whole, then the reset. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, 0);

	lab_send(lab, pair.client, "GET /1\r\n\r\nGET /2\r\n\r\n");
	lab_await_unread(lab, pair.server, 20);
	lab_recv(lab, pair.server, 10); /* exactly the first */
	lab_send(lab, pair.server, "HTTP/1.1 200 OK\r\n\r\nanswer1");
	if (lab_fixed(lab)) {
		lab_recv(lab, pair.server, 1024);
		lab_send(lab, pair.server, "HTTP/1.1 200 OK\r\n\r\nanswer2");
	}
	lab_close(lab, pair.server);
	lab_recv(lab, pair.client, 1024);
	lab_recv(lab, pair.client, 1024);
	return 0;
}

const struct scenario scenario_pipelined_second_unread = {
	.name = "pipelined_second_unread",
	.story = { "the client pipelines two requests; the server answers the first and closes",
		   "客户端连发两个请求（管线化），服务端只应答第一个就关闭" },
	.remedy = { "the server answers every request that has come before it closes",
		    "服务端把已到的请求全部应答完再关闭" },
	.class = "owner-abort",
	.cause = "close-unread",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
