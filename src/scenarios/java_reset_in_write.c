/* SPDX-License-Identifier: MIT */
/* Of one that write() meets first, it passes on what the system says: "Connection reset by peer",
 * and then "Broken pipe". */
#include <sys/socket.h>

#include "scenarios/servers.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock listener = lab_listen(lab, LAB_SERVER, 0, 0, 16), server;
	pid_t java = server_java_client(lab, "write");
	struct endpoint client_end, server_end;

	server = lab_accept(lab, listener);
	client_end = lab_remote(lab, server);
	server_end = lab_local(lab, server);
	lab_recv(lab, server, 1024);
	if (lab_fixed(lab)) {
		lab_shutdown(lab, server, SHUT_WR);
	} else {
		lab_linger(lab, server, true, 0);
		lab_close(lab, server);
		lab_await_remains(lab, LAB_CLIENT, client_end, server_end, 0);
	}
	lab_file(lab, "go", "%s", "");
	if (lab_fixed(lab)) {
		lab_drain(lab, server);
		lab_close(lab, server);
	}
	lab_await_end(lab, java);
	lab_record_output(lab, LAB_CLIENT, "client");
	return 0;
}

const struct scenario scenario_java_reset_in_write = {
	.name = "java_reset_in_write",
	.story = { "a server aborts a connection, then a Java client writes into it, and reads",
		   "服务端中止连接之后，Java 客户端又去写，再去读" },
	.remedy = { "the server does not abort: it shuts its half down, reads until the client's "
		    "end, and closes then",
		    "服务端不中止连接：先关闭发送方向，读到对端的 FIN 之后再关闭" },
	.fingerprint = "linger0_close",
	.program = "javac",
	.package = "default-jdk-headless",
	.class = "owner-abort",
	.cause = "linger-zero",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
