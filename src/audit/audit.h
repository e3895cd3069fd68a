/* SPDX-License-Identifier: MIT */
/*
 * What `whyrst audit` knows of a host: two samples of its counters, queues and limits, some seconds
 * apart, for each network namespace, and what lay between them. It is gathered here (sample*.c);
 * what it means stands in the checks (check.h), one file each.
 *
 * Floor 6. One thread.
 */
#ifndef WHYRST_AUDIT_AUDIT_H
#define WHYRST_AUDIT_AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/counters.h"
#include "host/net_stat.h"
#include "host/process.h"
#include "host/reject_rules.h"
#include "host/sock_diag.h"
#include "host/stall.h"

#define AUDIT_SPACES_MAX 256
#define AUDIT_LISTENERS_MAX 4096 /* of one namespace */
#define AUDIT_HALVES_MAX 65536
#define AUDIT_PROCESSES_MAX 1024

enum audit_counter {
#define COUNTER(id, name) COUNTER_##id,
#include "audit/counters.def"
#undef COUNTER
	AUDIT_COUNTERS,
};

/* The queue of a listener, looked at many times between the two samples. */
struct audit_listener {
	struct endpoint local;
	uint64_t cookie;
	uint32_t inode;
	uint32_t pid;	  /* 0: not found */
	uint32_t backlog; /* in force; the kernel lets one more in */
	uint32_t queue;	  /* in the last look */
	uint32_t queue_most;
	int looks;	/* in which it was there */
	int full;	/* of these: no room for one more */
	int waiting;	/* of these: somebody waited */
	int handshakes; /* half-open connections to it in the last sample */
};

/* A connection that one end has closed. */
struct audit_half {
	uint64_t cookie;
	struct endpoint local;
	struct endpoint remote;
	uint32_t inode;
	uint32_t pid;
	uint32_t unread;
	uint32_t expires_ms; /* until its timer ends it; 0: none runs */
	int64_t age_ms;	     /* since the peer last said anything; -1 unknown */
	uint8_t state;	     /* CLOSE_WAIT, FIN_WAIT1, FIN_WAIT2 */
};

struct audit_halves {
	struct audit_half *items; /* by cookie */
	size_t count;
	bool truncated;
};

struct tally; /* tally.h */
struct tally_group;

struct audit_space {
	uint32_t inode;
	int fd;	      /* -1: may not be entered */
	uint32_t pid; /* of a process in it; 0: none */
	bool own;     /* the namespace that this program runs in */
	char name[96];
	int error; /* why it could not be read: -errno */
	uint64_t before[AUDIT_COUNTERS], after[AUDIT_COUNTERS];
	struct sockstat sockstat_before, sockstat;
	struct conntrack_stat conntrack_before, conntrack_after;
	bool has_conntrack;
	struct audit_listener *listeners;
	int listener_count;
	bool listeners_truncated;
	struct audit_halves halves_before, halves_after;
	struct tally *sockets; /* of the last sample; NULL if they could not be read */
	struct reject_rules rules_before, rules_after;
	int64_t forget_s;   /* nf_conntrack_tcp_timeout_established, where a forgotten connection is
			       hurt */
	uint32_t forgotten; /* open connections that have been silent for longer */
};

/* A process that has a listener, or nearly as many descriptors as it may have. */
struct audit_process {
	uint32_t pid;
	uint32_t netns;
	struct program program;
	uint32_t used_before, used, soft, hard; /* descriptors; UINT32_MAX: no limit */
	uint32_t most, least;			/* used, of all looks */
	bool has_socket;
	bool listens;
	struct stall stall_before, stall;
};

struct audit {
	struct audit_space *spaces; /* our own comes first, where it is asked about */
	int space_count;
	int unreadable; /* processes whose namespace may not be seen */
	bool spaces_truncated;
	struct audit_process *processes;
	int process_count;
	int process_seen;
	bool processes_truncated;
	struct softnet softnet_before, softnet;
	int64_t files_before, files, files_limit;
	bool since_boot; /* totals only: `before` is all zero */
	int64_t interval_us;
	int64_t begin_wall_us; /* since the epoch */
	int looks;
	bool host_wide;	  /* no single namespace was asked about */
	int config_files; /* were given to look at, and nothing else was; 0: the host is */
};

struct audit_options {
	int64_t interval_ns;
	bool since_boot;
	bool sockets_only; /* one look at the connections, nothing else */
	int netns_fd;	   /* one namespace only; -1: all that are found */
	uint32_t netns;
	/* Called some times a second; true ends the interval early. May be NULL. */
	bool (*stop)(void *context);
	void *context;
};

/* Takes the samples and waits between them. 0 or -errno; audit_release() in any case. */
int audit_take(struct audit *audit, const struct audit_options *options);
void audit_release(struct audit *audit);

/* Whose one socket of each of the @count groups is: fills their pid. Looks through all processes.
 */
void audit_find_owners(const struct tally_group **groups, int count);

/* --- what checks ask ---------------------------------------------------------------------------
 */

/* How far a counter moved; 0 where the kernel has none of that name. */
uint64_t audit_moved(const struct audit_space *space, enum audit_counter counter);
bool audit_has(const struct audit_space *space, enum audit_counter counter);

/* A setting in that namespace (NULL: of the host). As sysctl_read() and sysctl_numbers(). */
int audit_setting(const struct audit_space *space, const char *name, char *ret_value, size_t bytes);
/* Whether it can be set there: what is of the whole host cannot in another namespace. */
bool audit_can_set(const struct audit_space *space, const char *name);
/* One number, or @otherwise. */
int64_t audit_number(const struct audit_space *space, const char *name, int64_t otherwise);

/* NULL if it was not looked at. */
const struct audit_process *audit_process(const struct audit *audit, uint32_t pid);
const struct audit_half *audit_half_before(const struct audit_space *space, uint64_t cookie);

#endif
