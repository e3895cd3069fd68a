/* SPDX-License-Identifier: MIT */
/*
 * All network namespaces in which a process runs or that have a name below /run/netns or
 * /run/docker/netns.
 *
 * Floor 5.
 */
#ifndef WHYRST_HOST_NETNS_LIST_H
#define WHYRST_HOST_NETNS_LIST_H

#include <stdbool.h>
#include <stdint.h>

struct netns_item {
	uint32_t inode;
	uint32_t pid;  /* lowest number of a process in it; 0: none */
	int fd;	       /* of the caller to close; -1 where it may not be opened */
	char name[64]; /* as `ip netns` has it; "" without, and of a name that is longer */
};

struct netns_list {
	struct netns_item *items;
	int count;
	int limit;
	int unreadable; /* processes whose namespace we may not see */
	bool truncated; /* there were more than @limit */
};

/* Our own comes first. 0 or -errno; netns_list_release() in any case. */
int netns_list_read(struct netns_list *ret, int limit);
void netns_list_release(struct netns_list *list);

/* Inode number of the namespace of process @pid, 0 if it cannot be known. */
uint32_t netns_of_process(uint32_t pid);

#endif
