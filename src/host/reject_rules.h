/* SPDX-License-Identifier: MIT */
/*
 * Rules of nftables (and of iptables, where that writes nftables) that answer TCP with a reset, and
 * how often each did. Rules of the old iptables are not seen, nor how often a rule without a
 * counter did it.
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
};

/*
 * Those of the calling thread's namespace. 0, -EPERM without
 * CAP_NET_ADMIN, -EPROTONOSUPPORT without nftables, or another -errno.
 */
int reject_rules_read(struct reject_rules *ret);

/* Adds what the messages of one reply hold. As sock_diag_parse(). */
int reject_rules_parse(const void *messages, size_t bytes, struct reject_rules *rules);

#endif
