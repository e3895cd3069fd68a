/* SPDX-License-Identifier: MIT */
/* Lingering close: nginx shuts its half down and reads on until the client closes. */
#include <netinet/tcp.h>

#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct recipe_nginx nginx =
		recipe_nginx(lab, "keepalive_requests 1; lingering_timeout 1s;");

	lab_send(lab, nginx.client, RECIPE_REQUEST RECIPE_REQUEST);
	lab_recv(lab, nginx.client, 1024);
	lab_recv(lab, nginx.client, 1024);
	lab_close(lab, nginx.client);
	lab_await_remains(lab, LAB_SERVER, nginx.server_end, nginx.client_end, TCP_TIME_WAIT);
	return 0;
}

const struct scenario scenario_nginx_pipelined_last = {
	.name = "nginx_pipelined_last",
	.story = { "look-alike: nginx answers the first of two pipelined requests and closes",
		   "似是而非：nginx 只应答两个管线化请求中的第一个就关闭" },
	.why = { "lingering_close: nginx sends its FIN, then reads and throws away "
		 "what comes until the client closes too; close() finds nothing "
		 "unread",
		 "这就是 lingering_close：nginx 先发 FIN，再把到来的数据读掉，直到客"
		 "户端也关闭；close() 时没有未读的数据" },
	.program = "nginx",
	.class = "none",
	.cause = "none",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_SILENT,
	.run = run,
};
