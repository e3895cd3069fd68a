/* SPDX-License-Identifier: MIT */
/* An idle connection is closed, and `option nolinger` makes a reset of that. */
#include "scenarios/recipes.h"
#include "scenarios/servers.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct server_haproxy haproxy =
		server_haproxy(lab, "http",
			       lab_fixed(lab) ? "timeout http-keep-alive 300ms"
					      : "timeout http-keep-alive 300ms\n\toption nolinger",
			       "");
	struct lab_sock client = lab_socket(lab, LAB_CLIENT, 0), back;

	lab_connect(lab, client, haproxy.server_end);
	lab_send(lab, client, RECIPE_REQUEST);
	back = lab_accept(lab, haproxy.back);
	lab_recv(lab, back, 1024);
	lab_send(lab, back, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
	lab_recv(lab, client, 1024);
	lab_recv(lab, client, 1024);
	return 0;
}

const struct scenario scenario_haproxy_nolinger = {
	.name = "haproxy_nolinger",
	.story = { "HAProxy with `option nolinger` closes an idle connection with a reset",
		   "HAProxy 设了 option nolinger，关闭空闲连接时发的是 RST" },
	.remedy = { "`option nolinger` is removed: it closes with a FIN",
		    "去掉 option nolinger：关闭时发 FIN" },
	.program = "haproxy",
	.class = "owner-abort",
	.cause = "linger-zero",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
