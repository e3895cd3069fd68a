/* SPDX-License-Identifier: MIT */
/*
 * Addresses: one fixed-size value for IPv4 and IPv6, so that keys compare with memcmp.
 *
 * Floor 0. No allocation, no I/O.
 */
#ifndef WHYRST_BASE_ADDR_H
#define WHYRST_BASE_ADDR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum addr_family {
	ADDR_NONE = 0,
	ADDR_IP4 = 4,
	ADDR_IP6 = 6,
};

/* One end of a connection. IPv4 uses ip[0..3], the rest is zero. All padding bytes are zero. */
struct endpoint {
	uint8_t ip[16];
	uint16_t port;	/* host byte order */
	uint8_t family; /* enum addr_family */
	uint8_t pad;
};

/* Longest text of an endpoint: "[" 45 "]:65535" and NUL. */
#define ENDPOINT_TEXT_MAX 64

static inline bool endpoint_same(const struct endpoint *a, const struct endpoint *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static inline bool endpoint_same_host(const struct endpoint *a, const struct endpoint *b)
{
	return a->family == b->family && memcmp(a->ip, b->ip, sizeof(a->ip)) == 0;
}

/* 0.0.0.0, [::], or no address. */
static inline bool endpoint_is_wildcard(const struct endpoint *endpoint)
{
	static const uint8_t zero[16];

	return !memcmp(endpoint->ip, zero, sizeof(zero));
}

/* Order for canonical flow keys: <0, 0, >0. */
static inline int endpoint_compare(const struct endpoint *a, const struct endpoint *b)
{
	return memcmp(a, b, sizeof(*a));
}

/*
 * Writes "192.0.2.1:80" or "[2001:db8::1]:80" (RFC 5952) into @text, always NUL-terminated.
 * Returns its length.
 */
size_t endpoint_format(const struct endpoint *endpoint, char text[ENDPOINT_TEXT_MAX]);

/* As above without port and brackets. */
size_t endpoint_format_host(const struct endpoint *endpoint, char text[ENDPOINT_TEXT_MAX]);

/*
 * Parses an address without port ("192.0.2.1", "2001:db8::1") of @length bytes into @ret_endpoint
 * (port 0). Returns 0 or -EINVAL.
 */
int endpoint_parse_host(const char *text, size_t length, struct endpoint *ret_endpoint);

#endif
