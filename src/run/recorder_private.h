/* SPDX-License-Identifier: MIT */
/* What the files of the recorder share. Floor 7, of these files only. */
#ifndef WHYRST_RUN_RECORDER_PRIVATE_H
#define WHYRST_RUN_RECORDER_PRIVATE_H

#include "run/recorder.h"
#include "run/recorder_file.h"
#include "run/recorder_tracks.h"
#include "sources/wire.h"

#define RECORDER_READ_MAX 128
#define RECORDER_OPEN_MAX 1024	/* connections whose packets are about to be written */
#define RECORDER_BATCH_MAX 8192 /* packets written together, in order of time */

struct recorder {
	struct recorder_options options;
	struct recorder_file file;
	struct wire *wire; /* NULL: packets are handed in */
	struct tracks tracks;
	struct track *open[RECORDER_OPEN_MAX];
	uint32_t open_count;
	int error;
	bool error_told;
	struct recorder_counts counts;
	struct kept **batch; /* RECORDER_BATCH_MAX of them */
	struct observation obs[RECORDER_READ_MAX];
};

#endif
