/* SPDX-License-Identifier: MIT */
/*
 * A file read as pcapng from memory of exactly its size, with and without a filter.
 *
 * Seeds: tests/fuzz/seeds/m?*.pcapng
 */
#include <stdlib.h>

#include "sources/source.h"

extern const struct source source_pcapng;

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

static void read_all(const uint8_t *bytes, size_t count, const char *filter)
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
	if (source_pcapng.open(input, &options, &state, problem) < 0)
		return;
	while ((got = source_pcapng.read(state, batch, 16)) > 0)
		taken += (uint64_t)got;
	/* Each packet is counted once, as what it is. */
	counts = source_pcapng.counts(state);
	if (taken + counts->not_tcp + counts->filtered + counts->undecodable + counts->cut_short +
		    counts->fragments + counts->unknown_link !=
	    counts->packets)
		abort();
	if ((counts->truncated || counts->corrupt || counts->too_large) && !counts->problem[0])
		abort();
	source_pcapng.close(state);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
	read_all(bytes, count, NULL);
	read_all(bytes, count, "tcp[tcpflags] & tcp-rst != 0");
	return 0;
}
