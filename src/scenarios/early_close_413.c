/* SPDX-License-Identifier: MIT */
/* The answer is complete before the request is: nobody reads the rest of the body. */
#include <sys/socket.h>

#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, 0);

	lab_fill(lab, pair.client);
	lab_recv(lab, pair.server, 4096);
	lab_send(lab, pair.server, "HTTP/1.1 413 Too Large\r\nConnection: close\r\n\r\n");
	if (lab_fixed(lab)) {
		lab_shutdown(lab, pair.server, SHUT_WR);
		lab_recv(lab, pair.client, 1024);
		lab_recv(lab, pair.client, 1024);
		lab_close(lab, pair.client);
		lab_drain(lab, pair.server);
		lab_close(lab, pair.server);
		return 0;
	}
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
	.remedy = { "after its answer the server shuts its half down and reads until the "
		    "client's end (lingering close)",
		    "服务端应答后先关闭发送方向，读到对端的 FIN 之后再关闭（lingering close）" },
	.class = "owner-abort",
	.cause = "early-response",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
