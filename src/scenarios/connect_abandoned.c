/* SPDX-License-Identifier: MIT */
/* Closed in SYN_SENT: nothing is sent, and the SYN-ACK finds nobody. */
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock client = lab_socket(lab, LAB_CLIENT, 0);
	uint64_t resets = lab_counter(lab, LAB_CLIENT, "Tcp.OutRsts");
	struct lab_sock listener = lab_listen(lab, LAB_SERVER, 0, 0, 16);

	lab_rule(lab, LAB_SERVER, "output", "tcp sport %u tcp flags & (syn|ack) == (syn|ack) drop",
		 lab_port(lab, 0));
	lab_connect_start(lab, client, lab_at(lab, LAB_SERVER, 0, 0));
	if (lab_fixed(lab)) {
		lab_unrule(lab, LAB_SERVER);
		lab_await_state(lab, client, 1 /* ESTABLISHED */);
		lab_close(lab, client);
		lab_recv(lab, lab_accept(lab, listener), 1024);
		return 0;
	}
	lab_close(lab, client);
	lab_unrule(lab, LAB_SERVER);
	/* The SYN-ACK is repeated after a second. */
	lab_await_counter(lab, LAB_CLIENT, "Tcp.OutRsts", resets + 1);
	return 0;
}

const struct scenario scenario_connect_abandoned = {
	.name = "connect_abandoned",
	.story = { "the client gives up its connect() before the SYN-ACK arrives",
		   "SYN-ACK 还没到，客户端就放弃了正在进行的 connect()" },
	.remedy = { "the client waits for its connect() longer than one repetition of a lost "
		    "packet takes (3 s or more)",
		    "客户端 connect() 的超时长于一次重传所需的时间（3 秒以上）" },
	.class = "no-socket",
	.cause = "connect-abandoned",
	.needs = NEED_NFT,
	.sender = LAB_CLIENT,
	.receiver = LAB_SERVER,
	.shape = SHAPE_PASSIVE,
	.want = { [LAB_SERVER] = WANT_ANY }, /* only a request is reset, which has no socket */
	.run = run,
};
