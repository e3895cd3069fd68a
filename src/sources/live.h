/* SPDX-License-Identifier: MIT */
/*
 * The live source: resets of this host, told by the kernel (src/bpf), joined to one piece of
 * evidence a reset, whichever of its traces came first: sent, leaving, arriving, taken.
 *
 * No kernel layout goes out of this folder: what comes out is struct evidence, as the tracker makes
 * it from a capture, with the facts that only a host has.
 *
 * Floor 6.
 */
#ifndef WHYRST_SOURCES_LIVE_H
#define WHYRST_SOURCES_LIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "flow/evidence.h"

#define LIVE_PROBLEM_BYTES 320
#define LIVE_GAPS_MAX 12

struct live;

struct live_source_options {
	bool one_netns;
	uint32_t netns; /* its inode, with one_netns */
	uint32_t pid;	/* only resets of this process; 0: all */
	/* What the kernel can sort out by itself: a port from and to at one end; 0: all. */
	uint16_t first_port, last_port;
	bool has_host;
	struct endpoint host;
	bool light; /* no hooks on every packet */
	bool debug; /* let libbpf speak */
	/* Called for each reset when it is decided, and again within two seconds if more became
	 * known: the same @id, @again set. Valid during the call. */
	void (*emit)(void *context, struct evidence *ev, uint64_t id, bool again);
	void *context;
};

/* What this kernel, or these privileges, cannot give; and what that costs. */
struct live_gap {
	const char *what; /* "header of received resets" */
	const char *en, *zh;
};

struct live_counts {
	uint64_t sent, received, filter, raw, ignored; /* of the kernel's own counts, exact */
	uint64_t lost;				       /* events that found the ring full */
	uint64_t told;				       /* resets handed to emit() */
	uint64_t repeated;			       /* of connections that were reset already */
	uint64_t closings;			       /* connections seen closing */
	uint64_t forgotten; /* connections that the memory had no room for */
	uint64_t missed;    /* runs of a program left out: an interrupt came while it ran */
	uint64_t unjoined;  /* pending resets decided early for want of room */
	uint64_t headless;  /* resets received whose header was not found */
	uint64_t filtered;
};

/* What the kernel counted of one mechanism at one listener, told or not. */
struct live_row {
	bool sent;	  /* else received */
	uint16_t port;	  /* of the listener, or that a refused SYN asked for; 0: neither */
	const char *word; /* the kernel's reason; "" where it gives none */
	uint64_t seen, lost;
};

/*
 * Loads and attaches. Returns 0, or -errno with one line in @problem: -EPERM missing privilege or
 * locked down, -ENOENT no BTF, -EOPNOTSUPP the kernel refused a program.
 */
int live_open(const struct live_source_options *options, struct live **ret_live,
	      char problem[LIVE_PROBLEM_BYTES]);
void live_close(struct live *live);

/* Readable when the kernel has something to tell; -1 while that is left to gather. Ask each time.
 */
int live_fd(const struct live *live);
/* Takes what is there, and decides what is due. Returns milliseconds until the next is due, or -1.
 */
int live_poll(struct live *live);
/* Decides everything that is pending. */
void live_finish(struct live *live);

/* Gaps of evidence; returns how many. */
int live_gaps(const struct live *live, const struct live_gap **ret_gaps);
void live_count(struct live *live, struct live_counts *ret_counts);
/* Resets sent in the network namespace with that inode number, as the programs counted them. */
uint64_t live_sent_in(const struct live *live, uint32_t netns);
/* The rows that lost most to a full ring, at most @max of them; returns how many. */
int live_lost_rows(const struct live *live, struct live_row *ret_rows, int max);
/* Which packets cost something: those whose flags are looked at. */
enum live_packets {
	LIVE_PACKETS_NONE, /* --light */
	LIVE_PACKETS_LEAVING,
	LIVE_PACKETS_ALL, /* the kernel does not tell of what it drops */
};
enum live_packets live_packets(const struct live *live);

#endif
