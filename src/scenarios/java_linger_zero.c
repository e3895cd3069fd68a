/* SPDX-License-Identifier: MIT */
/* Old advice against TIME_WAIT. */
#include "scenarios/servers.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock listener = lab_listen(lab, LAB_SERVER, 0, 0, 16), server;
	pid_t java = server_java_client(lab, lab_fixed(lab) ? "close" : "linger");

	server = lab_accept(lab, listener);
	lab_recv(lab, server, 1024);
	lab_send(lab, server, "answer");
	lab_recv(lab, server, 1024);
	lab_await_end(lab, java);
	lab_record_output(lab, LAB_CLIENT, "client");
	return 0;
}

const struct scenario scenario_java_linger_zero = {
	.name = "java_linger_zero",
	.story = { "a Java client has called setSoLinger(true, 0) and closes after the answer",
		   "Java 客户端调用过 setSoLinger(true, 0)，收到应答后关闭" },
	.remedy = { "setSoLinger(true, 0) is removed: it closes with a FIN",
		    "去掉 setSoLinger(true, 0)：关闭时发 FIN" },
	.fingerprint = "linger0_close",
	.program = "javac",
	.package = "default-jdk-headless",
	.class = "owner-abort",
	.cause = "linger-zero",
	.sender = LAB_CLIENT,
	.receiver = LAB_SERVER,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
