/* SPDX-License-Identifier: MIT */
#include "run/recorder_tracks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/hash.h"
#include "run/recorder.h"

/* More than are written: what comes behind a reset pushes out what was before it. */
#define LAST_MAX (2 * RECORDER_BEFORE)
/* Copies do not count, but have an end too. */
#define WITH_COPIES_MAX (4 * (RECORDER_FIRST + LAST_MAX))
#define OPEN_PACKETS_MAX 512
/* What the allocator adds. */
#define ALLOCATION_BYTES 16
#define TRACK_BYTES (sizeof(struct track) + ALLOCATION_BYTES)

int tracks_init(struct tracks *tracks, size_t memory_bytes)
{
	uint64_t buckets = 256;

	memset(tracks, 0, sizeof(*tracks));
	tracks->memory_bytes = memory_bytes;
	/* A connection takes a kilobyte and more. */
	while (buckets < memory_bytes / 1024)
		buckets *= 2;
	tracks->buckets = calloc(buckets, sizeof(*tracks->buckets));
	if (!tracks->buckets)
		return -ENOMEM;
	tracks->bucket_mask = buckets - 1;
	tracks->used_bytes = buckets * sizeof(*tracks->buckets);
	tracks->lru.lru_next = tracks->lru.lru_prev = &tracks->lru;
	if (getrandom(tracks->hash_key, sizeof(tracks->hash_key), GRND_NONBLOCK) < 0)
		tracks->hash_key[0] = (uintptr_t)tracks;
	return 0;
}

static size_t kept_bytes(const struct kept *kept)
{
	return sizeof(*kept) + kept->captured + ALLOCATION_BYTES;
}

void track_unlink(struct tracks *tracks, struct track *track, struct kept *before,
		  struct kept *kept)
{
	if (before)
		before->next = kept->next;
	else
		track->first = kept->next;
	if (track->last == kept)
		track->last = before;
	if (track->head_last == kept)
		track->head_last = before;
	track->count--;
	tracks->used_bytes -= kept_bytes(kept);
}

void track_clear(struct tracks *tracks, struct track *track)
{
	while (track->first) {
		struct kept *kept = track->first;

		track_unlink(tracks, track, NULL, kept);
		free(kept);
	}
	track->head_last = NULL;
	track->head_count = 0;
	track->head_done = false;
}

static void lru_unlink(struct track *track)
{
	track->lru_prev->lru_next = track->lru_next;
	track->lru_next->lru_prev = track->lru_prev;
}

static void lru_append(struct tracks *tracks, struct track *track)
{
	track->lru_prev = tracks->lru.lru_prev;
	track->lru_next = &tracks->lru;
	tracks->lru.lru_prev->lru_next = track;
	tracks->lru.lru_prev = track;
}

static void track_free(struct tracks *tracks, struct track *track)
{
	struct track **at = &tracks->buckets[track->hash & tracks->bucket_mask];

	track_clear(tracks, track);
	while (*at != track)
		at = &(*at)->hash_next;
	*at = track->hash_next;
	lru_unlink(track);
	for (int i = 0; i < track->remark_count; i++)
		free(track->remarks[i].text);
	free(track);
	tracks->used_bytes -= TRACK_BYTES;
}

void tracks_release(struct tracks *tracks)
{
	while (tracks->buckets && tracks->lru.lru_next != &tracks->lru)
		track_free(tracks, tracks->lru.lru_next);
	free(tracks->buckets);
	tracks->buckets = NULL;
}

/* Room for @bytes more. Tracks that are to be written stay, and so does @keep. */
static bool make_room(struct tracks *tracks, size_t bytes, const struct track *keep)
{
	struct track *track = tracks->lru.lru_next;

	while (tracks->used_bytes + bytes > tracks->memory_bytes) {
		struct track *next = track->lru_next;

		if (track == &tracks->lru)
			return false;
		if (!track->is_open && track != keep) {
			tracks->forgotten++;
			track_free(tracks, track);
		}
		track = next;
	}
	return true;
}

struct track *tracks_find(struct tracks *tracks, const struct endpoint *a, const struct endpoint *b,
			  bool make, bool *ret_swapped)
{
	bool swapped = endpoint_compare(a, b) > 0;
	struct endpoint ends[2];
	struct track *track, **bucket;
	uint64_t hash;

	*ret_swapped = swapped;
	ends[swapped] = *a;
	ends[!swapped] = *b;
	hash = hash_keyed(tracks->hash_key, ends, sizeof(ends));
	bucket = &tracks->buckets[hash & tracks->bucket_mask];
	for (track = *bucket; track; track = track->hash_next)
		if (track->hash == hash && endpoint_same(&track->ends[0], &ends[0]) &&
		    endpoint_same(&track->ends[1], &ends[1]))
			return track;
	if (!make || !make_room(tracks, TRACK_BYTES, NULL))
		return NULL;
	track = calloc(1, sizeof(*track));
	if (!track)
		return NULL;
	tracks->used_bytes += TRACK_BYTES;
	track->hash = hash;
	memcpy(track->ends, ends, sizeof(ends));
	track->hash_next = *bucket;
	*bucket = track;
	lru_append(tracks, track);
	return track;
}

static bool is_copy(const struct kept *kept, const struct kept *of)
{
	return of && kept->seq == of->seq && kept->ack == of->ack && kept->flags == of->flags &&
	       kept->payload_bytes == of->payload_bytes && kept->ip_id == of->ip_id &&
	       kept->from_first == of->from_first && kept->time_ns - of->time_ns < 1000000;
}

/* Lets the oldest one go that is not among the first. */
static void let_go(struct tracks *tracks, struct track *track)
{
	struct kept *before = track->head_last;
	struct kept *oldest = before ? before->next : track->first;

	if (!oldest)
		return;
	track_unlink(tracks, track, before, oldest);
	free(oldest);
}

/* How many of those behind the first ones are no copies. */
static uint32_t count_last(const struct track *track)
{
	const struct kept *kept = track->head_last ? track->head_last->next : track->first;
	uint32_t count = 0;

	for (; kept; kept = kept->next)
		count += !kept->is_copy;
	return count;
}

static void append(struct tracks *tracks, struct track *track, struct kept *kept)
{
	if (track->last)
		track->last->next = kept;
	else
		track->first = kept;
	track->last = kept;
	track->count++;
	tracks->used_bytes += kept_bytes(kept);
	if (track->head_done)
		return;
	if (track->head_count < RECORDER_FIRST || kept->is_copy)
		track->head_last = kept;
	else
		track->head_done = true;
	track->head_count += !kept->is_copy;
}

struct kept *tracks_add(struct tracks *tracks, struct track *track, const struct kept *like,
			const uint8_t *bytes)
{
	struct kept *kept;

	tracks->packets++;
	if (track->is_open && track->after >= OPEN_PACKETS_MAX) {
		tracks->dropped++;
		return NULL;
	}
	if (!make_room(tracks, kept_bytes(like), track)) {
		tracks->dropped++;
		return NULL;
	}
	kept = malloc(sizeof(*kept) + like->captured);
	if (!kept) {
		tracks->dropped++;
		return NULL;
	}
	*kept = *like;
	memcpy(kept->bytes, bytes, like->captured);
	kept->next = NULL;
	kept->number = tracks->packets;
	kept->is_copy = is_copy(kept, track->last);
	append(tracks, track, kept);
	lru_unlink(track);
	lru_append(tracks, track);
	if (track->is_open) {
		track->after++;
		return kept;
	}
	while (track->count > RECORDER_FIRST + LAST_MAX &&
	       (count_last(track) > LAST_MAX || track->count > WITH_COPIES_MAX))
		let_go(tracks, track);
	return kept;
}
