/* SPDX-License-Identifier: MIT */
/*
 * Segments of two Linux ends, written as the records of a capture to standard output.
 */
#ifndef WHYRST_TESTS_BENCH_SEGMENT_H
#define WHYRST_TESTS_BENCH_SEGMENT_H

#include <stdbool.h>
#include <stdint.h>

enum {
	FIN = 0x01,
	SYN = 0x02,
	RST = 0x04,
	PSH = 0x08,
	ACK = 0x10,
	MSS = 1448,
};

/* One end of a connection. */
struct end {
	uint8_t ip[4];
	uint16_t port;
	uint16_t id;
	uint32_t seq; /* next to send */
	uint32_t ts_offset;
	uint32_t ts_sent; /* its last timestamp, which the other end echoes */
	uint8_t ttl;
};

/* What was written so far. */
struct writer {
	uint64_t packets;
	uint64_t resets;
	uint64_t bytes;
};

/* The head of a capture file: Ethernet, microseconds. Exits on a write error, as all below do. */
void writer_begin(struct writer *writer);

/* A segment of a live socket: its own id, timestamps, all that it received acknowledged. */
void end_send(struct writer *writer, struct end *from, const struct end *to, uint8_t flags,
	      const uint8_t *payload, uint16_t bytes, int64_t time_ns);

/* A reset made from the segment that it answers alone; @refusal: of a SYN. */
void end_reject(struct writer *writer, const struct end *from, const struct end *to, bool refusal,
		uint32_t seq, int64_t time_ns);

/* Writes a number in network order, returns what comes after. */
uint8_t *put16(uint8_t *at, uint32_t value);
uint8_t *put32(uint8_t *at, uint32_t value);

#endif
