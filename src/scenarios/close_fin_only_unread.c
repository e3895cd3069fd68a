/* SPDX-License-Identifier: MIT */
/* The peer's FIN takes a sequence number, but it is no unread byte. */
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, 0);

	lab_send_bytes(lab, pair.client, 10);
	lab_recv(lab, pair.server, 1024);
	lab_shutdown(lab, pair.client, SHUT_WR);
	lab_await_state(lab, pair.server, TCP_CLOSE_WAIT);
	lab_close(lab, pair.server);
	lab_recv(lab, pair.client, 1024);
	return 0;
}

const struct scenario scenario_close_fin_only_unread = {
	.name = "close_fin_only_unread",
	.story = { "look-alike: the server closes after it has read all data and the client's "
		   "FIN has come",
		   "貌似而非：服务端读完全部数据、也收到对端的 FIN 之后才关闭" },
	.class = "none",
	.cause = "none",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_SILENT,
	.run = run,
};
