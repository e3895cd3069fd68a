/* SPDX-License-Identifier: MIT */
/*
 * A text as tcpdump or a page has it, through the whole source. The first byte chooses a filter and
 * the size of batches.
 *
 * Seeds: tests/fixtures/text/[a-z]*.txt tests/golden/text-[a-z]*[a-z]/input.txt
 * Seeds: tests/golden/fd-exhausted-2007/input.txt tests/golden/forum-page-zh/input.html
 */
#include <stdlib.h>
#include <string.h>

#include "sources/source.h"

extern const struct source source_tcpdump_text;
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

enum {
	BATCH_MAX = 64,
};

static void check(const struct observation *obs)
{
	uint8_t sum = 0;
	uint16_t i;

	if (obs->source.family != obs->destination.family ||
	    (obs->source.family != ADDR_IP4 && obs->source.family != ADDR_IP6))
		abort();
	if (!obs->frame || (!obs->reason && obs->reason_bytes))
		abort();
	/* The reason can be read while the batch lasts. */
	for (i = 0; i < obs->reason_bytes; i++)
		sum = (uint8_t)(sum + obs->reason[i]);
	if (obs->seen & SEEN_DATE && !(obs->seen & SEEN_TIME))
		abort();
	(void)sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
	struct source_options options = { .file = 3 };
	struct observation obs[BATCH_MAX];
	const struct source_counts *counts;
	struct source_state *state = NULL;
	struct input *input = NULL;
	char problem[160];
	uint64_t total = 0;
	int n, i, max;

	if (!count)
		return 0;
	max = 1 + bytes[0] % BATCH_MAX;
	if (bytes[0] & 0x80)
		options.filter = "tcp[tcpflags] & tcp-rst != 0";
	source_tcpdump_text.recognize(bytes, count);
	if (input_open_memory(bytes, count, &input) < 0)
		return 0;
	if (source_tcpdump_text.open(input, &options, &state, problem) < 0)
		abort();
	while ((n = source_tcpdump_text.read(state, obs, max)) > 0) {
		if (n > max)
			abort();
		for (i = 0; i < n; i++)
			check(&obs[i]);
		total += (uint64_t)n;
	}
	/* Every packet line is told of, or counted as what it was instead. */
	counts = source_tcpdump_text.counts(state);
	if (counts->packets != total + counts->filtered + counts->not_tcp + counts->fragments +
				       counts->cut_short + counts->unparsed_lines)
		abort();
	source_tcpdump_text.close(state);
	return 0;
}
