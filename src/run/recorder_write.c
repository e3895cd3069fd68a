/* SPDX-License-Identifier: MIT */
/* From kept packets to the file: what is due, each with what is said about it. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "run/recorder_private.h"

static int64_t distance(int64_t a, int64_t b)
{
	return a > b ? a - b : b - a;
}

/* The reset that @remark is about: of those from that end the one with its number, and the next. */
static struct kept *find_reset(const struct track *track, const struct remark *remark)
{
	struct kept *best = NULL;
	bool best_fits = false;

	for (struct kept *kept = track->first; kept; kept = kept->next) {
		bool fits = remark->has_seq && kept->seq == remark->seq;
		int64_t away_ns = distance(kept->time_ns, remark->reset_ns);

		if (!(kept->flags & TCP_RST) || kept->from_first != remark->from_first ||
		    kept->is_copy || away_ns > RECORDER_AFTER_NS)
			continue;
		if (!best || fits > best_fits ||
		    (fits == best_fits && away_ns < distance(best->time_ns, remark->reset_ns))) {
			best = kept;
			best_fits = fits;
		}
	}
	return best;
}

/* Without the reset: the last packet before it, else the first. */
static struct kept *find_stand_in(const struct track *track, const struct remark *remark)
{
	struct kept *best = NULL;

	for (struct kept *kept = track->first; kept; kept = kept->next)
		if (kept->wanted && (!best || kept->time_ns <= remark->reset_ns))
			best = kept;
	return best;
}

/* @text with what is missing said before it. */
static char *say_unseen(const struct recorder *recorder, char *text)
{
	const char *words = recorder->options.lang == LANG_ZH
				    ? "（没有抓到这个 RST 本身）"
				    : "(the reset itself was not captured) ";
	char *both = malloc(strlen(words) + strlen(text) + 1);

	if (!both)
		return text;
	strcpy(both, words);
	strcat(both, text);
	free(text);
	return both;
}

static void place_remarks(struct recorder *recorder, struct track *track)
{
	for (int i = 0; i < track->remark_count; i++) {
		struct remark *remark = &track->remarks[i];
		struct kept *kept = find_reset(track, remark);

		if (!kept) {
			kept = find_stand_in(track, remark);
			if (!kept) {
				recorder->counts.left_out++;
				continue;
			}
			remark->text = say_unseen(recorder, remark->text);
			recorder->counts.unseen++;
		}
		kept->wanted = true;
		kept->remarks |= (uint8_t)(1 << i);
		recorder->counts.verdicts++;
	}
}

/* Takes the wanted packets of @track out of it into the batch. */
static uint32_t collect(struct recorder *recorder, struct track *track, uint32_t count)
{
	struct kept *before = NULL, *kept = track->first;

	place_remarks(recorder, track);
	while (kept) {
		struct kept *next = kept->next;

		if (kept->wanted) {
			track_unlink(&recorder->tracks, track, before, kept);
			kept->track = track;
			recorder->batch[count++] = kept;
		} else {
			before = kept;
		}
		kept = next;
	}
	track->head_done = true;
	return count;
}

static int compare_kept(const void *a, const void *b)
{
	const struct kept *one = *(struct kept *const *)a, *other = *(struct kept *const *)b;

	if (one->time_ns != other->time_ns)
		return one->time_ns < other->time_ns ? -1 : 1;
	return one->number < other->number ? -1 : one->number > other->number;
}

static int write_one(struct recorder *recorder, const struct kept *kept)
{
	const char *comments[TRACK_REMARKS_MAX];
	struct pcapng_packet packet = {
		.bytes = kept->bytes,
		.captured = kept->captured,
		.length = kept->length,
		.time_ns = kept->time_ns,
		.has_direction = kept->has_direction,
		.outgoing = kept->outgoing,
		.comments = comments,
	};

	for (int i = 0; i < TRACK_REMARKS_MAX; i++)
		if (kept->remarks >> i & 1)
			comments[packet.comment_count++] = kept->track->remarks[i].text;
	return recorder_file_packet(&recorder->file, &packet);
}

static void write_batch(struct recorder *recorder, uint32_t count)
{
	int r;

	qsort(recorder->batch, count, sizeof(*recorder->batch), compare_kept);
	for (uint32_t i = 0; i < count; i++) {
		if (!recorder->error)
			recorder->error = write_one(recorder, recorder->batch[i]);
		recorder->counts.written += !recorder->error;
		free(recorder->batch[i]);
	}
	/* Also what found room before the limit of the file did not. */
	r = recorder_file_flush(&recorder->file);
	if (!recorder->error)
		recorder->error = r;
}

static void close_track(struct track *track)
{
	for (int i = 0; i < track->remark_count; i++)
		free(track->remarks[i].text);
	track->remark_count = 0;
	track->is_open = false;
}

int recorder_write_due(struct recorder *recorder, int64_t now_ns)
{
	uint32_t count = 0, left = 0, taken = 0;
	struct track *done[RECORDER_OPEN_MAX];

	for (uint32_t i = 0; i < recorder->open_count; i++) {
		struct track *track = recorder->open[i];

		if (track->due_ns > now_ns || count + track->count > RECORDER_BATCH_MAX) {
			recorder->open[left++] = track;
			continue;
		}
		count = collect(recorder, track, count);
		done[taken++] = track;
	}
	recorder->open_count = left;
	if (count)
		write_batch(recorder, count);
	/* What is said about them was needed until here. */
	for (uint32_t i = 0; i < taken; i++)
		close_track(done[i]);
	return recorder->error;
}
