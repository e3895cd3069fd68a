/* SPDX-License-Identifier: MIT */
/* The connection is kept alive, and so the body has to be read. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct recipe_nginx nginx =
		recipe_nginx(lab, "client_max_body_size 1k; lingering_close off;");

	lab_send(lab, nginx.client, RECIPE_UPLOAD);
	lab_send_bytes(lab, nginx.client, 1000000);
	lab_recv(lab, nginx.client, 1024);
	lab_patience(lab, 100);
	lab_recv(lab, nginx.client, 1024);
	lab_close(lab, nginx.client);
	return 0;
}

const struct scenario scenario_nginx_413_nolinger = {
	.name = "nginx_413_nolinger",
	.story = { "look-alike: nginx answers 413 with lingering_close off, and still reads the "
		   "upload",
		   "似是而非：nginx 关掉 lingering_close 后回 413，仍把上传数据读完" },
	.why = { "the connection is to be used again, so nginx has to read the body "
		 "to its end to find the next request: lingering_close is about "
		 "closing, and nothing is closed here",
		 "连接还要复用，nginx 必须读完请求体才能找到下一个请求："
		 "lingering_close 只管关闭，而这里并没有关闭" },
	.program = "nginx",
	.class = "none",
	.cause = "none",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_SILENT,
	.run = run,
};
