/* SPDX-License-Identifier: MIT */
/*
 * What a user names as a target, as a host, a port and addresses.
 *
 * Floor 6.
 */
#ifndef WHYRST_PROBE_RESOLVE_H
#define WHYRST_PROBE_RESOLVE_H

#include "probe/protocol.h"

#define RESOLVE_PATH_MAX 2048

/* "host:443", "192.0.2.1:80", "[2001:db8::1]:80", "http://host[:port]/path", "https://...". */
struct resolve_target {
	char host[TARGET_HOST_MAX];
	char path[RESOLVE_PATH_MAX];	 /* "" : none was named */
	const struct protocol *protocol; /* of a URL; NULL: none was named */
	uint16_t port;			 /* 0: none was named */
};

/* 0, or -EINVAL: it is nothing of the kind. */
int resolve_parse(const char *text, struct resolve_target *ret_target);

struct resolve_address {
	struct endpoint endpoint;
	uint32_t interface; /* of a link-local address, by its number; 0: none was named */
};

/*
 * The addresses of @host, of @family (ADDR_NONE: both), each once, in the order that this host
 * prefers. Returns how many there are, of which at most @max are written, or -ENOENT with
 * @ret_problem: why, as the C library says it.
 */
int resolve_addresses(const char *host, uint16_t port, enum addr_family family,
		      struct resolve_address *ret_addresses, int max, const char **ret_problem);

#endif
