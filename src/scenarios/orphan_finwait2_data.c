/* SPDX-License-Identifier: MIT */
/* With tcp_fin_timeout <= 60 the orphan is a TIME_WAIT mini-socket in FIN_WAIT2 at once. */
#include <netinet/tcp.h>

#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, 0);

	lab_close(lab, pair.server);
	lab_await_remains(lab, LAB_SERVER, pair.server_end, pair.client_end, TCP_FIN_WAIT2);
	lab_idle_ms(lab, 120); /* longer than any request under way */
	lab_send(lab, pair.client, "late request");
	lab_send(lab, pair.client, "again");
	lab_recv(lab, pair.client, 1024);
	return 0;
}

const struct scenario scenario_orphan_finwait2_data = {
	.name = "orphan_finwait2_data",
	.story = { "the server has closed and the client has acknowledged its FIN, then the "
		   "client sends",
		   "服务端已关闭，客户端也确认了它的 FIN，之后客户端又发数据" },
	.class = "no-socket",
	.cause = "write-after-close",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
