/* SPDX-License-Identifier: MIT */
/* Nothing was unread: a FIN, and the reset comes with the next write. */
#include <sys/socket.h>
#include <netinet/tcp.h>
#include <signal.h>

#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, 0);

	lab_send_bytes(lab, pair.client, 100);
	lab_recv(lab, pair.server, 1024);
	if (lab_fixed(lab)) {
		lab_shutdown(lab, pair.server, SHUT_WR);
		lab_send(lab, pair.client, "y");
		lab_recv(lab, pair.client, 1024);
		lab_close(lab, pair.client);
		lab_drain(lab, pair.server);
		lab_exit(lab, LAB_SERVER, 0);
		return 0;
	}
	lab_kill(lab, LAB_SERVER, SIGKILL);
	lab_await_remains(lab, LAB_SERVER_2, pair.server_end, pair.client_end, TCP_FIN_WAIT2);
	lab_send(lab, pair.client, "y");
	lab_await_state(lab, pair.client, TCP_CLOSE);
	lab_send(lab, pair.client, "y");
	lab_recv(lab, pair.client, 1024);
	return 0;
}

const struct scenario scenario_sigkill_clean_peer_writes = {
	.name = "sigkill_clean_peer_writes",
	.story = { "the server is killed with SIGKILL when nothing is unread, then the client "
		   "writes",
		   "服务端被 SIGKILL 杀死，此时没有未读数据，随后客户端发数据" },
	.remedy = { "the server is stopped with SIGTERM, shuts its half down and reads until the "
		    "client's end before it exits",
		    "改用 SIGTERM 停止服务端，它先关闭发送方向，读到对端的 FIN 之后再退出" },
	.class = "no-socket",
	.cause = "process-killed",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
