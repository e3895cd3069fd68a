/* SPDX-License-Identifier: MIT */
/* Both ends are on one host. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock listener = lab_listen(lab, LAB_SERVER, 0, 0, 16), server;
	struct lab_sock client = lab_socket(lab, LAB_SERVER_2, 0);

	lab_connect(lab, client, lab_loopback(lab, 0));
	server = lab_accept(lab, listener);
	lab_send_bytes(lab, client, 100);
	lab_await_unread(lab, server, 100);
	if (lab_fixed(lab))
		lab_recv(lab, server, 1024);
	lab_close(lab, server);
	lab_recv(lab, client, 1024);
	return 0;
}

const struct scenario scenario_loopback_close_unread = {
	.name = "loopback_close_unread",
	.story = { "over loopback, the server closes while 100 bytes are unread",
		   "走 loopback，服务端还有 100 字节未读就关闭" },
	.remedy = { "the server reads what has come before it closes",
		    "服务端读完已到的数据再关闭" },
	.class = "owner-abort",
	.cause = "close-unread",
	.sender = LAB_SERVER,
	.receiver = LAB_SERVER_2,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
