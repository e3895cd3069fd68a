/* SPDX-License-Identifier: MIT */
/* The server waits for a FIN that the client forgot; a SYN in that window is reset. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "scenarios/scenario.h"

/* The next connect() begins with this sequence number. */
static long begin_at(struct lab_call *call)
{
	int on = 1, off = -1, queue = TCP_SEND_QUEUE;
	uint32_t seq = (uint32_t)call->a;

	if (setsockopt(call->fd, IPPROTO_TCP, TCP_REPAIR, &on, sizeof(on)) < 0 ||
	    setsockopt(call->fd, IPPROTO_TCP, TCP_REPAIR_QUEUE, &queue, sizeof(queue)) < 0 ||
	    setsockopt(call->fd, IPPROTO_TCP, TCP_QUEUE_SEQ, &seq, sizeof(seq)) < 0 ||
	    setsockopt(call->fd, IPPROTO_TCP, TCP_REPAIR, &off, sizeof(off)) < 0)
		return -errno;
	return 0;
}

static int run(struct lab *lab)
{
	struct lab_sock listener = lab_listen(lab, LAB_SERVER, 0, 0, 16), server;
	struct lab_sock client = lab_socket(lab, LAB_CLIENT, 0);
	struct endpoint from = lab_at(lab, LAB_CLIENT, 1, 0), to = lab_at(lab, LAB_SERVER, 0, 0);
	struct lab_call call = { 0 };
	uint32_t here, there;

	lab_bind(lab, client, from);
	lab_connect(lab, client, to);
	server = lab_accept(lab, listener);
	lab_seqs(lab, server, &here, &there);
	lab_close(lab, server);
	lab_await_remains(lab, LAB_SERVER, to, from, TCP_FIN_WAIT2);
	lab_forget(lab, client);
	client = lab_socket(lab, LAB_CLIENT, 0);
	if (lab_fixed(lab)) {
		lab_connect(lab, client, to);
		lab_send(lab, client, "hi");
		lab_recv(lab, lab_accept(lab, listener), 1024);
		return 0;
	}
	lab_bind(lab, client, from);
	call.fd = client.fd;
	call.a = (uint32_t)(there + 10);
	lab_call(lab, LAB_CLIENT, begin_at, &call);
	lab_connect(lab, client, to);
	return 0;
}

const struct scenario scenario_finwait2_tw_syn = {
	.name = "finwait2_tw_syn",
	.story = { "the client has forgotten a connection and connects from the same port, while "
		   "the server still has the old one in FIN_WAIT2",
		   "客户端忘了旧连接，又从同一端口发起新连接，而服务端的旧连接还在 FIN_WAIT2" },
	.remedy = { "the client does not bind its source port: the kernel chooses another one",
		    "客户端不绑定固定的源端口，由内核另选一个" },
	.class = "refused",
	.cause = "port-reused",
	.needs = NEED_REPAIR,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_PASSIVE,
	.run = run,
};
