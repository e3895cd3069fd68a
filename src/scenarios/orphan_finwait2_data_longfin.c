/* SPDX-License-Identifier: MIT */
/* Above 60 s the orphan stays a full socket: another reason in the kernel, the same segment. */
#include <netinet/tcp.h>

#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair;

	lab_sysctl(lab, LAB_SERVER, "net.ipv4.tcp_fin_timeout", "120");
	pair = lab_pair(lab, 0);
	lab_close(lab, pair.server);
	lab_await_remains(lab, LAB_SERVER, pair.server_end, pair.client_end, TCP_FIN_WAIT2);
	lab_idle_ms(lab, 200);
	lab_send(lab, pair.client, "late request");
	lab_recv(lab, pair.client, 1024);
	return 0;
}

const struct scenario scenario_orphan_finwait2_data_longfin = {
	.name = "orphan_finwait2_data_longfin",
	.story = { "with tcp_fin_timeout=120 the server has closed and the client has "
		   "acknowledged its FIN, then the client sends",
		   "tcp_fin_timeout=120，服务端已关闭，客户端也确认了它的 "
		   "FIN，之后客户端又发数据" },
	.class = "no-socket",
	.cause = "write-after-close",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
