/* SPDX-License-Identifier: MIT */
/* Closed connections whose bytes a stuck client does not take are orphans; one too many is aborted
 * in close() itself. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "scenarios/scenario.h"

#define ORPHANS 8

/* A connection of which the server has unsent bytes, because the client does not read. */
static struct lab_sock stuck(struct lab *lab, struct lab_sock listener)
{
	struct lab_sock client = lab_socket(lab, LAB_CLIENT, 0), server;

	lab_set_int(lab, client, SOL_SOCKET, SO_RCVBUF, 4096);
	lab_connect(lab, client, lab_at(lab, LAB_SERVER, 0, 0));
	server = lab_accept(lab, listener);
	lab_set_int(lab, server, SOL_SOCKET, SO_SNDBUF, 16384);
	lab_fill(lab, server);
	return server;
}

static int run(struct lab *lab)
{
	struct lab_sock listener = lab_listen(lab, LAB_SERVER, 0, 0, 16), last;
	unsigned int i, tries;
	char old[64];

	for (i = 0; i < ORPHANS; i++)
		lab_close(lab, stuck(lab, listener));
	last = stuck(lab, listener);
	for (tries = 0; lab_orphans() < ORPHANS && tries < 200; tries++)
		lab_idle_ms(lab, 10);
	if (!lab_fixed(lab))
		lab_machine_sysctl(lab, "net/ipv4/tcp_max_orphans", "4", old, sizeof(old));
	lab_close(lab, last);
	if (!lab_fixed(lab))
		lab_machine_sysctl(lab, "net/ipv4/tcp_max_orphans", old, NULL, 0);
	return 0;
}

const struct scenario scenario_orphans_too_many = {
	.name = "orphans_too_many",
	.story = { "clients do not read, the server closes: its orphans are more than "
		   "tcp_max_orphans allows, and close() of one more resets it",
		   "客户端不读数据，服务端关闭后留下的孤儿连接超过 "
		   "tcp_max_orphans，再关闭一条时 close() 直接发 RST" },
	.remedy = { "tcp_max_orphans above the number of orphans: the kernel goes on delivering",
		    "tcp_max_orphans 高于孤儿数量，内核会继续把数据送完" },
	.class = "owner-abort",
	.cause = "memory-pressure",
	.needs = NEED_GUEST,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ACTIVE,
	.group = GROUP_LOAD,
	.run = run,
};
