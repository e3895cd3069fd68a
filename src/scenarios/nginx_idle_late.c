/* SPDX-License-Identifier: MIT */
/* The request was never read: it can be repeated. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct recipe_nginx nginx = recipe_nginx(lab, lab_fixed(lab) ? "keepalive_timeout 65s;"
								     : "keepalive_timeout 200ms;");

	lab_send(lab, nginx.client, RECIPE_REQUEST);
	lab_recv(lab, nginx.client, 1024);

	if (lab_fixed(lab))
		lab_idle_ms(lab, 400);
	else
		recipe_nginx_closed(lab, &nginx);
	lab_send(lab, nginx.client, RECIPE_REQUEST);
	lab_recv(lab, nginx.client, 1024);
	return 0;
}

const struct scenario scenario_nginx_idle_late = {
	.name = "nginx_idle_late",
	.story = { "nginx closes an idle connection, then the client sends its next request",
		   "nginx 关闭了空闲连接，随后客户端才发出下一个请求" },
	.remedy = { "keepalive_timeout is longer than the client's pauses",
		    "让 keepalive_timeout 长于客户端的停顿" },
	.program = "nginx",
	.class = "no-socket",
	.cause = "write-after-close",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
