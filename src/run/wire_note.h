/* SPDX-License-Identifier: MIT */
/*
 * What a run over an interface says to people on standard error.
 *
 * Floor 7.
 */
#ifndef WHYRST_RUN_WIRE_NOTE_H
#define WHYRST_RUN_WIRE_NOTE_H

#include "flow/tracker.h"
#include "run/live.h"
#include "run/recorder.h"
#include "run/wire_witness.h"
#include "sources/wire.h"

struct wire_noted {
	const struct live_options *options;
	struct wire *wire;
	const struct witness *witness; /* or NULL */
	const struct tracker *tracker;
	uint64_t told;
};

/* What is watched, with which evidence; "watching" is its first word. */
void wire_note_start(const struct wire_noted *noted);
/* That it is alive, while nothing happens. */
void wire_note_heartbeat(const struct wire_noted *noted);
void wire_note_end(const struct wire_noted *noted);
void wire_note_recorded(const struct live_options *options, const struct recorder_counts *counts);

#endif
