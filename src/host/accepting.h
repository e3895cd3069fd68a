/* SPDX-License-Identifier: MIT */
/*
 * The listeners of one port, and whether their programs accept.
 *
 * The length of an accept queue alone does not tell: a full queue may be refilled as fast as it is
 * emptied. What proves that accept() moves is a queue that was once seen shorter than before, as
 * nothing but accept() takes from it (sk_acceptq_removed() in net/ipv4/inet_connection_sock.c).
 * What proves that it does not: it was full at every look, and no connection came into being in the
 * whole namespace meanwhile (TcpPassiveOpens), so that nobody can have taken a place that became
 * free. In between lies a queue that was always full while connections came into being: then it is
 * looked at as often as it goes.
 *
 * Asking needs no right. Floor 5. One thread at a time.
 */
#ifndef WHYRST_HOST_ACCEPTING_H
#define WHYRST_HOST_ACCEPTING_H

#include "host/sock_diag.h"

#define ACCEPTORS_MAX 65536 /* of one port: addresses times workers */

enum acceptor_moves {
	ACCEPTOR_NOT_WATCHED,
	ACCEPTOR_MOVES, /* accept() took one: proven */
	ACCEPTOR_STUCK, /* it took none: proven */
	ACCEPTOR_FULL,	/* it was full at every look, and neither is proven */
};

struct acceptor {
	struct sock_diag_answer socket; /* as it was last seen */
	uint32_t first_drops;
	uint8_t moves;	     /* enum acceptor_moves */
	bool was_full;	     /* at some look */
	bool was_below_full; /* at some look */
	bool came_later;     /* it was not there at the first look */
};

struct accepting {
	struct acceptor *items;
	size_t count;
	bool truncated;	    /* there are more than ACCEPTORS_MAX */
	bool watched;	    /* accepting_watch() was called */
	uint32_t looks;	    /* of that */
	int64_t watched_ns; /* of that */
	size_t elsewhere;   /* listeners of the port that do not take connections of the target */
	struct endpoint other; /* the first of them */
};

/* Whether no more connections fit (sk_acceptq_is_full()). */
static inline bool acceptor_is_full(const struct sock_diag_answer *socket)
{
	return socket->receive_queue > socket->send_queue;
}

/*
 * The listeners of @target's port; with an address (family not ADDR_NONE) those that the kernel
 * would give a connection to it: the ones at that very address, else those at the wildcard of its
 * family, else for IPv4 those at [::] that take both. 0 or -errno; release in any case.
 */
int accepting_read(int fd, const struct endpoint *target, struct accepting *ret);
void accepting_release(struct accepting *listeners);

/*
 * Looks again and again for @for_ns, in the calling thread's namespace, until all that were full
 * are seen to move. Of the listeners that are left it is known then whether they do. 0 or -errno.
 */
int accepting_watch(int fd, const struct endpoint *target, struct accepting *listeners,
		    int64_t for_ns);

/* --- for tests -----------------------------------------------------------------------------------
 */

/* Which of @list take connections to @target: moves them to the front and sets its count. */
void accepting_choose(const struct endpoint *target, struct sock_diag_list *list,
		      struct accepting *listeners);

/* Takes @list as the next look: what was full, what moved, what came and went. */
void accepting_note(struct accepting *listeners, const struct sock_diag_list *list);

/* The end of the looks. @opened: connections that came into being meanwhile; UINT64_MAX unknown. */
void accepting_conclude(struct accepting *listeners, uint64_t opened);

#endif
