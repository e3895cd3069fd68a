/* SPDX-License-Identifier: MIT */
/* nginx had read both requests into its buffer: nothing is unread to the kernel. */
#include <netinet/tcp.h>

#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct recipe_nginx nginx = recipe_nginx(lab, "keepalive_requests 1; lingering_close off;");

	lab_send(lab, nginx.client, RECIPE_REQUEST RECIPE_REQUEST);
	lab_recv(lab, nginx.client, 1024);
	lab_recv(lab, nginx.client, 1024);
	lab_close(lab, nginx.client);
	lab_await_remains(lab, LAB_SERVER, nginx.server_end, nginx.client_end, TCP_TIME_WAIT);
	return 0;
}

const struct scenario scenario_nginx_pipelined_last_nolinger = {
	.name = "nginx_pipelined_last_nolinger",
	.story = { "look-alike: nginx, with lingering_close off, answers the first of two "
		   "pipelined requests and closes",
		   "似是而非：nginx 关掉 lingering_close，只应答两个管线化请求中的第一个就关闭" },
	.why = { "both requests came in one read, so the second one lies in nginx' "
		 "own buffer: the kernel's receive queue is empty, and close() "
		 "sends a FIN; the second request is lost without a word",
		 "两个请求一次就读了进来，第二个留在 nginx 自己的缓冲区里：内核接收"
		 "队列是空的，close() 发的是 FIN；第二个请求就这样无声无息地丢了" },
	.program = "nginx",
	.class = "none",
	.cause = "none",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_SILENT,
	.run = run,
};
