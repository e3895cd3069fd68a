/* SPDX-License-Identifier: MIT */
#include "scenarios/flood.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CONNECTS_ONE_CALL 5000 /* a call of a program may not take for ever */

static void put16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

/* RFC 1624: a checksum after one of the words that it covers has changed. */
static uint16_t sum_update(uint16_t sum, uint16_t old, uint16_t new)
{
	uint32_t total = (uint16_t)~sum + (uint32_t)(uint16_t)~old + new;

	while (total >> 16)
		total = (total & 0xffff) + (total >> 16);
	return (uint16_t)~total;
}

/* call->data: the first SYN; call->a: how many; call->b: where its TCP header begins. */
static long op_flood(struct lab_call *call)
{
	bool six = call->to.family == ADDR_IP6;
	int fd = socket(six ? AF_INET6 : AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
	struct sockaddr_in6 to6 = { .sin6_family = AF_INET6 };
	struct sockaddr_in to4 = { .sin_family = AF_INET };
	uint8_t *tcp = call->data + call->b;
	long i, r = 0;

	if (fd < 0)
		return -errno;
	memcpy(&to6.sin6_addr, call->to.ip, 16);
	memcpy(&to4.sin_addr, call->to.ip, 4);
	for (i = 0; i < call->a && r >= 0; i++) {
		uint16_t old = (uint16_t)(tcp[0] << 8 | tcp[1]);
		uint16_t new = (uint16_t)(FLOOD_FIRST_PORT + i);
		uint16_t sum = (uint16_t)(tcp[16] << 8 | tcp[17]);

		put16(tcp, new);
		put16(tcp + 16, sum_update(sum, old, new));
		r = sendto(fd, call->data, call->length, 0,
			   six ? (struct sockaddr *)&to6 : (struct sockaddr *)&to4,
			   six ? sizeof(to6) : sizeof(to4));
		/* The device's queue is full. */
		if (r < 0 && errno == ENOBUFS)
			r = 0;
	}
	r = r < 0 ? -errno : 0;
	close(fd);
	return r;
}

void flood_syns(struct lab *lab, struct endpoint to, unsigned int count)
{
	/* As Linux makes them: MSS, SACK, window scale. */
	struct lab_segment syn = { .flags = TCP_SYN,
				   .seq = 4000,
				   .window = 64240,
				   .ip_id = 1,
				   .options = { 2, 4, 5, 0xb4, 4, 2, 1, 1, 1, 3, 3, 7 },
				   .option_bytes = 12 };
	struct lab_call call = { .to = to, .a = count < FLOOD_MAX ? count : FLOOD_MAX };
	long r;

	syn.from = lab_at(lab, LAB_CLIENT, 0, 0);
	syn.from.port = FLOOD_FIRST_PORT;
	syn.to = to;
	call.length = lab_segment_bytes(&syn, call.data, sizeof(call.data));
	call.b = to.family == ADDR_IP6 ? 40 : 20;
	r = call.length ? lab_call(lab, LAB_CLIENT_2, op_flood, &call) : -EMSGSIZE;
	if (r < 0)
		lab_break(lab, "the flood: %s", strerror((int)-r));
}

void flood_deafen(struct lab *lab)
{
	lab_rule(lab, LAB_CLIENT, "input", "tcp dport %u-%u drop", FLOOD_FIRST_PORT,
		 FLOOD_FIRST_PORT + FLOOD_MAX);
}

/* call->a: how many. */
static long op_connects(struct lab_call *call)
{
	bool six = call->to.family == ADDR_IP6;
	struct sockaddr_in6 to6 = { .sin6_family = AF_INET6, .sin6_port = htons(call->to.port) };
	struct sockaddr_in to4 = { .sin_family = AF_INET, .sin_port = htons(call->to.port) };
	const struct timeval patience = { .tv_sec = 1 };
	long i, refused = 0;

	memcpy(&to6.sin6_addr, call->to.ip, 16);
	memcpy(&to4.sin_addr, call->to.ip, 4);
	for (i = 0; i < call->a; i++) {
		int fd = socket(six ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

		if (fd < 0)
			return -errno;
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
		if (connect(fd, six ? (struct sockaddr *)&to6 : (struct sockaddr *)&to4,
			    six ? sizeof(to6) : sizeof(to4)) < 0)
			refused += errno == ECONNREFUSED;
		close(fd);
	}
	return refused;
}

static long flood_connects(struct lab *lab, struct endpoint to, unsigned int count)
{
	long refused = 0, r = 0;

	while (count && r >= 0 && !lab_broken(lab)) {
		unsigned int part = count < CONNECTS_ONE_CALL ? count : CONNECTS_ONE_CALL;
		struct lab_call call = { .to = to, .a = part };

		r = lab_call(lab, LAB_CLIENT, op_connects, &call);
		refused += r > 0 ? r : 0;
		count -= part;
	}
	lab_record(lab, LAB_CLIENT, "connect=ECONNREFUSED, times", refused);
	return refused;
}

void flood_refused(struct lab *lab, unsigned int count)
{
	struct lab_tally tally;
	uint64_t resets;
	long refused;

	lab_tally(lab, LAB_SERVER);
	resets = lab_counter(lab, LAB_SERVER, "Tcp.OutRsts");
	refused = flood_connects(lab, lab_at(lab, LAB_SERVER, 0, 0), count);
	resets = lab_counter(lab, LAB_SERVER, "Tcp.OutRsts") - resets;
	tally = lab_tally_end(lab, "port-closed");
	if (refused != count || resets < count)
		lab_break(lab, "%ld of %u connects were refused, by %lu resets", refused, count,
			  resets);
	lab_tally_is(lab, &tally, resets);
}
