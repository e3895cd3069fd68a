/* SPDX-License-Identifier: MIT */
/*
 * Packets held back on their way. A token bucket too small for the frame at its head keeps all that
 * stands behind: nothing is lost, nothing overtakes, and no clock decides when it goes on.
 */
#include <errno.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lab/lab_private.h"

#define PLUG_BYTES 1480
#define PLUG_PROTOCOL 0x88b5 /* IEEE 802: for local experiments; receivers throw it away */
/* Eight bytes a second: the second frame of that size waits for three minutes. */
#define SHUT "rate 64bit burst 1600 limit 4mb"
#define OPEN "rate 10gbit burst 1mb limit 4mb"

/* call->data: the name of the device. */
static long op_plug(struct lab_call *call)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_halen = 6 };
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	static const char plug[PLUG_BYTES];
	long r;

	if (fd < 0)
		return -errno;
	to.sll_protocol = htons(PLUG_PROTOCOL);
	to.sll_ifindex = (int)if_nametoindex((const char *)call->data);
	memset(to.sll_addr, 0xff, 6);
	r = sendto(fd, plug, sizeof(plug), 0, (struct sockaddr *)&to, sizeof(to)) < 0 ? -errno : 0;
	close(fd);
	return r;
}

static void plug(struct lab *lab, enum lab_who host, const char *device)
{
	struct lab_call call = { 0 };
	long r;

	snprintf((char *)call.data, sizeof(call.data), "%s", device);
	r = lab_call(lab, host, op_plug, &call);
	if (r < 0)
		lab_break(lab, "nothing can be held back at %s: %s", device, strerror((int)-r));
}

void lab_hold(struct lab *lab, enum lab_who host, const char *device)
{
	char undo[64];

	snprintf(undo, sizeof(undo), "tc qdisc del dev %s root", device);
	lab_command(lab, host, undo, "tc qdisc replace dev %s root tbf " SHUT, device);
	plug(lab, host, device); /* takes what is in the bucket */
	plug(lab, host, device);
	lab_await_held(lab, host, device, 0);
}

void lab_await_held(struct lab *lab, enum lab_who host, const char *device, unsigned int packets)
{
	const char *const argv[] = { "tc", "-s", "qdisc", "show", "dev", device, "root", NULL };
	int64_t deadline = await_deadline(lab);
	unsigned int held = 0;
	char output[1024];
	const char *backlog;

	while (!lab_broken(lab) && lab_now_ns() < deadline) {
		if (knobs_run(lab, host, argv, NULL, output, sizeof(output)) < 0)
			break;
		backlog = strstr(output, "backlog ");
		backlog = backlog ? strchr(backlog + 8, ' ') : NULL;
		held = backlog ? (unsigned int)strtoul(backlog, NULL, 10) : 0;
		if (held > packets) /* and what holds them */
			return;
		lab_idle_ms(lab, 1);
	}
	lab_break(lab, "%u packets wait at %s, %u are awaited", held ? held - 1 : 0, device,
		  packets);
}

void lab_release(struct lab *lab, enum lab_who host, const char *device)
{
	lab_command(lab, host, NULL, "tc qdisc change dev %s root tbf " OPEN, device);
	plug(lab, host, device); /* the queue looks at its new rate when something comes */
}
