/* SPDX-License-Identifier: MIT */
/* Of a reset that read() meets, Java says "Connection reset". */
#include "scenarios/servers.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock listener = lab_listen(lab, LAB_SERVER, 0, 0, 16), server;
	pid_t java = server_java_client(lab, "read");

	server = lab_accept(lab, listener);
	lab_await_unread(lab, server, 7);
	if (lab_fixed(lab))
		lab_recv(lab, server, 1024);
	lab_close(lab, server);
	lab_await_end(lab, java);
	lab_record_output(lab, LAB_CLIENT, "client");
	return 0;
}

const struct scenario scenario_java_reset_in_read = {
	.name = "java_reset_in_read",
	.story = { "a server closes with a request unread while a Java client waits in read()",
		   "Java 客户端正在 read() 中等待，服务端没读请求就关闭" },
	.remedy = { "the server reads what has come before it closes",
		    "服务端读完已到的数据再关闭" },
	.fingerprint = "close_unread",
	.program = "javac",
	.package = "default-jdk-headless",
	.class = "owner-abort",
	.cause = "close-unread",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
