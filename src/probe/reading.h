/* SPDX-License-Identifier: MIT */
/*
 * What the bytes that come on a connection on trial mean, by the step it is in: its answer, a
 * banner, a farewell, the answer to a late request.
 *
 * Floor 6, of this folder only.
 */
#ifndef WHYRST_PROBE_READING_H
#define WHYRST_PROBE_READING_H

#include "probe/trial.h"

/* Bytes that come this shortly before the end belong to it: "408 Request Timeout". */
#define READING_FAREWELL_NS INT64_C(2000000000)

struct reading {
	struct trial *trial;
	const struct target *target;
	bool foreign; /* an answer of another protocol */
};

/* As the `take` of a link_reader, with a struct reading as its context. */
void reading_take(void *context, const uint8_t *bytes, size_t count, int64_t now_ns);
/* The peer has ended it: so does an answer without a length. */
void reading_take_end(struct reading *reading);

#endif
