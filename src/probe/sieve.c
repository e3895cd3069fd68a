/* SPDX-License-Identifier: MIT */
#include "probe/sieve.h"

#include <netinet/in.h>
#include <sys/socket.h>

#define MS_NS INT64_C(1000000)
#define SECOND_NS (1000 * MS_NS)
#define TTL_MAX 255
#define TICKS_NS (20 * MS_NS)
/* Two keepalive probes, a second apart, the first up to a second after the last answer. */
#define PROBES_NS (2400 * MS_NS)
/* Retransmissions come 0.2, 0.6, 1.4, 3.0 and 6.2 s after the first packet on a short path. */
#define ABOVE_NS (1200 * MS_NS)
#define AT_NS (3400 * MS_NS)
#define ALL_NS (8000 * MS_NS)
#define LONG_PATH_US 50000

static void set_mesh(struct sieve *sieve, const struct link *link, int mesh)
{
	struct sockaddr_storage own;
	socklen_t length = sizeof(own);

	sieve->mesh = (uint8_t)mesh;
	if (getsockname(link->fd, (struct sockaddr *)&own, &length) < 0)
		return;
	if (own.ss_family == AF_INET6)
		setsockopt(link->fd, IPPROTO_IPV6, IPV6_MINHOPCOUNT, &mesh, sizeof(mesh));
	else
		setsockopt(link->fd, IPPROTO_IP, IP_MINTTL, &mesh, sizeof(mesh));
}

/* Tries the middle of what is left. */
static void halve(struct sieve *sieve, struct link *link, int64_t now_ns)
{
	set_mesh(sieve, link, (sieve->low + sieve->high + 1) / 2);
	sieve->since_ns = now_ns;
	link_keep_alive(link, 1);
}

void sieve_begin(struct sieve *sieve, struct link *link, int64_t now_ns)
{
	*sieve = (struct sieve){ .low = 1, .high = TTL_MAX };
	halve(sieve, link, now_ns);
}

bool sieve_search(struct sieve *sieve, struct link *link, int64_t now_ns)
{
	int64_t tried_ns = now_ns - sieve->since_ns;
	struct link_path path;

	link_ask_path(link, &path);
	/* The kernel counts in jiffies: up to 10 ms each. */
	if (path.last_ack_ms * MS_NS < tried_ns - TICKS_NS)
		sieve->low = sieve->mesh;
	else if (tried_ns > PROBES_NS + 4000 * (int64_t)path.rtt_us)
		sieve->high = (uint8_t)(sieve->mesh - 1);
	else
		return false;
	if (sieve->low < sieve->high) {
		halve(sieve, link, now_ns);
		return false;
	}
	set_mesh(sieve, link, 0);
	link_keep_alive(link, 0);
	return true;
}

void sieve_arm(struct sieve *sieve, struct link *link, int64_t now_ns)
{
	sieve->since_ns = now_ns;
	set_mesh(sieve, link, sieve->low < TTL_MAX ? sieve->low + 1 : sieve->low);
}

bool sieve_widen(struct sieve *sieve, struct link *link, int64_t now_ns)
{
	int64_t waited_ns = now_ns - sieve->since_ns;
	struct link_path path;

	link_ask_path(link, &path);
	if (path.rtt_us > LONG_PATH_US)
		waited_ns = waited_ns * LONG_PATH_US / path.rtt_us;
	if (waited_ns > ALL_NS)
		return false;
	if (waited_ns > AT_NS && sieve->mesh)
		set_mesh(sieve, link, 0);
	else if (waited_ns > ABOVE_NS && sieve->mesh > sieve->low)
		set_mesh(sieve, link, sieve->low);
	return true;
}

void sieve_note_reset(struct sieve *sieve)
{
	sieve->reset = sieve->mesh > sieve->low	   ? SIEVE_HIGHER
		       : sieve->mesh == sieve->low ? SIEVE_SAME
						   : SIEVE_LOWER;
}
