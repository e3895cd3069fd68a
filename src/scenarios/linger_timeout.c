/* SPDX-License-Identifier: MIT */
/* l_linger > 0 only makes close() wait. The orphan delivers when the client reads at last. */
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock listener = lab_listen(lab, LAB_SERVER, 0, 0, 16);
	struct lab_sock client = lab_socket(lab, LAB_CLIENT, 0), server;
	struct endpoint here, there;

	lab_set_int(lab, client, SOL_SOCKET, SO_RCVBUF, 4096);
	lab_connect(lab, client, lab_at(lab, LAB_SERVER, 0, 0));
	server = lab_accept(lab, listener);
	here = lab_local(lab, server);
	there = lab_remote(lab, server);
	lab_linger(lab, server, true, 1);
	lab_fill(lab, server);
	lab_close(lab, server);
	lab_drain(lab, client);
	lab_await_remains(lab, LAB_SERVER, here, there, TCP_FIN_WAIT2); /* all is acknowledged */
	return 0;
}

const struct scenario scenario_linger_timeout = {
	.name = "linger_timeout",
	.story = { "look-alike: the server closes with SO_LINGER {1,1} while the client takes no "
		   "more data",
		   "似是而非：客户端暂时不接收，服务端带着 SO_LINGER {1,1} 关闭" },
	.why = { "a linger time above 0 only makes close() wait for the peer; when "
		 "it is over the kernel keeps the socket without an owner and "
		 "delivers the rest, FIN included: only the time 0 aborts",
		 "linger 时间大于 0 只是让 close() 等待对端；时间到了，内核仍会替这"
		 "个没有主人的套接字把剩下的数据连同 FIN 送完：只有时间为 0 才会中止"
		 "连接" },
	.class = "none",
	.cause = "none",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_SILENT,
	.run = run,
};
