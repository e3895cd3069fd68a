/* SPDX-License-Identifier: MIT */
/* Unread data in CLOSE_WAIT: rcv_nxt - copied_seq counts the FIN too. */
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, 0);

	lab_send_bytes(lab, pair.client, 100);
	lab_shutdown(lab, pair.client, SHUT_WR);
	lab_await_state(lab, pair.server, TCP_CLOSE_WAIT);
	if (lab_fixed(lab))
		lab_recv(lab, pair.server, 1024);
	lab_close(lab, pair.server);
	lab_recv(lab, pair.client, 1024);
	return 0;
}

const struct scenario scenario_close_unread_after_fin = {
	.name = "close_unread_after_fin",
	.story = { "the client sends 100 bytes and its FIN, and the server closes without "
		   "reading them",
		   "客户端发完 100 字节和 FIN，服务端一个字节没读就关闭" },
	.remedy = { "the server reads what has come before it closes",
		    "服务端读完已到的数据再关闭" },
	.class = "owner-abort",
	.cause = "close-unread",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
