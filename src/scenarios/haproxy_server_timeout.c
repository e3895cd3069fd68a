/* SPDX-License-Identifier: MIT */
/* In its log it is "sH": the client gets a 504, the back end a reset. */
#include "scenarios/recipes.h"
#include "scenarios/servers.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct server_haproxy haproxy =
		server_haproxy(lab, "http", lab_fixed(lab) ? "" : "timeout server 300ms", "");
	struct lab_sock client = lab_socket(lab, LAB_CLIENT, 0), back;

	lab_connect(lab, client, haproxy.server_end);
	lab_send(lab, client, RECIPE_REQUEST);
	back = lab_accept(lab, haproxy.back);
	lab_recv(lab, back, 1024);
	if (lab_fixed(lab)) {
		lab_idle_ms(lab, 400);
		lab_send(lab, back, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
	}
	lab_recv(lab, client, 1024);
	if (!lab_fixed(lab))
		lab_recv(lab, back, 1024);
	return 0;
}

const struct scenario scenario_haproxy_server_timeout = {
	.name = "haproxy_server_timeout",
	.story = { "the back end takes longer than HAProxy's `timeout server`: the client gets a "
		   "504, the back end a reset",
		   "后端处理得比 HAProxy 的 timeout server 还久：客户端得到 504，后端得到 RST" },
	.remedy = { "`timeout server` is longer than the slowest answer",
		    "让 timeout server 长于最慢的应答" },
	.program = "haproxy",
	.class = "owner-abort",
	.cause = "linger-zero",
	.sender = LAB_SERVER,
	.receiver = LAB_THIRD,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
