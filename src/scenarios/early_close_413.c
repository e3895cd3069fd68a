/* SPDX-License-Identifier: MIT */
/* The answer is complete before the request is: nobody reads the rest of the body. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, 0);

	lab_fill(lab, pair.client);
	lab_recv(lab, pair.server, 4096);
	lab_send(lab, pair.server, "HTTP/1.1 413 Too Large\r\nConnection: close\r\n\r\n");
	lab_close(lab, pair.server);
	lab_send_bytes(lab, pair.client, 65536);
	lab_recv(lab, pair.client, 1024);
	lab_recv(lab, pair.client, 1024);
	return 0;
}

const struct scenario scenario_early_close_413 = {
	.name = "early_close_413",
	.story = { "the server answers 413 and closes while the client still uploads",
		   "客户端还在上传，服务端就回了 413 并关闭" },
	.class = "owner-abort",
	.cause = "early-response",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
