/* SPDX-License-Identifier: MIT */
/* What came out of order is not unread: a FIN, and the reset when the hole is filled. */
#include <netinet/tcp.h>

#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, 0);
	struct lab_segment later = { .flags = TCP_PSH | TCP_ACK,
				     .window = 512,
				     .payload = "later" };
	uint64_t early = lab_counter(lab, LAB_SERVER, "TcpExt.TCPOFOQueue");

	lab_seqs(lab, pair.server, &later.ack, &later.seq);
	later.from = pair.client_end;
	later.to = pair.server_end;
	later.seq += 10;
	lab_inject(lab, LAB_CLIENT, &later);
	lab_await_counter(lab, LAB_SERVER, "TcpExt.TCPOFOQueue", early + 1);
	lab_close(lab, pair.server);
	lab_await_remains(lab, LAB_SERVER, pair.server_end, pair.client_end, TCP_FIN_WAIT2);
	lab_idle_ms(lab, 200);
	lab_send(lab, pair.client, "0123456789");
	lab_recv(lab, pair.client, 1024);
	lab_recv(lab, pair.client, 1024);
	return 0;
}

const struct scenario scenario_close_ofo_only = {
	.name = "close_ofo_only",
	.story = { "the server closes when only data after a gap has come; then the client fills "
		   "the gap",
		   "服务端只收到缺口之后的乱序数据就关闭，随后客户端补上缺口" },
	.class = "no-socket",
	.cause = "write-after-close",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
