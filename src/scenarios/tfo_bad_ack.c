/* SPDX-License-Identifier: MIT */
/* The connection survives: the reset is for the bad segment only, and the client ignores it. */
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "scenarios/recipes.h"
#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock client = lab_socket(lab, LAB_CLIENT, 0);
	struct lab_sock listener = lab_socket(lab, LAB_SERVER, 0), server;
	struct lab_segment ack = { .flags = TCP_ACK, .window = 1024, .ip_id = 1 };

	/* Without cookies: the first connection has data in its SYN already. */
	lab_sysctl(lab, LAB_SERVER, "net.ipv4.tcp_fastopen", "1543");
	lab_sysctl(lab, LAB_CLIENT, "net.ipv4.tcp_fastopen", "5");
	lab_bind(lab, listener, lab_at(lab, LAB_SERVER, 0, 0));
	lab_set_int(lab, listener, IPPROTO_TCP, TCP_FASTOPEN, 16);
	lab_listen_on(lab, listener, 16);
	lab_rule(lab, LAB_SERVER, "input",
		 "tcp dport %u tcp flags & (syn|ack) == ack tcp window != 1024 drop",
		 lab_port(lab, 0));
	lab_set_int(lab, client, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, 1);
	lab_connect(lab, client, lab_at(lab, LAB_SERVER, 0, 0));
	lab_send(lab, client, "GET /");
	server = lab_accept(lab, listener);

	lab_seqs(lab, client, &ack.seq, &ack.ack);
	ack.ack += 99999;
	ack.from = lab_local(lab, client);
	ack.to = lab_at(lab, LAB_SERVER, 0, 0);
	recipe_provoke(lab, LAB_CLIENT, &ack, LAB_SERVER);
	lab_recv(lab, server, 1024);
	return 0;
}

const struct scenario scenario_tfo_bad_ack = {
	.name = "tfo_bad_ack",
	.story = { "an ACK with a wrong number comes to a connection that TCP Fast Open made "
		   "before the handshake has ended",
		   "TCP Fast Open 的连接已被接受、握手尚未完成时，收到一个确认号错误的 ACK" },
	.class = "no-socket",
	.cause = "handshake-mismatch",
	.needs = NEED_NFT | NEED_TFO | NEED_REPAIR,
	.sender = LAB_SERVER,
	.receiver = LAB_NOBODY,
	.group = GROUP_NETWORK,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
