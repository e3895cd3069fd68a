/* SPDX-License-Identifier: MIT */
/* A fault of its own, not a signal of somebody else. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, 0);

	lab_send_bytes(lab, pair.client, 100);
	lab_await_unread(lab, pair.server, 100);
	lab_crash(lab, LAB_SERVER);
	lab_recv(lab, pair.client, 1024);
	return 0;
}

const struct scenario scenario_sigsegv_unread = {
	.name = "sigsegv_unread",
	.story = { "the server dies of SIGSEGV while 100 bytes are unread",
		   "服务端还有 100 字节未读时因 SIGSEGV 崩溃" },
	.class = "owner-abort",
	.cause = "process-killed",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
