/* SPDX-License-Identifier: MIT */
/*
 * What the kernel says of TCP sockets of one network namespace (sock_diag(7)), and which process
 * holds one (/proc). It tells what is true now: a socket that was reset is gone from here.
 *
 * Asking needs no right. To see whose a socket is takes CAP_SYS_PTRACE for processes of other
 * users.
 *
 * Floor 5. One thread at a time.
 */
#ifndef WHYRST_HOST_SOCK_DIAG_H
#define WHYRST_HOST_SOCK_DIAG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/addr.h"

/* The kernel's own numbers: include/net/tcp_states.h. */
enum sock_diag_state {
	SOCK_DIAG_ESTABLISHED = 1,
	SOCK_DIAG_SYN_SENT = 2,
	SOCK_DIAG_SYN_RECV = 3,
	SOCK_DIAG_FIN_WAIT1 = 4,
	SOCK_DIAG_FIN_WAIT2 = 5,
	SOCK_DIAG_TIME_WAIT = 6,
	SOCK_DIAG_CLOSE = 7,
	SOCK_DIAG_CLOSE_WAIT = 8,
	SOCK_DIAG_LAST_ACK = 9,
	SOCK_DIAG_LISTEN = 10,
	SOCK_DIAG_CLOSING = 11,
	/* Bound to a port and no more. Only asked for, since Linux 6.8; told as CLOSE. */
	SOCK_DIAG_BOUND = 13,
};

/* What the kernel waits for: idiag_timer of inet_sk_diag_fill() in net/ipv4/inet_diag.c. */
enum sock_diag_timer {
	SOCK_DIAG_NO_TIMER = 0,
	SOCK_DIAG_RETRANSMIT = 1,
	SOCK_DIAG_KEEPALIVE = 2, /* SO_KEEPALIVE; also FIN_WAIT2 of an orphan, SYN_RECV */
	SOCK_DIAG_TIME_WAIT_TIMER = 3,
	SOCK_DIAG_ZERO_WINDOW = 4,
};

struct sock_diag_answer {
	struct endpoint local;
	struct endpoint remote;	   /* of a listener: family ADDR_NONE */
	uint64_t cookie;	   /* of this socket and never of another one */
	uint32_t inode;		   /* 0: no program has it (not accepted yet, or orphaned) */
	uint32_t uid;		   /* of its owner; 0 too where there is none */
	uint32_t receive_queue;	   /* unread bytes; of a listener connections that wait */
	uint32_t send_queue;	   /* unacknowledged bytes; of a listener the limit of its queue */
	uint32_t device;	   /* index of the interface that it is bound to; 0: none */
	uint8_t state;		   /* enum sock_diag_state */
	uint8_t retransmits;	   /* of the segment that is not acknowledged, in a row */
	uint8_t timer;		   /* enum sock_diag_timer: which one runs */
	uint32_t expires_ms;	   /* of that timer, from now */
	bool only_ip6;		   /* a listener on an IPv6 address that takes no IPv4 */
	bool has_info;		   /* from struct tcp_info: */
	bool has_bytes;		   /* since Linux 4.1 */
	uint32_t last_sent_ms;	   /* since data were last sent */
	uint32_t last_received_ms; /* since data last came */
	uint32_t last_ack_ms;	   /* since an acknowledgement last came */
	uint32_t total_retransmits;
	uint64_t bytes_acked; /* of what was sent */
	uint64_t bytes_received;
	bool has_drops;
	uint32_t drops; /* of a listener, since Linux 4.7: connections that were dropped at it */
};

/*
 * A socket for the questions below, of the calling thread's namespace: it stays in it. -errno:
 * -EPROTONOSUPPORT without CONFIG_INET_DIAG.
 */
int sock_diag_open(void);

/*
 * The socket @local of the connection with @remote. 0, -ENOENT (there is none, or only a listener),
 * or another -errno. Takes about 10 us, however many sockets there are.
 */
int sock_diag_find(int fd, const struct endpoint *local, const struct endpoint *remote,
		   struct sock_diag_answer *ret);

/* "FIN_WAIT1", "TIME_WAIT": as the kernel spells it; "" for another number. */
const char *sock_diag_state_name(uint8_t state);

struct sock_diag_list {
	struct sock_diag_answer *items; /* of the caller */
	size_t limit;
	size_t count;
	bool truncated;	  /* there were more than @limit */
	bool interrupted; /* it changed while the kernel told it: some may be missing */
};

/* All listeners of IPv4 and IPv6, after those that are in @list. 0 or -errno. */
int sock_diag_listeners(int fd, struct sock_diag_list *list);

/*
 * The same of sockets in @states (bits of 1 << enum sock_diag_state) whose local port is @port (0:
 * any). For listeners alone the kernel looks through its table of listeners and at no connection
 * (inet_diag_dump_icsk()): it takes as long with 400,000 of them as with none. Every other state
 * takes a walk over all connections.
 */
int sock_diag_port(int fd, uint32_t states, uint16_t port, struct sock_diag_list *list);

/*
 * Hands every socket in one of @states (bits of 1 << enum sock_diag_state) to @take, IPv4 first,
 * each as the kernel tells it; with @info what struct tcp_info says, too, which takes twice as
 * long. Returns 0, what @take returned if that is not 0, or -errno. Some 0.5 us a socket.
 * *@ret_interrupted (may be NULL): sockets came or went meanwhile.
 */
int sock_diag_each(int fd, uint32_t states, bool info,
		   int (*take)(void *context, const struct sock_diag_answer *answer), void *context,
		   bool *ret_interrupted);

/*
 * Adds what the messages in @bytes (one reply of the kernel) hold to @list. Returns 1 at the end of
 * the list, 0 when more is to come, the kernel's -errno, or -EBADMSG. With @single one message is
 * all: it ends the list.
 */
int sock_diag_parse(const void *messages, size_t bytes, bool single, struct sock_diag_list *list);

/* --- whose it is
 * ---------------------------------------------------------------------------------- */

struct sock_owner {
	uint32_t inode;	  /* asked for; 0: nothing is asked */
	uint32_t pid;	  /* that has it open; of several the highest number; 0: none was found */
	uint32_t first;	  /* of several the lowest number: who forked the others, until they begin
			     again */
	uint32_t holders; /* how many have it open */
	uint32_t last;	  /* of the search: in which it was found last */
};

/* Where a search that ran out of time goes on. */
struct sock_search {
	uint32_t before_pid; /* 0: from the beginning */
	bool whole;	     /* the last one asked all processes */
};

/*
 * Looks through the descriptors of all processes for the sockets in @owners, which must stand in
 * order of their inodes, and sets `pid` of those that are found. The youngest processes are asked
 * first, as they are the first to go. Ends after @limit_ns and goes on
 * there the next time; also at 32,768 processes, and in one process at 65,536 descriptors. 0 or
 * -errno.
 */
int sock_owners_find(struct sock_owner *owners, size_t count, int64_t limit_ns,
		     struct sock_search *search);

#endif
