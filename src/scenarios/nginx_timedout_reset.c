/* SPDX-License-Identifier: MIT */
/* reset_timedout_connection: nginx sets SO_LINGER {1,0} and closes. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct recipe_nginx nginx = recipe_nginx(
		lab, lab_fixed(lab) ? "client_header_timeout 1s;"
				    : "reset_timedout_connection on; client_header_timeout 1s;");

	lab_send(lab, nginx.client, "GET / HT");
	lab_recv(lab, nginx.client, 1024);
	return 0;
}

const struct scenario scenario_nginx_timedout_reset = {
	.name = "nginx_timedout_reset",
	.story = { "nginx has reset_timedout_connection on and resets a client whose request "
		   "does not come to an end",
		   "nginx 开了 reset_timedout_connection，客户端的请求迟迟发不完，"
		   "nginx 用 RST 断开" },
	.remedy = { "reset_timedout_connection is off: nginx closes with a FIN",
		    "关掉 reset_timedout_connection，nginx 用 FIN 关闭" },
	.program = "nginx",
	.class = "owner-abort",
	.cause = "linger-zero",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
