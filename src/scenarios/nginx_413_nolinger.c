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
		   "貌似而非：nginx 关掉 lingering_close 后回 413，仍把上传数据读完" },
	.program = "nginx",
	.class = "none",
	.cause = "none",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_SILENT,
	.run = run,
};
