/* SPDX-License-Identifier: MIT */
/* TCP (RFC 9293 section 3.1). */
#include "wire/walk.h"

enum {
	TCP_HEADER = 20,
	TCP_UP_TO_FLAGS = 14,
	TCP_UP_TO_WINDOW = 16,
	/*
	 * Checksums of segments with more payload are not computed: it would cost more than all
	 * other decoding, and a receiver that drops data for its checksum shows by retransmissions.
	 */
	CHECKSUM_PAYLOAD_MAX = 64,
	REASON_MAX = 1460,
};

/* Sum of 16-bit words as they lie in memory (RFC 1071 section 2: the byte order does not matter).
 */
static uint64_t sum_words(const uint8_t *at, uint32_t bytes)
{
	uint64_t sum = 0;
	uint32_t word;

	for (; bytes >= 4; bytes -= 4, at += 4) {
		memcpy(&word, at, 4);
		sum += word;
	}
	if (bytes) {
		word = 0;
		memcpy(&word, at, bytes);
		sum += word;
	}
	return sum;
}

static uint16_t sum_fold(uint64_t sum)
{
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffffffff) + (sum >> 32);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

static void checksum_verify(const struct walk *walk, struct observation *obs)
{
	uint32_t bytes = walk_length(walk);
	uint64_t pseudo = sum_words(walk->addresses, walk->address_bytes * 2u);
	uint16_t field;

	pseudo += htobe16(IP_PROTOCOL_TCP);
	pseudo += htobe16((uint16_t)bytes);
	memcpy(&field, walk->at + 16, 2);
	if (sum_fold(pseudo + sum_words(walk->at, bytes)) == 0xffff) {
		obs->seen |= SEEN_CHECKSUM;
		return;
	}
	/*
	 * The sum of the pseudo header alone is what the kernel leaves for the device to finish
	 * (CHECKSUM_PARTIAL): captured before that, the checksum is neither good nor bad.
	 */
	if (field == sum_fold(pseudo))
		return;
	obs->seen |= SEEN_CHECKSUM;
	obs->bad_checksum = true;
}

enum packet_result tcp_decode(struct walk *walk)
{
	const uint8_t *tcp = walk->at;
	uint32_t captured = (uint32_t)(walk->end - tcp);
	uint32_t length = captured + walk->beyond;
	struct observation *obs = walk->obs;
	const uint8_t *payload;
	uint32_t header;

	if (captured < TCP_UP_TO_FLAGS)
		return walk_short(walk);
	header = (tcp[12] >> 4) * 4u;
	if (header < TCP_HEADER || header > length)
		return PACKET_UNDECODABLE;
	obs->source.port = load_be16(tcp);
	obs->destination.port = load_be16(tcp + 2);
	obs->seq = load_be32(tcp + 4);
	obs->ack = load_be32(tcp + 8);
	obs->flags = tcp[13];
	obs->payload_bytes = length - header;
	obs->seen |= SEEN_SEQ;
	if (captured >= TCP_UP_TO_WINDOW) {
		obs->window = load_be16(tcp + 14);
		obs->seen |= SEEN_WINDOW;
	}
	if (captured < header) {
		if (captured > TCP_HEADER)
			tcp_options_decode(tcp + TCP_HEADER, walk->end, obs);
		return PACKET_TCP;
	}

	payload = tcp + header;
	obs->seen |= SEEN_OPTIONS;
	if (header > TCP_HEADER)
		tcp_options_decode(tcp + TCP_HEADER, payload, obs);
	if (!walk->beyond && !walk->no_checksum &&
	    (obs->payload_bytes <= CHECKSUM_PAYLOAD_MAX || obs->flags & TCP_RST))
		checksum_verify(walk, obs);
	if (payload < walk->end && walk->hints) {
		payload_decode(payload, walk->end, obs);
		if (obs->flags & TCP_RST) {
			obs->reason = payload;
			obs->reason_bytes =
				(uint16_t)(captured - header > REASON_MAX ? REASON_MAX
									  : captured - header);
		}
	}
	return PACKET_TCP;
}
