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
		   "似是而非：服务端读完全部数据、也收到对端的 FIN 之后才关闭" },
	.why = { "close() aborts only if received bytes are unread; a FIN takes a "
		 "sequence number but is no byte to read, so the kernel ends the "
		 "connection with its own FIN",
		 "只有收到的数据没读完时 close() 才会中止连接；FIN 虽占一个序号，却"
		 "不是要读的字节，所以内核照常用自己的 FIN 结束连接" },
	.class = "none",
	.cause = "none",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_SILENT,
	.run = run,
};
