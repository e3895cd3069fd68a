/* SPDX-License-Identifier: MIT */
/* With tcp_migrate_req=1 the new listener does inherit the queue. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock old = recipe_listen_too(lab, LAB_SERVER), client[3], young;
	unsigned int i;

	if (!recipe_moves_queues())
		return lab_skip(lab, "before 5.14 no queue moves (tcp_migrate_req)");
	lab_sysctl(lab, LAB_SERVER, "net.ipv4.tcp_migrate_req", "1");
	for (i = 0; i < 3; i++) {
		client[i] = lab_socket(lab, LAB_CLIENT, 0);
		lab_connect(lab, client[i], lab_at(lab, LAB_SERVER, 0, 0));
	}
	lab_await_queue(lab, old, 3);
	young = recipe_listen_too(lab, LAB_SERVER_2);
	lab_close(lab, old);
	for (i = 0; i < 3; i++)
		lab_accept(lab, young);
	return 0;
}

const struct scenario scenario_reuseport_close_migrate = {
	.name = "reuseport_close_migrate",
	.story = { "look-alike: of two SO_REUSEPORT listeners one closes, and its queue moves to "
		   "the other",
		   "似是而非：两个 SO_REUSEPORT 监听 socket 关闭其一，队列中的连接迁移到另一个" },
	.why = { "with tcp_migrate_req=1 the connections that wait in the queue of "
		 "a closing listener go to another one of its group; without it the "
		 "kernel resets each of them",
		 "tcp_migrate_req=1 时，正在关闭的监听套接字队列里的连接会移交给同组"
		 "的另一个；不开的话，内核会逐条 RST" },
	.class = "none",
	.cause = "none",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_SILENT,
	.run = run,
};
