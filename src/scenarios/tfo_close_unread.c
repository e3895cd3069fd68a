/* SPDX-License-Identifier: MIT */
/* The child is accepted with the data of the SYN, before the handshake has ended. */
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_sock client = lab_socket(lab, LAB_CLIENT, 0);
	struct lab_sock listener = lab_socket(lab, LAB_SERVER, 0), server;

	/* Without cookies: the first connection has data in its SYN already. */
	lab_sysctl(lab, LAB_SERVER, "net.ipv4.tcp_fastopen", "1543");
	lab_sysctl(lab, LAB_CLIENT, "net.ipv4.tcp_fastopen", "5");
	lab_bind(lab, listener, lab_at(lab, LAB_SERVER, 0, 0));
	lab_set_int(lab, listener, IPPROTO_TCP, TCP_FASTOPEN, 16);
	lab_listen_on(lab, listener, 16);
	lab_rule(lab, LAB_SERVER, "input", "tcp dport %u tcp flags & (syn|ack) == ack drop",
		 lab_port(lab, 0));
	lab_set_int(lab, client, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, 1);
	lab_connect(lab, client, lab_at(lab, LAB_SERVER, 0, 0));
	lab_send(lab, client, "GET /");
	server = lab_accept(lab, listener);

	if (lab_fixed(lab))
		lab_recv(lab, server, 1024);
	lab_close(lab, server);
	lab_recv(lab, client, 1024);
	return 0;
}

const struct scenario scenario_tfo_close_unread = {
	.name = "tfo_close_unread",
	.story = { "the server accepts a TCP Fast Open connection and closes it with the data of "
		   "the SYN unread",
		   "服务端接受了 TCP Fast Open 连接，SYN 中携带的数据没读就关闭" },
	.remedy = { "the server reads what has come before it closes",
		    "服务端读完已到的数据再关闭" },
	.class = "owner-abort",
	.cause = "close-unread",
	.needs = NEED_NFT | NEED_TFO,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ACTIVE,
	.run = run,
};
