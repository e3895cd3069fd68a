/* SPDX-License-Identifier: MIT */
/* What the files of the witness share. Floor 7, of these files only. */
#ifndef WHYRST_RUN_WIRE_WITNESS_PRIVATE_H
#define WHYRST_RUN_WIRE_WITNESS_PRIVATE_H

#include "host/process.h"
#include "host/rtnetlink.h"
#include "host/sock_diag.h"
#include "run/wire_listeners.h"
#include "run/wire_witness.h"

#define SECOND_NS INT64_C(1000000000)
#define MILLISECOND_NS INT64_C(1000000)
#define SETS 2048 /* of WAYS sockets each */
#define WAYS 4
#define ADDRESSES_MAX 4096
#define WANTED_MAX 512

/* This host's end of a connection. */
struct known {
	struct endpoint local, remote;
	uint64_t hash; /* 0: free */
	uint64_t used;
	uint64_t cookie;
	int64_t asked_ns; /* CLOCK_REALTIME: the answer is from no later than this; 0: none */
	int64_t next_ns;  /* CLOCK_MONOTONIC: not asked again before */
	uint64_t bytes;	  /* acknowledged and received by then */
	uint32_t inode;
	uint32_t pid;
	uint8_t asks, searches;
	bool wanted;  /* on the list */
	bool skipped; /* there was no time to ask */
	char comm[PROGRAM_COMM];
};

struct witness {
	uint64_t hash_key[2];
	uint32_t netns;
	int diag_fd, route_fd;
	struct listeners *listeners;
	struct process_cache *processes;
	int64_t wall_minus_ns, ticked_ns;
	int64_t questions_ns; /* begin of the second whose questions are counted */
	uint32_t questions;
	uint64_t clock;			    /* of `used` */
	int64_t follow_ns, search_after_ns; /* not before */
	struct sock_search search;
	uint32_t wanted_count;
	struct known *wanted[WANTED_MAX];
	struct witness_counts counts;
	size_t address_count;
	struct rtnetlink_address addresses[ADDRESSES_MAX]; /* sorted */
	struct known known[SETS][WAYS];
};

/* What is known of that end of the connection, or NULL. */
struct known *witness_find(struct witness *witness, const struct endpoint *local,
			   const struct endpoint *remote);
bool witness_is_local(const struct witness *witness, const struct endpoint *end);
/* Whether another question about a socket is within bounds, and counts it. */
bool witness_may_ask(struct witness *witness, int64_t now_ns);
/* Asks again for sockets that nobody had accepted, and for owners. @now_ns: CLOCK_MONOTONIC. */
void witness_follow(struct witness *witness, int64_t now_ns);
/* CLOCK_REALTIME, as packets have it. */
int64_t witness_wall_ns(void);

#endif
