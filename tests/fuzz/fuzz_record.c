/* SPDX-License-Identifier: MIT */
/*
 * The record that --undo reads, with anything in it: every step that is taken from it is whole, and
 * names no file outside of the root.
 *
 * Seeds: tests/fuzz/seeds/record/[a-z]*
 */
#include <stdlib.h>
#include <string.h>

#include "audit/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
	struct record record = { .lock_fd = -1 };

	record_parse(&record, (const char *)bytes, count);
	if (record.count > RECORD_STEPS_MAX || strlen(record.boot) >= sizeof(record.boot))
		abort();
	for (int i = 0; i < record.count; i++) {
		const struct step *step = &record.steps[i];

		if (!step->name || !step->text || (step->kind != STEP_FILE && !step->old))
			abort();
		if (step->kind == STEP_FILE && (step->name[0] != '/' || strstr(step->name, "/../")))
			abort();
	}
	record_close(&record);
	return 0;
}
