/* SPDX-License-Identifier: MIT */
/*
 * -w FILE beside a watch, of either kind: the recorder with its words for people.
 *
 * Floor 7.
 */
#ifndef WHYRST_RUN_RECORDING_H
#define WHYRST_RUN_RECORDING_H

#include "run/live.h"
#include "run/recorder.h"

/* In the namespace that is watched. 0 with *ret_recorder NULL if nothing is to be recorded. */
int recording_open(const struct live_options *options, struct recorder **ret_recorder,
		   char problem[RECORDER_PROBLEM_BYTES]);
/* The packets around the verdict's reset, with its sentence as comment. */
void recording_keep(const struct live_options *options, struct recorder *recorder,
		    const struct verdict *verdict);
/* As recorder_poll(); says it when the recording ends early. */
int recording_poll(const struct live_options *options, struct recorder *recorder, int *ret_wait_ms);
/* Closes, and says what was written. 0 or -errno. */
int recording_end(const struct live_options *options, struct recorder *recorder);

#endif
