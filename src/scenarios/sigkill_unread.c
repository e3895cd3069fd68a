/* SPDX-License-Identifier: MIT */
/* The kernel closes for the dead: the same segment as close_unread, another culprit. */
#include <signal.h>

#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, 0);

	lab_send_bytes(lab, pair.client, 100);
	lab_await_unread(lab, pair.server, 100);
	if (lab_fixed(lab)) {
		lab_recv(lab, pair.server, 1024);
		lab_send(lab, pair.server, "200 OK");
		lab_exit(lab, LAB_SERVER, 0);
		lab_recv(lab, pair.client, 1024);
		lab_recv(lab, pair.client, 1024);
		return 0;
	}
	lab_kill(lab, LAB_SERVER, SIGKILL);
	lab_recv(lab, pair.client, 1024);
	return 0;
}

const struct scenario scenario_sigkill_unread = {
	.name = "sigkill_unread",
	.story = { "the server is killed with SIGKILL while 100 bytes are unread",
		   "服务端还有 100 字节未读时被 SIGKILL 杀死" },
	.remedy = { "the server is stopped with SIGTERM, and reads and answers what has come "
		    "before it exits",
		    "改用 SIGTERM 停止服务端，它读完并应答已到的请求再退出" },
	.class = "owner-abort",
	.cause = "process-killed",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
