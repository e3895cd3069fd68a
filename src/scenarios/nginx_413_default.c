/* SPDX-License-Identifier: MIT */
/* nginx goes on reading what it will not use. */
#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct recipe_nginx nginx = recipe_nginx(lab, "client_max_body_size 1k;");

	lab_send(lab, nginx.client, RECIPE_UPLOAD);
	lab_send_bytes(lab, nginx.client, 1000000);
	lab_recv(lab, nginx.client, 1024);
	lab_patience(lab, 100);
	lab_recv(lab, nginx.client, 1024);
	lab_close(lab, nginx.client);
	return 0;
}

const struct scenario scenario_nginx_413_default = {
	.name = "nginx_413_default",
	.story = { "look-alike: nginx answers 413 and reads the rest of the upload",
		   "似是而非：nginx 回了 413，并读完剩余的上传数据" },
	.why = { "after its answer nginx shuts its half down and reads on for "
		 "lingering_time: nothing is unread when it closes, so the client "
		 "gets the whole 413",
		 "nginx 应答后先关掉自己的发送方向，再在 lingering_time 之内继续读："
		 "关闭时没有未读的数据，客户端能完整收到 413" },
	.program = "nginx",
	.class = "none",
	.cause = "none",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_SILENT,
	.run = run,
};
