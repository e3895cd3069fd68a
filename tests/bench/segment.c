/* SPDX-License-Identifier: MIT */
#include "segment.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint8_t *put16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
	return at + 2;
}

uint8_t *put32(uint8_t *at, uint32_t value)
{
	return put16(put16(at, value >> 16), value & 0xffff);
}

static uint32_t sum16(const uint8_t *bytes, size_t count, uint32_t sum)
{
	size_t i;

	for (i = 0; i + 1 < count; i += 2)
		sum += (uint32_t)bytes[i] << 8 | bytes[i + 1];
	if (count & 1)
		sum += (uint32_t)bytes[count - 1] << 8;
	return sum;
}

static uint32_t sum_fold(uint32_t sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return ~sum & 0xffff;
}

struct segment {
	const struct end *from;
	const struct end *to;
	uint32_t seq;
	uint32_t ack;
	uint16_t id;
	uint16_t window;
	uint8_t flags;
	bool bare; /* no options */
	const uint8_t *payload;
	uint16_t payload_bytes;
};

static uint8_t *options_put(uint8_t *at, const struct segment *segment, int64_t time_ns)
{
	uint32_t ms = (uint32_t)(time_ns / 1000000);

	if (segment->flags & SYN) {
		at = put32(at, 0x020405b4);
		at = put32(at, 0x0402080a);
	} else {
		at = put32(at, 0x0101080a);
	}
	at = put32(at, ms + segment->from->ts_offset);
	at = put32(at, segment->flags & ACK ? segment->to->ts_sent : 0);
	return segment->flags & SYN ? put32(at, 0x01030307) : at;
}

static void segment_write(struct writer *writer, const struct segment *segment, int64_t time_ns)
{
	uint8_t frame[16 + 14 + 20 + 60 + 2 * MSS] = { 0 };
	uint8_t *ip = frame + 16 + 14;
	uint8_t *tcp = ip + 20;
	uint8_t *at;
	uint32_t total, tcp_bytes, sum;
	uint32_t seconds = (uint32_t)(time_ns / 1000000000), us = time_ns % 1000000000 / 1000;

	at = put16(tcp, segment->from->port);
	at = put16(at, segment->to->port);
	at = put32(at, segment->seq);
	at = put32(at, segment->ack);
	at = put16(at, 0);
	at = put16(at, segment->window);
	at = put32(at, 0);
	if (!segment->bare)
		at = options_put(at, segment, time_ns);
	tcp[12] = (uint8_t)((at - tcp) / 4 << 4);
	tcp[13] = segment->flags;
	if (segment->payload_bytes)
		memcpy(at, segment->payload, segment->payload_bytes);
	at += segment->payload_bytes;
	tcp_bytes = (uint32_t)(at - tcp);
	total = tcp_bytes + 34;

	memcpy(frame + 16, "\2\0\0\0\0\1\2\0\0\0\0\2\10\0", 14);
	frame[16 + (segment->from->ip[0] == 198 ? 11 : 5)] = 9; /* the servers' link address */
	put16(put32(ip, 0x45000000 | (tcp_bytes + 20)), segment->id);
	ip[6] = 0x40;
	ip[8] = segment->from->ttl;
	ip[9] = 6;
	memcpy(ip + 12, segment->from->ip, 4);
	memcpy(ip + 16, segment->to->ip, 4);
	put16(ip + 10, sum_fold(sum16(ip, 20, 0)));
	sum = sum16(ip + 12, 8, 6 + tcp_bytes);
	put16(tcp + 16, sum_fold(sum16(tcp, tcp_bytes, sum)));

	memcpy(frame, &seconds, 4);
	memcpy(frame + 4, &us, 4);
	memcpy(frame + 8, &total, 4);
	memcpy(frame + 12, &total, 4);
	if (fwrite(frame, 16 + total, 1, stdout) != 1)
		exit(1);
	writer->packets++;
	writer->bytes += 16 + total;
	writer->resets += segment->flags & RST ? 1 : 0;
}

void end_send(struct writer *writer, struct end *from, const struct end *to, uint8_t flags,
	      const uint8_t *payload, uint16_t bytes, int64_t time_ns)
{
	struct segment segment = {
		.from = from,
		.to = to,
		.seq = from->seq,
		.ack = flags & ACK ? to->seq : 0,
		.id = from->id,
		.window = flags & SYN ? 64240 : 502,
		.flags = flags,
		.payload = payload,
		.payload_bytes = bytes,
	};

	if (flags == (SYN | ACK))
		segment.id = 0;
	else
		from->id++;
	segment_write(writer, &segment, time_ns);
	from->ts_sent = (uint32_t)(time_ns / 1000000) + from->ts_offset;
	from->seq += bytes + (flags & (SYN | FIN) ? 1u : 0u);
}

void end_reject(struct writer *writer, const struct end *from, const struct end *to, bool refusal,
		uint32_t seq, int64_t time_ns)
{
	struct segment segment = {
		.from = from,
		.to = to,
		.seq = refusal ? 0 : seq,
		.ack = refusal ? to->seq : 0,
		.flags = refusal ? RST | ACK : RST,
		.bare = true,
	};

	segment_write(writer, &segment, time_ns);
}

void writer_begin(struct writer *writer)
{
	static const struct {
		uint32_t magic;
		uint16_t major, minor;
		uint32_t zone, sigfigs, snap, link;
	} header = { 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1 };

	*writer = (struct writer){ .bytes = sizeof(header) };
	if (fwrite(&header, sizeof(header), 1, stdout) != 1)
		exit(1);
}
