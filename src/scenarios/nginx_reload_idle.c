/* SPDX-License-Identifier: MIT */
/* The old worker closes its idle connections and ends. */
#include <signal.h>

#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct recipe_nginx nginx = recipe_nginx(lab, "");

	lab_send(lab, nginx.client, RECIPE_REQUEST);
	lab_recv(lab, nginx.client, 1024);

	lab_signal_process(lab, nginx.master, SIGHUP);
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

const struct scenario scenario_nginx_reload_idle = {
	.name = "nginx_reload_idle",
	.story = { "nginx reloads its configuration and closes idle connections, then the client "
		   "sends its next request",
		   "nginx 重新加载配置并关闭空闲连接，随后客户端才发出下一个请求" },
	.remedy = { "the client looks whether its connection has ended before it uses it again, "
		    "and connects anew",
		    "客户端复用连接之前先看它是否已关闭，已关闭就重连" },
	.program = "nginx",
	.class = "no-socket",
	.cause = "write-after-close",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
