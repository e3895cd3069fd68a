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
	if (lab_fixed(lab)) {
		lab_shutdown(lab, pair.server, SHUT_WR);
		lab_await_state(lab, pair.server, TCP_FIN_WAIT2);
		lab_send(lab, pair.client, "0123456789later");
		lab_close(lab, pair.client);
		lab_drain(lab, pair.server);
		lab_close(lab, pair.server);
		return 0;
	}
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
	.remedy = { "the server shuts its half down, reads until the client's end, and closes then",
		    "服务端先关闭发送方向，读到对端的 FIN 之后再关闭" },
	.class = "no-socket",
	.cause = "write-after-close",
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
