/* SPDX-License-Identifier: MIT */
#include "run/recording.h"

#include <string.h>

#include "run/wire_note.h"

int recording_open(const struct live_options *options, struct recorder **ret_recorder,
		   char problem[RECORDER_PROBLEM_BYTES])
{
	struct recorder_options recorder = {
		.interface = options->interface,
		.filter = options->filter,
		.payload = options->record_payload,
		.lang = options->sink_options.lang,
	};

	*ret_recorder = NULL;
	if (!options->record)
		return 0;
	return recorder_open(options->record, &recorder, ret_recorder, problem);
}

void recording_keep(const struct live_options *options, struct recorder *recorder,
		    const struct verdict *verdict)
{
	struct buf comment;

	if (!recorder)
		return;
	buf_init(&comment, 1 << 14);
	recorder_add_comment(options->sink_options.lang, verdict, &comment);
	recorder_keep(recorder, verdict, buf_text(&comment));
	buf_release(&comment);
}

int recording_poll(const struct live_options *options, struct recorder *recorder, int *ret_wait_ms)
{
	int r;

	*ret_wait_ms = -1;
	if (!recorder)
		return 0;
	r = recorder_poll(recorder, ret_wait_ms);
	if (r < 0)
		options->note(options->context, "%s: recording ends here: %s",
			      "%s：到此停止记录：%s", options->record, strerror(-r));
	return r;
}

int recording_end(const struct live_options *options, struct recorder *recorder)
{
	struct recorder_counts counts;
	int r;

	if (!recorder)
		return 0;
	r = recorder_close(recorder, &counts);
	if (r < 0)
		options->note(options->context, "%s: %s", "%s：%s", options->record, strerror(-r));
	wire_note_recorded(options, &counts);
	return r;
}
