/* SPDX-License-Identifier: MIT */
/* nginx has read all that had come, so that its end is a FIN. */
#include <signal.h>

#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct recipe_nginx nginx = recipe_nginx(lab, "");

	/* In one segment: the answer proves that nginx has read it. */
	lab_send(lab, nginx.client, RECIPE_UPLOAD "xxxxxxxxxxxxxxxx");
	lab_recv(lab, nginx.client, 1024);
	lab_signal_process(lab, nginx.master, lab_fixed(lab) ? SIGQUIT : SIGTERM);
	if (lab_fixed(lab)) {
		lab_send(lab, nginx.client, "more of the upload");
		lab_await_acked(lab, nginx.client);
		lab_close(lab, nginx.client);
		return 0;
	}
	recipe_nginx_closed(lab, &nginx);
	lab_send(lab, nginx.client, "more of the upload");
	lab_recv(lab, nginx.client, 1024);
	return 0;
}

const struct scenario scenario_nginx_stop_inflight = {
	.name = "nginx_stop_inflight",
	.story = { "nginx is stopped with SIGTERM during an upload, then the client goes on "
		   "sending",
		   "上传途中 nginx 被 SIGTERM 停掉，客户端继续发送" },
	.remedy = { "nginx is stopped with SIGQUIT, which lets it end the requests that it has",
		    "改用 SIGQUIT 停 nginx，让它处理完手上的请求" },
	.program = "nginx",
	.class = "no-socket",
	.cause = "write-after-close",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	/* What ended the owner goes before what that did to its sockets: its workers exit. */
	.also = { { "no-socket", "process-exited", LAB_SERVER } },
	.run = run,
};
