/* SPDX-License-Identifier: MIT */
/* What ss -K does: another process than the owner asks the kernel. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, 0);

	if (lab_fixed(lab)) {
		recipe_end(lab, &pair);
		lab_command(lab, LAB_SERVER, NULL, "ss -K -t 'sport = :%u'", lab_port(lab, 0));
		return 0;
	}
	lab_destroy(lab, LAB_SERVER_2, pair.server);
	lab_recv(lab, pair.server, 1024);
	lab_recv(lab, pair.client, 1024);
	return 0;
}

const struct scenario scenario_ss_kill = {
	.name = "ss_kill",
	.story = { "an administrator destroys a connection of the server from outside, as `ss "
		   "-K` does",
		   "管理员像 ss -K 那样从外部销毁了服务端的一条连接" },
	.remedy = { "the server drains before the administrator runs `ss -K`, which finds nothing "
		    "to destroy",
		    "先让服务端排空，管理员再运行 ss -K，已无连接可销毁" },
	.class = "owner-abort",
	.cause = "socket-destroyed",
	.needs = NEED_DESTROY,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
