/* SPDX-License-Identifier: MIT */
/*
 * Rules of nftables (and of iptables, where that writes nftables) that answer TCP with a reset, and
 * how often each did; and whether others keep packets from connection tracking. Rules of the old
 * iptables are not seen, nor how often a rule without a counter did it.
 *
 * Floor 5.
 */
#ifndef WHYRST_HOST_REJECT_RULES_H
#define WHYRST_HOST_REJECT_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REJECT_RULES_MAX 64

struct reject_rule {
	char table[64], chain[64];
	char family[8]; /* "ip", "ip6", "inet", "bridge", "netdev" */
	uint64_t handle;
	bool counted;
	uint64_t packets;
};

struct reject_rules {
	struct reject_rule items[REJECT_RULES_MAX];
	int count;
	bool truncated;
	bool untrack; /* a rule leaves packets out of connection tracking (notrack), or tracks them
			 in a zone of their own */
};

/*
 * Those of the calling thread's namespace. 0, -EPERM without
 * CAP_NET_ADMIN, -EPROTONOSUPPORT without nftables, or another -errno.
 */
int reject_rules_read(struct reject_rules *ret);

/* A number that changes with every change of them, for much less than reading them costs. */
int reject_rules_generation(uint32_t *ret);
int reject_rules_generation_parse(const void *message, size_t bytes, uint32_t *ret);

/* Adds what the messages of one reply hold. As sock_diag_parse(). */
int reject_rules_parse(const void *messages, size_t bytes, struct reject_rules *rules);

#endif
