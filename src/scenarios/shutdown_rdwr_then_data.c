/* SPDX-License-Identifier: MIT */
/* The socket is open, but it has no reader any more: its owner gets ECONNRESET too. */
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, 0);

	lab_shutdown(lab, pair.server, lab_fixed(lab) ? SHUT_WR : SHUT_RDWR);
	lab_await_state(lab, pair.server, TCP_FIN_WAIT2);
	lab_idle_ms(lab, 200);
	lab_send(lab, pair.client, "data");
	lab_recv(lab, pair.client, 1024);
	if (lab_fixed(lab)) {
		lab_close(lab, pair.client);
		lab_drain(lab, pair.server);
		lab_close(lab, pair.server);
		return 0;
	}
	lab_recv(lab, pair.server, 1024);
	return 0;
}

const struct scenario scenario_shutdown_rdwr_then_data = {
	.name = "shutdown_rdwr_then_data",
	.story = { "the server calls shutdown(SHUT_RDWR) and does not close, then the client "
		   "sends",
		   "服务端调用 shutdown(SHUT_RDWR) 但没有关闭，随后客户端发数据" },
	.remedy = { "the server calls shutdown(SHUT_WR), reads until the client's end, and "
		    "closes then",
		    "服务端改用 shutdown(SHUT_WR)，读到对端的 FIN 之后再关闭" },
	.class = "no-socket",
	.cause = "write-after-close",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
