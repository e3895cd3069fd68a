/* SPDX-License-Identifier: MIT */
/*
 * A stream, perhaps compressed, looked at by steps that its first byte chooses.
 *
 * Seeds: tests/fuzz/seeds/close.pcapng.??*
 */
#include <stdlib.h>

#include "sources/input.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
	size_t step = count ? bytes[count - 1] * 257u + 1 : 1, available;
	struct input *input;
	uint64_t total = 0;
	volatile uint8_t last = 0;

	if (input_open_memory(bytes, count, &input) < 0)
		abort();
	for (;;) {
		const uint8_t *at = input_peek(input, step, &available);

		if (!available)
			break;
		if (input_offset(input) != total)
			abort();
		last = at[available - 1];
		if (available > step)
			available = step;
		input_skip(input, available);
		total += available;
		/* A stream may grow a thousandfold; the first megabytes are enough here. */
		if (total > 8 << 20)
			break;
	}
	(void)last;
	if (input_too_large(input) && !input_problem(input))
		abort();
	input_close(input);
	return 0;
}
