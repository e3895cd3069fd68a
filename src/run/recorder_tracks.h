/* SPDX-License-Identifier: MIT */
/*
 * The packets of connections, kept until it is known whether they are wanted: of each its first
 * ones and its last ones, within bounded memory. The connection that was silent for the longest
 * makes room.
 *
 * Floor 7, private to the recorder.
 */
#ifndef WHYRST_RUN_RECORDER_TRACKS_H
#define WHYRST_RUN_RECORDER_TRACKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"

#define TRACK_REMARKS_MAX 4

struct kept {
	union {
		struct kept *next;
		const struct track *track; /* once it is taken out, to be written */
	};
	int64_t time_ns;
	uint64_t number; /* order of arrival */
	uint32_t captured, length;
	uint32_t seq;
	uint32_t ack;
	uint32_t payload_bytes;
	uint16_t ip_id;
	uint8_t flags;
	bool from_first; /* sent by ends[0] of its track */
	bool is_copy;	 /* of the one before: captured twice */
	bool has_direction, outgoing;
	bool wanted;
	uint8_t remarks; /* bits: of the track, that are about this packet */
	uint8_t bytes[];
};

/* What is said about a reset of the track, until the packet is there. */
struct remark {
	int64_t reset_ns;
	uint32_t seq;
	bool has_seq;
	bool from_first;
	char *text;
};

struct track {
	struct track *hash_next;
	struct track *lru_next, *lru_prev;
	uint64_t hash;
	struct endpoint ends[2]; /* in order */
	struct kept *first, *last;
	struct kept *head_last; /* of those that always stay; NULL: none, or no more of them */
	uint32_t head_count, count;
	uint32_t bytes;
	bool is_open;
	bool head_done;
	int64_t until_ns; /* packets up to then are wanted */
	int64_t due_ns;	  /* and written from then on */
	uint32_t after;	  /* packets that came while it was open */
	int remark_count;
	struct remark remarks[TRACK_REMARKS_MAX];
};

struct tracks {
	uint64_t hash_key[2];
	size_t memory_bytes, used_bytes;
	uint64_t bucket_mask;
	struct track **buckets;
	struct track lru; /* ring; lru_next was silent for the longest */
	uint64_t packets;
	uint64_t forgotten, dropped;
};

/* 0 or -ENOMEM. */
int tracks_init(struct tracks *tracks, size_t memory_bytes);
void tracks_release(struct tracks *tracks);

/*
 * The track of the two ends; made if @make. NULL without, or without room for one. *ret_swapped:
 * @a is its ends[1].
 */
struct track *tracks_find(struct tracks *tracks, const struct endpoint *a, const struct endpoint *b,
			  bool make, bool *ret_swapped);

/*
 * Adds a copy of @like with @like->captured bytes of @bytes; NULL when there is no room. What is
 * too old in this track is let go, unless the track is open.
 */
struct kept *tracks_add(struct tracks *tracks, struct track *track, const struct kept *like,
			const uint8_t *bytes);

/* Frees all its packets (they belong to a connection that is over). */
void track_clear(struct tracks *tracks, struct track *track);
/* Takes @kept out, whose predecessor is @before (NULL: it is the first); the caller frees it. */
void track_unlink(struct tracks *tracks, struct track *track, struct kept *before,
		  struct kept *kept);

#endif
