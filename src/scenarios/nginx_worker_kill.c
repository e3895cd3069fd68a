/* SPDX-License-Identifier: MIT */
/* The kernel closes for the dead: a FIN, as nothing was unread. */
#include <signal.h>

#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct recipe_nginx nginx = recipe_nginx(lab, "");

	lab_send(lab, nginx.client, RECIPE_REQUEST);
	lab_recv(lab, nginx.client, 1024);

	lab_signal_process(lab, nginx.worker, SIGKILL);
	recipe_nginx_closed(lab, &nginx);
	if (lab_fixed(lab)) {
		lab_recv(lab, nginx.client, 1024); /* looks: it is the end */
		lab_close(lab, nginx.client);
		nginx.client = lab_socket(lab, LAB_CLIENT, 0);
		lab_connect(lab, nginx.client, nginx.server_end);
	}
	lab_send(lab, nginx.client, RECIPE_REQUEST);
	lab_recv(lab, nginx.client, 1024);
	return 0;
}

const struct scenario scenario_nginx_worker_kill = {
	.name = "nginx_worker_kill",
	.story = { "a worker of nginx is killed with SIGKILL, then the client sends its next "
		   "request",
		   "nginx 的工作进程被 SIGKILL 杀死，随后客户端才发出下一个请求" },
	.remedy = { "the client looks whether its connection has ended before it uses it again, "
		    "and connects anew",
		    "客户端复用连接之前先看它是否已关闭，已关闭就重连" },
	.program = "nginx",
	.class = "no-socket",
	.cause = "process-killed",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
