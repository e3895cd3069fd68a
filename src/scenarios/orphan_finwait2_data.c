/* SPDX-License-Identifier: MIT */
/* With tcp_fin_timeout <= 60 the orphan is a TIME_WAIT mini-socket in FIN_WAIT2 at once. */
#include <sys/socket.h>
#include <netinet/tcp.h>

#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, 0);

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
