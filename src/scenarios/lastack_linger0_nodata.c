/* SPDX-License-Identifier: MIT */
/* The kernel counts an abort (TCPAbortOnData) but sends nothing. */
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, 0);

	lab_linger(lab, pair.server, true, 0);
	lab_shutdown(lab, pair.client, SHUT_WR);
	lab_await_state(lab, pair.client, TCP_FIN_WAIT2);
	lab_rule(lab, LAB_CLIENT, "input", "tcp sport %u tcp flags & fin == fin drop",
		 lab_port(lab, 0));
	lab_shutdown(lab, pair.server, SHUT_WR);
	lab_close(lab, pair.server);
	lab_unrule(lab, LAB_CLIENT);
	lab_patience(lab, 300);
	lab_recv(lab, pair.client, 1024);
	return 0;
}

const struct scenario scenario_lastack_linger0_nodata = {
	.name = "lastack_linger0_nodata",
	.story = { "look-alike: in LAST_ACK, with nothing unsent, the server closes with "
		   "SO_LINGER {1,0}",
		   "似是而非：服务端处于 LAST_ACK、数据都已发出，带着 SO_LINGER {1,0} 关闭" },
	.why = { "the server's FIN is out and nothing is unsent, so there is "
		 "nothing left to abort: the kernel raises its counter "
		 "TCPAbortOnData all the same, and frees the socket in silence",
		 "服务端的 FIN 已经发出，也没有未发的数据，没有什么可中止的：内核照"
		 "样给 TCPAbortOnData 计数加一，但只是静静地释放套接字" },
	.class = "none",
	.cause = "none",
	.needs = NEED_NFT,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_SILENT,
	.run = run,
};
