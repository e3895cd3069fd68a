/* SPDX-License-Identifier: MIT */
#include "base/anonymize.h"

#include <stdlib.h>
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

/* --- in texts ------------------------------------------------------------------------------------
 */

static void add_name(const struct anonymizer *anonymizer, const char *name, size_t length,
		     struct buf *out)
{
	buf_printf(out, "host-%08x", (unsigned)hash_keyed(anonymizer->key, name, length));
}

void anonymizer_add_peer(struct anonymizer *anonymizer, const char *peer, struct buf *out)
{
	size_t host = strlen(peer);
	const char *colon = strrchr(peer, ':'), *start = peer;
	char text[ENDPOINT_TEXT_MAX];
	struct endpoint endpoint;
	unsigned long port = 0;

	if (peer[0] == '[') {
		start = peer + 1;
		host = strcspn(start, "]");
	} else if (colon && strchr(peer, ':') == colon) {
		host = (size_t)(colon - peer);
	} else {
		colon = NULL;
	}
	if (colon && colon > start + host - 1)
		port = strtoul(colon + 1, NULL, 10);
	if (endpoint_parse_host(start, host, &endpoint) == 0) {
		anonymizer_map(anonymizer, &endpoint);
		endpoint.port = (uint16_t)port;
		if (port)
			endpoint_format(&endpoint, text);
		else
			endpoint_format_host(&endpoint, text);
		buf_add_text(out, text);
		return;
	}
	add_name(anonymizer, start, host, out);
	if (port)
		buf_printf(out, ":%lu", port);
}

/* Without ".conf" and the like: these say what a file is, not whose. */
static size_t core_of(const char *part, size_t length)
{
	static const char *const endings[] = { ".conf", ".cfg", ".xml",	 ".service", ".socket",
					       ".sh",	".d",	".json", ".py",	     ".yaml" };
	size_t before;

	do {
		before = length;
		for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++) {
			size_t bytes = strlen(endings[i]);

			if (length > bytes && !memcmp(part + length - bytes, endings[i], bytes))
				length -= bytes;
		}
	} while (length < before);
	return length;
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* "www.example.com", not "tomcat-9.0", "python3.11" or ".bashrc". */
static bool is_host_name(const char *name, size_t length)
{
	const char *dot = memrchr(name, '.', length);

	if (!dot || dot == name || name + length - dot < 3)
		return false;
	for (const char *at = dot + 1; at < name + length; at++)
		if (!is_letter(*at))
			return false;
	for (const char *at = name; at < dot; at++)
		if (!is_letter(*at) && !strchr("0123456789-._", *at))
			return false;
	return true;
}

static void add_part(struct anonymizer *anonymizer, const char *part, size_t length,
		     struct buf *out)
{
	size_t core = core_of(part, length);
	struct endpoint endpoint;
	char text[ENDPOINT_TEXT_MAX];

	if (endpoint_parse_host(part, core, &endpoint) == 0) {
		anonymizer_map(anonymizer, &endpoint);
		endpoint_format_host(&endpoint, text);
		buf_add_text(out, text);
	} else if (is_host_name(part, core)) {
		add_name(anonymizer, part, core, out);
	} else {
		buf_add(out, part, core);
	}
	buf_add(out, part + core, length - core);
}

void anonymizer_add_path(struct anonymizer *anonymizer, const char *path, struct buf *out)
{
	while (*path) {
		size_t length = strcspn(path, "/:@ ");

		if (length)
			add_part(anonymizer, path, length, out);
		path += length;
		if (*path)
			buf_add_char(out, *path++);
	}
}
