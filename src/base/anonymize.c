/* SPDX-License-Identifier: MIT */
#include "base/anonymize.h"

#include <string.h>

#include "base/hash.h"

void anonymizer_init(struct anonymizer *anonymizer, const uint64_t key[2])
{
	memset(anonymizer, 0, sizeof(*anonymizer));
	anonymizer->key[0] = key[0];
	anonymizer->key[1] = key[1];
}

/*
 * Bit n of the result is bit n of the address, flipped or not as the key decides from the n bits
 * before it: one to one, and prefixes stay prefixes.
 */
static void map_bits(const uint64_t key[2], uint8_t family, const uint8_t *ip, uint8_t *ret_ip,
		     unsigned int bits)
{
	struct {
		uint8_t prefix[16];
		uint8_t length;
		uint8_t family;
	} input = { .family = family };

	for (unsigned int n = 0; n < bits; n++) {
		uint8_t mask = (uint8_t)(0x80 >> n % 8);
		bool flip;

		input.length = (uint8_t)n;
		flip = hash_keyed(key, &input, sizeof(input)) >> 63;
		if ((ip[n / 8] & mask) != 0) {
			input.prefix[n / 8] |= mask;
			ret_ip[n / 8] |= flip ? 0 : mask;
		} else if (flip) {
			ret_ip[n / 8] |= mask;
		}
	}
}

void anonymizer_map(struct anonymizer *anonymizer, struct endpoint *endpoint)
{
	struct endpoint from = *endpoint;
	struct endpoint *to;
	size_t at;

	if (endpoint->family != ADDR_IP4 && endpoint->family != ADDR_IP6)
		return;
	from.port = 0;
	at = hash_keyed(anonymizer->key, &from, sizeof(from)) % ANONYMIZE_CACHE;
	to = &anonymizer->to[at];
	if (!endpoint_same(&anonymizer->from[at], &from)) {
		anonymizer->from[at] = from;
		*to = (struct endpoint){ .family = from.family };
		map_bits(anonymizer->key, from.family, from.ip, to->ip,
			 from.family == ADDR_IP4 ? 32 : 128);
	}
	memcpy(endpoint->ip, to->ip, sizeof(endpoint->ip));
}
