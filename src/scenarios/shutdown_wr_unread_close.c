/* SPDX-License-Identifier: MIT */
/* Unread data in FIN_WAIT2; the client has seen EOF already. */
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, 0);

	lab_shutdown(lab, pair.server, SHUT_WR);
	lab_await_state(lab, pair.server, TCP_FIN_WAIT2);
	lab_send(lab, pair.client, "data");
	lab_await_unread(lab, pair.server, 4);
	if (lab_fixed(lab)) {
		lab_recv(lab, pair.client, 1024);
		lab_close(lab, pair.client);
		lab_drain(lab, pair.server);
		lab_close(lab, pair.server);
		return 0;
	}
	lab_close(lab, pair.server);
	lab_recv(lab, pair.client, 1024);
	return 0;
}

const struct scenario scenario_shutdown_wr_unread_close = {
	.name = "shutdown_wr_unread_close",
	.story = { "the server shuts its half down, the client sends once more, and the server "
		   "closes without reading that",
		   "服务端先关闭发送方向，客户端又发了数据，服务端没读就关闭" },
	.remedy = { "the server reads until the client's end before it closes",
		    "服务端读到对端的 FIN 之后再关闭" },
	.class = "owner-abort",
	.cause = "close-unread",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
