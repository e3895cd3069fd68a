/* SPDX-License-Identifier: MIT */
/*
 * Packets for tests, built from the inside out: each step puts a header before what is there. A
 * recipe is a line of such steps: "tcp4 ip4=6 eth=0800" is TCP in IPv4 in Ethernet.
 *
 *	tcp4 tcp6          a segment with timestamps and 100 bytes of payload
 *	ip4=N ip6=N        IP header with protocol N
 *	udp=PORT eth=TYPE  (TYPE in hex)
 *	xHEX               bytes as they are
 */
#ifndef WHYRST_TESTS_PACKET_BUILD_H
#define WHYRST_TESTS_PACKET_BUILD_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PACKET_ROOM 70000

struct packet {
	uint8_t room[PACKET_ROOM];
	uint32_t at; /* the packet is room[at..PACKET_ROOM) */
};

static const uint8_t packet_ip4[8] = { 192, 0, 2, 1, 198, 51, 100, 2 };
static const uint8_t packet_ip6[32] = {
	0x20, 0x01, 0x0d, 0xb8, [15] = 1, [16] = 0x20, 0x01, 0x0d, 0xb8, [31] = 2
};

static inline void packet_start(struct packet *packet)
{
	packet->at = PACKET_ROOM;
}

static inline uint8_t *packet_bytes(struct packet *packet)
{
	return packet->room + packet->at;
}

static inline uint32_t packet_length(const struct packet *packet)
{
	return PACKET_ROOM - packet->at;
}

static inline void packet_put(struct packet *packet, const void *bytes, uint32_t count)
{
	if (count > packet->at)
		abort();
	if (!count)
		return;
	packet->at -= count;
	memcpy(packet_bytes(packet), bytes, count);
}

static inline void packet_put16(struct packet *packet, unsigned int value)
{
	uint8_t bytes[2] = { (uint8_t)(value >> 8), (uint8_t)value };

	packet_put(packet, bytes, 2);
}

static inline void packet_hex(struct packet *packet, const char *hex)
{
	uint8_t bytes[256];
	uint32_t count = 0;
	unsigned int value;

	for (; sscanf(hex, "%2x", &value) == 1 && hex[0] && hex[1]; hex += 2)
		bytes[count++] = (uint8_t)value;
	packet_put(packet, bytes, count);
}

/* RFC 1071 over @count bytes and a start. */
static inline uint16_t packet_sum(uint32_t sum, const uint8_t *bytes, uint32_t count)
{
	uint32_t i;

	for (i = 0; i < count; i++)
		sum += i & 1 ? bytes[i] : (uint32_t)bytes[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

/* A TCP header before what is there as payload, with its checksum. */
static inline void packet_tcp(struct packet *packet, int family, uint8_t flags,
			      const uint8_t *options, uint32_t option_bytes)
{
	uint8_t header[20] = { 0x9c, 0x40, 0x01, 0xbb, 1, 2, 3, 4, 10, 11, 12, 13, 0, 0, 4, 210 };
	const uint8_t *addresses = family == 4 ? packet_ip4 : packet_ip6;
	uint32_t address_bytes = family == 4 ? 8 : 32;
	uint16_t sum;

	packet_put(packet, options, option_bytes);
	header[12] = (uint8_t)((20 + option_bytes) / 4 << 4);
	header[13] = flags;
	packet_put(packet, header, sizeof(header));
	sum = packet_sum(6 + packet_length(packet), addresses, address_bytes);
	sum = packet_sum(sum, packet_bytes(packet), packet_length(packet));
	sum = (uint16_t)~sum;
	packet_bytes(packet)[16] = (uint8_t)(sum >> 8);
	packet_bytes(packet)[17] = (uint8_t)sum;
}

static inline void packet_tcp_usual(struct packet *packet, int family)
{
	static const uint8_t options[12] = { 1,	   1,	 8,    10,   0x11, 0x22,
					     0x33, 0x44, 0xaa, 0xbb, 0xcc, 0xdd };
	uint8_t payload[100];

	memset(payload, 'x', sizeof(payload));
	packet_put(packet, payload, sizeof(payload));
	packet_tcp(packet, family, 0x18, options, sizeof(options));
}

static inline void packet_put_ip4(struct packet *packet, uint8_t protocol)
{
	uint8_t header[20] = { 0x45, 0x10, 0, 0, 0, 77, 0x40, 0, 61, protocol };
	uint32_t total = packet_length(packet) + 20;

	header[2] = (uint8_t)(total >> 8);
	header[3] = (uint8_t)total;
	memcpy(header + 12, packet_ip4, 8);
	packet_put(packet, header, sizeof(header));
}

static inline void packet_put_ip6(struct packet *packet, uint8_t next)
{
	uint8_t header[40] = { 0x61, 0x20, 0, 5, 0, 0, next, 62 };
	uint32_t length = packet_length(packet);

	header[4] = (uint8_t)(length >> 8);
	header[5] = (uint8_t)length;
	memcpy(header + 8, packet_ip6, 32);
	packet_put(packet, header, sizeof(header));
}

static inline void packet_step(struct packet *packet, const char *step)
{
	unsigned int n;

	if (strcmp(step, "tcp4") == 0) {
		packet_tcp_usual(packet, 4);
	} else if (strcmp(step, "tcp6") == 0) {
		packet_tcp_usual(packet, 6);
	} else if (sscanf(step, "ip4=%u", &n) == 1) {
		packet_put_ip4(packet, (uint8_t)n);
	} else if (sscanf(step, "ip6=%u", &n) == 1) {
		packet_put_ip6(packet, (uint8_t)n);
	} else if (sscanf(step, "udp=%u", &n) == 1) {
		packet_put16(packet, 0);
		packet_put16(packet, packet_length(packet) + 6);
		packet_put16(packet, n);
		packet_put16(packet, 5555);
	} else if (sscanf(step, "eth=%x", &n) == 1) {
		packet_put16(packet, n);
		packet_hex(packet, "020000000002020000000001");
	} else if (step[0] == 'x') {
		packet_hex(packet, step + 1);
	} else {
		fprintf(stderr, "no such step: %s\n", step);
		abort();
	}
}

static inline void packet_build(struct packet *packet, const char *recipe)
{
	char line[512], *step, *rest = line;

	packet_start(packet);
	snprintf(line, sizeof(line), "%s", recipe);
	while ((step = strsep(&rest, " ")))
		if (*step)
			packet_step(packet, step);
}

#endif
