/* SPDX-License-Identifier: MIT */
/* The queue is full before the SYN comes: it is dropped. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock listener = lab_listen(lab, LAB_SERVER, 0, 0, 0);
	struct endpoint to = lab_at(lab, LAB_SERVER, 0, 0);

	lab_connect(lab, lab_socket(lab, LAB_CLIENT, 0), to);
	lab_await_queue(lab, listener, 1); /* one more than the backlog */
	lab_patience(lab, 1500);
	lab_connect(lab, lab_socket(lab, LAB_CLIENT, 0), to);
	return 0;
}

const struct scenario scenario_accept_overflow_syn_drop = {
	.name = "accept_overflow_syn_drop",
	.story = { "look-alike: the server's accept queue is full, and it leaves further SYNs "
		   "without an answer",
		   "似是而非：服务端的全连接队列已满，新来的 SYN 得不到应答" },
	.why = { "a listener whose accept queue is full drops the SYN and says "
		 "nothing: a reset would tell the client that nobody listens, "
		 "silence makes it try again in a second, when there may be room",
		 "全连接队列已满的监听套接字丢弃 SYN，什么也不回：回 RST 等于说没人"
		 "监听，不回则客户端一秒后会再试，那时也许有位置了" },
	.class = "none",
	.cause = "none",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_SILENT,
	.takes_s = 4,
	.run = run,
};
