/* SPDX-License-Identifier: MIT */
/* What tracker.c and evidence.c share. Floor 2, private to this folder. */
#ifndef WHYRST_FLOW_TRACKER_PRIVATE_H
#define WHYRST_FLOW_TRACKER_PRIVATE_H

#include "flow/surroundings.h"
#include "flow/tracker.h"

struct tracker {
	struct tracker_config config;
	struct tracker_counts counts;
	struct surroundings around;
	struct slab flows, ladders, resets;
	struct flow **buckets;
	uint64_t bucket_mask;
	struct flow lru[2];  /* rings: 0 open, 1 closed; lru_next is the oldest */
	struct flow pending; /* ring of flows that wait for their decision, oldest first */
	uint64_t next_number;
	int64_t now_ns;
	/* Last reset that the capturing host itself received, as client and as server. */
	int64_t local_reset_ns[2];
	uint64_t local_reset_connection[2];
};

/* life.c */
void lru_append(struct tracker *tracker, struct flow *flow, int which);
void lru_unlink(struct flow *flow);
void pending_append(struct tracker *tracker, struct flow *flow);
/* Makes room by forgetting if it must; NULL only without memory. */
struct flow *flow_new(struct tracker *tracker, const struct observation *obs, uint64_t hash);
/* The four are used again: what waits is decided, and the place begins anew. */
void flow_restart(struct tracker *tracker, struct flow *flow, const struct observation *obs,
		  enum syn_meets met);
void flow_decide(struct tracker *tracker, struct flow *flow);
void flow_drop(struct tracker *tracker, struct flow *flow);
void flow_count_open(struct flow *flow);
void flow_count_shut(struct flow *flow, bool was_reset);

/* notes.c */
void note_syn(struct tracker *tracker, struct flow *flow, const struct observation *obs);
void note_synack(struct tracker *tracker, struct flow *flow, const struct observation *obs);
void note_identity(struct tracker *tracker, struct flow *flow, const struct observation *obs);
void note_handshake(struct flow *flow, int side, const struct observation *obs);
void note_fin(struct tracker *tracker, struct flow *flow, int side);
void note_reset(struct tracker *tracker, struct flow *flow, const struct observation *obs);

/* evidence.c: all facts about flow->reset. */
void evidence_build(const struct tracker *tracker, const struct flow *flow,
		    enum ignored_why ignored, struct evidence *ev);

/* evidence_bytes.c */
void evidence_add_bytes(const struct flow *flow, struct evidence *ev);
/* Whether bytes of that end were not captured. */
bool evidence_bytes_missed(const struct reset *reset, int side);

/* around.c: what followed, and other connections. */
void evidence_add_around(const struct tracker *tracker, const struct flow *flow,
			 struct evidence *ev);

#endif
