/* SPDX-License-Identifier: MIT */
/*
 * The kernel's network counters of one namespace, by name: "TcpOutRsts", "TcpEstabResets" (of
 * /proc/net/snmp), "TcpExtListenOverflows", "TcpExtSyncookiesFailed", "MPTcpExtMPRstTx" (of
 * /proc/net/netstat). They are sums over all processors since the namespace was made.
 *
 * Floor 5. One thread at a time.
 */
#ifndef WHYRST_HOST_COUNTERS_H
#define WHYRST_HOST_COUNTERS_H

#include <stddef.h>
#include <stdint.h>

/* This kernel has no counter of that name. */
#define COUNTER_UNKNOWN UINT64_MAX

/*
 * Values of the @count @names in the namespace with inode number @netns (0: our own). Returns 0 or
 * -errno. Another namespace needs CAP_SYS_ADMIN, or a process in it that we may look at
 * (CAP_SYS_PTRACE).
 */
int counters_read(uint32_t netns, const char *const *names, int count, uint64_t *ret_values);

/*
 * The values that stand in @text (of one of the two files). Leaves alone what does not: set all to
 * COUNTER_UNKNOWN before.
 */
void counters_parse(const char *text, size_t length, const char *const *names, int count,
		    uint64_t *values);

#endif
