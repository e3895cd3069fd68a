/* SPDX-License-Identifier: MIT */
/* Above 60 s the orphan stays a full socket: another reason in the kernel, the same segment. */
#include <sys/socket.h>
#include <netinet/tcp.h>

#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair;

	lab_sysctl(lab, LAB_SERVER, "net.ipv4.tcp_fin_timeout", "120");
	pair = lab_pair(lab, 0);
	if (lab_fixed(lab)) {
		lab_shutdown(lab, pair.server, SHUT_WR);
		lab_await_state(lab, pair.server, TCP_FIN_WAIT2);
		lab_send(lab, pair.client, "late request");
		lab_close(lab, pair.client);
		lab_drain(lab, pair.server);
		lab_close(lab, pair.server);
		return 0;
	}
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
	.remedy = { "the server shuts its half down, reads until the client's end, and closes "
		    "then",
		    "服务端先关闭发送方向，读到对端的 FIN 之后再关闭" },
	.class = "no-socket",
	.cause = "write-after-close",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
