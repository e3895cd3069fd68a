/* SPDX-License-Identifier: MIT */
/* SO_LINGER {1,0} makes the kernel's close for the dead an abort. */
#include <signal.h>

#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, 0);

	if (!lab_fixed(lab))
		lab_linger(lab, pair.server, true, 0);
	lab_kill(lab, LAB_SERVER, SIGKILL);
	lab_recv(lab, pair.client, 1024);
	return 0;
}

const struct scenario scenario_sigkill_linger0 = {
	.name = "sigkill_linger0",
	.story = { "a server that has set SO_LINGER {1,0} is killed with SIGKILL when nothing is "
		   "unread",
		   "设了 SO_LINGER {1,0} 的服务端被 SIGKILL 杀死，此时没有未读数据" },
	.remedy = { "the server does not set SO_LINGER {1,0}", "服务端不设 SO_LINGER {1,0}" },
	.class = "owner-abort",
	.cause = "process-killed",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
