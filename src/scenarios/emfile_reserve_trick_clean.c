/* SPDX-License-Identifier: MIT */
/* The reserve descriptor again; the client had said nothing yet and gets a FIN. */
#include <netinet/tcp.h>

#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock listener = lab_listen(lab, LAB_SERVER, 0, 0, 16), server;
	struct lab_sock client = lab_socket(lab, LAB_CLIENT, 0);
	struct lab_sock spare = lab_socket(lab, LAB_SERVER, 0);
	struct endpoint to = lab_at(lab, LAB_SERVER, 0, 0);

	lab_limit_files(lab, LAB_SERVER, 0);
	lab_connect(lab, client, to);
	lab_try_accept(lab, listener);
	lab_close(lab, spare);
	server = lab_accept(lab, listener);
	lab_close(lab, server);
	lab_await_remains(lab, LAB_SERVER, to, lab_local(lab, client), TCP_FIN_WAIT2);
	lab_send(lab, client, "GET /");
	lab_recv(lab, client, 1024);
	return 0;
}

const struct scenario scenario_emfile_reserve_trick_clean = {
	.name = "emfile_reserve_trick_clean",
	.story = { "out of file descriptors, the server accepts with its spare one and closes at "
		   "once; then the client sends",
		   "文件描述符用尽，服务端用预留的那个接受连接后立即关闭，随后客户端才发数据" },
	.class = "no-socket",
	.cause = "fd-exhausted",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.group = GROUP_LOAD,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
