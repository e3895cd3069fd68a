/* SPDX-License-Identifier: MIT */
/* More pages in use than tcp_mem's third number: what would become an orphan is aborted. */
#include <sys/socket.h>

#include "scenarios/scenario.h"

static int run(struct lab *lab)
{
	struct lab_pair pair = lab_pair(lab, 0);
	char old[64];

	/* The kernel counts in steps of a megabyte for each processor. */
	lab_set_int(lab, pair.server, SOL_SOCKET, SO_SNDBUFFORCE, 8 << 20);
	lab_fill(lab, pair.server);
	if (!lab_fixed(lab))
		lab_machine_sysctl(lab, "net/ipv4/tcp_mem", "1 2 3", old, sizeof(old));
	lab_close(lab, pair.server);
	if (!lab_fixed(lab))
		lab_machine_sysctl(lab, "net/ipv4/tcp_mem", old, NULL, 0);
	return 0;
}

const struct scenario scenario_tcp_mem_exhausted = {
	.name = "tcp_mem_exhausted",
	.story = { "the machine uses more TCP memory than tcp_mem allows; the server closes a "
		   "connection with unsent bytes, and its kernel resets it",
		   "整机的 TCP 内存超过 tcp_mem 上限，服务端关闭一条还有数据没发完的连接，"
		   "内核直接发 RST" },
	.remedy = { "tcp_mem as large as the work needs: the bytes are delivered first",
		    "把 tcp_mem 调到够用，数据就能先送完" },
	.class = "owner-abort",
	.cause = "memory-pressure",
	.needs = NEED_GUEST,
	.sender = LAB_SERVER,
	.receiver = LAB_CLIENT,
	.shape = SHAPE_ACTIVE,
	.group = GROUP_LOAD,
	.run = run,
};
