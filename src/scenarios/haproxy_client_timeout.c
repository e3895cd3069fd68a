/* SPDX-License-Identifier: MIT */
/* In its log it is "cD". The FIN came long ago, but the client has not looked. */
#include <netinet/tcp.h>

#include "scenarios/servers.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct server_haproxy haproxy =
		server_haproxy(lab, "tcp", lab_fixed(lab) ? "" : "timeout client 300ms", "");
	struct lab_sock client = lab_socket(lab, LAB_CLIENT, 0), back;

	lab_connect(lab, client, haproxy.server_end);
	back = lab_accept(lab, haproxy.back);
	lab_send(lab, client, "first");
	lab_recv(lab, back, 1024);
	lab_send(lab, back, "answer");
	lab_recv(lab, client, 1024);
	if (lab_fixed(lab)) {
		lab_idle_ms(lab, 400);
	} else {
		lab_recv(lab, back, 1024); /* it asks the back end to end first */
		lab_close(lab, back);
		lab_await_remains(lab, LAB_SERVER, haproxy.server_end, lab_local(lab, client),
				  TCP_FIN_WAIT2);
	}
	lab_idle_ms(lab, 120);
	lab_send(lab, client, "second");
	lab_recv(lab, lab_fixed(lab) ? back : client, 1024);
	return 0;
}

const struct scenario scenario_haproxy_client_timeout = {
	.name = "haproxy_client_timeout",
	.story = { "a client is silent for longer than HAProxy's `timeout client`, then it writes",
		   "客户端沉默得比 HAProxy 的 timeout client 还久，之后才又发数据" },
	.remedy = { "`timeout client` is longer than the client's pauses",
		    "让 timeout client 长于客户端的停顿" },
	.program = "haproxy",
	.class = "no-socket",
	.cause = "write-after-close",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
