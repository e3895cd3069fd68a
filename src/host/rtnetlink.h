/* SPDX-License-Identifier: MIT */
/*
 * The two questions of rtnetlink(7) that are asked here: which addresses a namespace has, and
 * whether it would take a packet to an address as its own.
 *
 * Floor 5.
 */
#ifndef WHYRST_HOST_RTNETLINK_H
#define WHYRST_HOST_RTNETLINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

struct rtnetlink_address {
	struct endpoint address; /* port 0 */
	bool has_stamp;
	uint32_t stamp; /* when it was added: hundredths of a second since boot */
};

struct rtnetlink_list {
	struct rtnetlink_address *items; /* of the caller */
	size_t limit;
	size_t count;
	bool truncated;	  /* there were more than @limit */
	bool interrupted; /* it changed while the kernel told it: what is here may be neither */
};

/* A socket of the calling thread's namespace, or -errno. */
int rtnetlink_open(void);

/* All addresses of the namespace of @fd, IPv4 and IPv6, after those that are in @list. 0 or -errno.
 */
int rtnetlink_addresses(int fd, struct rtnetlink_list *list);

/* 1 if a packet to @address would be delivered to this namespace itself, 0 if not, or -errno. */
int rtnetlink_is_local(int fd, const struct endpoint *address);

/*
 * Adds what the messages in @bytes (one reply of the kernel) hold to @list. Returns 1 at the end of
 * the list, 0 when more is to come, the kernel's -errno, or -EBADMSG.
 */
int rtnetlink_parse_addresses(const void *messages, size_t bytes, struct rtnetlink_list *list);

#endif
