/* SPDX-License-Identifier: MIT */
/* The client's own timeout is shorter than the network's patience. */
#include <netinet/tcp.h>

#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock client = lab_socket(lab, LAB_CLIENT, 0);
	uint64_t resets = lab_counter(lab, LAB_CLIENT, "Tcp.OutRsts");

	lab_listen(lab, LAB_SERVER, 0, 0, 16);
	lab_rule(lab, LAB_SERVER, "output", "tcp sport %u tcp flags & (syn|ack) == (syn|ack) drop",
		 lab_port(lab, 0));
	if (lab_fixed(lab)) {
		lab_connect_start(lab, client, lab_at(lab, LAB_SERVER, 0, 0));
		lab_idle_ms(lab, 300);
		lab_unrule(lab, LAB_SERVER);
		lab_patience(lab, 4000);
		lab_await_state(lab, client, TCP_ESTABLISHED);
		return 0;
	}
	lab_patience(lab, 300);
	lab_connect(lab, client, lab_at(lab, LAB_SERVER, 0, 0));
	lab_close(lab, client);
	lab_unrule(lab, LAB_SERVER);
	/* The SYN-ACK is repeated after a second. */
	lab_await_counter(lab, LAB_CLIENT, "Tcp.OutRsts", resets + 1);
	return 0;
}

const struct scenario scenario_connect_timeout_late_synack = {
	.name = "connect_timeout_late_synack",
	.story = { "the client's connect() times out after 300 ms and it closes; then the "
		   "SYN-ACK arrives",
		   "客户端的 connect() 300 毫秒后超时并关闭，之后 SYN-ACK 才到" },
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
