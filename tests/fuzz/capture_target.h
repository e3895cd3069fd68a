/* SPDX-License-Identifier: MIT */
/* What the targets of the capture sources share: one input from memory of exactly its size. */
#ifndef WHYRST_TESTS_FUZZ_CAPTURE_TARGET_H
#define WHYRST_TESTS_FUZZ_CAPTURE_TARGET_H

#include <stdlib.h>

#include "sources/source.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

static inline void read_capture(const struct source *source, const uint8_t *bytes, size_t count,
				const char *filter)
{
	struct source_options options = { .filter = filter, .file = 1 };
	struct observation batch[16];
	const struct source_counts *counts;
	struct source_state *state;
	uint64_t taken = 0;
	struct input *input;
	char problem[160];
	int got;

	if (input_open_memory(bytes, count, &input) < 0)
		abort();
	if (source->open(input, &options, &state, problem) < 0)
		return;
	while ((got = source->read(state, batch, 16)) > 0)
		taken += (uint64_t)got;
	/* Each packet is counted once, as what it is. */
	counts = source->counts(state);
	if (taken + counts->not_tcp + counts->filtered + counts->undecodable + counts->cut_short +
		    counts->fragments + counts->unknown_link !=
	    counts->packets)
		abort();
	if ((counts->truncated || counts->corrupt || counts->too_large) && !counts->problem[0])
		abort();
	source->close(state);
}

#endif
