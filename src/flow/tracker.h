/* SPDX-License-Identifier: MIT */
/*
 * The tracker: observations in, evidence about resets out. It records facts and interprets none: no
 * cause is named in this folder.
 *
 * A reset is decided after 5 s of capture time (what follows it is evidence too), when its four
 * addresses and ports are used again, or at tracker_finish(). Memory is bounded by
 * tracker_config.memory_bytes; what had to be forgotten is counted.
 *
 * Floor 2. No I/O, no clock, no globals.
 */
#ifndef WHYRST_FLOW_TRACKER_H
#define WHYRST_FLOW_TRACKER_H

#include <stddef.h>

#include "flow/evidence.h"
#include "wire/observation.h"

#define TRACKER_MEMORY_DEFAULT ((size_t)72 << 20)

struct tracker;

struct tracker_config {
	uint64_t hash_key[2]; /* secret: chosen by the caller, so that nobody can aim at one bucket
			       */
	size_t memory_bytes;  /* 0: TRACKER_MEMORY_DEFAULT */
	int64_t hold_us;      /* 0: 5 s */
	/* Where the next evidence is to be written; called once before each emit(). */
	struct evidence *(*reserve)(void *context);
	/* @ev, reserved before, is complete. Ignored resets come this way too, marked so. */
	void (*emit)(void *context, struct evidence *ev);
	void *context;
};

struct tracker_counts {
	uint64_t packets;    /* TCP segments pushed */
	uint64_t duplicates; /* the same segment captured twice */
	uint64_t connections;
	uint64_t midstream;	   /* of these: seen from the middle */
	uint64_t normal_ends;	   /* closed by FIN from both sides */
	uint64_t unfinished;	   /* neither closed nor reset when the capture ended */
	uint64_t refused_silently; /* SYN never answered */
	uint64_t resets;	   /* reset segments, duplicates not counted */
	uint64_t repeated; /* of these: further resets of a connection that was already reset */
	uint64_t ignored;
	uint64_t evicted_connections; /* forgotten to stay within memory_bytes */
	uint64_t evicted_services;
	int64_t first_ns; /* of the first and last observation that has a time */
	int64_t last_ns;
	bool has_time;
	bool has_date;
};

/* Returns NULL without memory. */
struct tracker *tracker_new(const struct tracker_config *config);
void tracker_free(struct tracker *tracker);

void tracker_push(struct tracker *tracker, const struct observation *obs);
/* The same for many: memory is fetched ahead. */
void tracker_push_many(struct tracker *tracker, const struct observation *obs, int count);

/*
 * It is @now_ns on the clock of the observations, though none came: decides what is due by then.
 * For sources that wait. A clock that was set back by more than a second is believed.
 */
void tracker_advance_to(struct tracker *tracker, int64_t now_ns);

/* Decides everything that is pending. The tracker may be pushed to again afterwards. */
void tracker_finish(struct tracker *tracker);

const struct tracker_counts *tracker_get_counts(const struct tracker *tracker);

/*
 * Connections to @server opened while fewer than @level were open, and never reset; and those that
 * the server closed without having sent one byte. 0 for a server that is not known.
 */
uint64_t tracker_opened_below(const struct tracker *tracker, const struct endpoint *server,
			      uint32_t level);
uint64_t tracker_starved(const struct tracker *tracker, const struct endpoint *server);

#endif
