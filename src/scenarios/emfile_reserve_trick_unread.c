/* SPDX-License-Identifier: MIT */
/* The reserve descriptor of libuv and nginx: closed to accept one more and drop it. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock listener = lab_listen(lab, LAB_SERVER, 0, 0, 16), server;
	struct lab_sock client = lab_socket(lab, LAB_CLIENT, 0);
	struct lab_sock spare = lab_socket(lab, LAB_SERVER, 0);

	if (!lab_fixed(lab))
		lab_limit_files(lab, LAB_SERVER, 0);
	lab_connect(lab, client, lab_at(lab, LAB_SERVER, 0, 0));
	lab_send(lab, client, "GET /");
	lab_await_acked(lab, client);
	if (lab_fixed(lab)) {
		server = lab_accept(lab, listener);
		lab_recv(lab, server, 1024);
		lab_send(lab, server, "200 OK");
		lab_close(lab, server);
		lab_recv(lab, client, 1024);
		lab_recv(lab, client, 1024);
		return 0;
	}
	lab_try_accept(lab, listener);
	lab_close(lab, spare);
	server = lab_accept(lab, listener);
	lab_close(lab, server);
	lab_recv(lab, client, 1024);
	return 0;
}

const struct scenario scenario_emfile_reserve_trick_unread = {
	.name = "emfile_reserve_trick_unread",
	.story = { "out of file descriptors, the server accepts with its spare one and closes at "
		   "once, with the request unread",
		   "文件描述符用尽，服务端用预留的那个接受连接，不读请求就立即关闭" },
	.remedy = { "LimitNOFILE of the server is above the number of its clients",
		    "让服务端的 LimitNOFILE 大于客户端数" },
	.class = "owner-abort",
	.cause = "fd-exhausted",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.group = GROUP_LOAD,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
