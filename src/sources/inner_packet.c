/* SPDX-License-Identifier: MIT */
#include "sources/inner_packet.h"

#include <string.h>

#include "wire/packet.h"

enum {
	TCP_HEADER = 20,
	PAYLOAD_MAX = 65000, /* the length fields hold no more */
};

static void store_be16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void store_be32(uint8_t *at, uint32_t value)
{
	store_be16(at, value >> 16);
	store_be16(at + 2, value);
}

static uint8_t *make_ip6(const struct observation *obs, uint32_t length, uint8_t *packet)
{
	packet[0] = (uint8_t)(0x60 | obs->tos >> 4);
	packet[1] = (uint8_t)(obs->tos << 4);
	store_be16(packet + 4, length);
	packet[6] = 6;
	packet[7] = obs->ttl;
	memcpy(packet + 8, obs->source.ip, 16);
	memcpy(packet + 24, obs->destination.ip, 16);
	return packet + 40;
}

static uint8_t *make_ip4(const struct observation *obs, uint32_t length, uint8_t *packet)
{
	packet[0] = 0x45;
	packet[1] = obs->tos;
	store_be16(packet + 2, length + 20);
	store_be16(packet + 4, obs->ip_id);
	packet[6] = obs->dont_fragment ? 0x40 : 0;
	packet[8] = obs->ttl;
	packet[9] = 6;
	memcpy(packet + 12, obs->source.ip, 4);
	memcpy(packet + 16, obs->destination.ip, 4);
	return packet + 20;
}

void inner_packet_make(const struct observation *obs, uint8_t bytes[INNER_PACKET_MAX],
		       struct filter_packet *ret_packet)
{
	uint32_t payload = obs->payload_bytes > PAYLOAD_MAX ? PAYLOAD_MAX : obs->payload_bytes;
	uint8_t *tcp;

	memset(bytes, 0, INNER_PACKET_MAX);
	if (obs->source.family == ADDR_IP6)
		tcp = make_ip6(obs, TCP_HEADER + payload, bytes);
	else
		tcp = make_ip4(obs, TCP_HEADER + payload, bytes);
	store_be16(tcp, obs->source.port);
	store_be16(tcp + 2, obs->destination.port);
	store_be32(tcp + 4, obs->seq);
	store_be32(tcp + 8, obs->ack);
	tcp[12] = TCP_HEADER / 4 << 4;
	tcp[13] = obs->flags;
	store_be16(tcp + 14, obs->window);
	*ret_packet = (struct filter_packet){ .bytes = bytes, .link = LINK_RAW };
	ret_packet->captured = (uint32_t)(tcp + TCP_HEADER - bytes);
	ret_packet->length = ret_packet->captured + payload;
}
