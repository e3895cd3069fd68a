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
	struct flow lru[2]; /* rings: 0 open, 1 closed; lru_next is the oldest */
	struct flow pending; /* ring of flows that wait for their decision, oldest first */
	uint64_t next_number;
	int64_t now_ns;
};

/* evidence.c: all facts about flow->reset. */
void evidence_build(const struct tracker *tracker, const struct flow *flow,
		    enum ignored_why ignored, struct evidence *ev);

#endif
