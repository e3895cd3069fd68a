/* SPDX-License-Identifier: MIT */
/*
 * What the sources of capture files have in common: a view into the input, one packet record to
 * one observation, filter and counts. Private to sources/.
 *
 * Floor 6.
 */
#ifndef WHYRST_SOURCES_CAPTURE_H
#define WHYRST_SOURCES_CAPTURE_H

#include "base/bytes.h"
#include "sources/filter.h"
#include "sources/source.h"
#include "wire/packet.h"

/*
 * Longest packet that a record may hold. Writers use at most 262144 (MAXIMUM_SNAPLEN of libpcap);
 * a record that claims more lies, or the file is damaged.
 */
#define CAPTURE_PACKET_MAX 262144

struct capture {
	struct input *input;
	struct filter *filter; /* NULL: everything passes */
	/* What input_peek() showed: records are taken from `at`. */
	const uint8_t *window;
	const uint8_t *at;
	const uint8_t *end;
	bool ended;
	bool hints;
	bool swapped; /* the file is in the other byte order than this host */
	uint8_t file;
	uint16_t unknown_link; /* the first one met */
	struct source_counts counts;
};

struct capture_record {
	const uint8_t *bytes;
	int64_t time_ns;
	uint32_t captured;
	uint32_t length;
	uint16_t seen; /* SEEN_TIME, SEEN_DATE, SEEN_DIRECTION */
	uint16_t link;
	uint16_t interface;
	bool outgoing;
};

/* Takes over @input. 0 or -ENOMEM (then @input is closed). */
int capture_init(struct capture *capture, struct input *input,
		 const struct source_options *options);
void capture_release(struct capture *capture);

static inline bool capture_has(const struct capture *capture, size_t bytes)
{
	return (size_t)(capture->end - capture->at) >= bytes;
}

/*
 * Looks further, so that @bytes are there; false at the end of the input. Invalidates what
 * observations point to: only before the first of a batch.
 */
bool capture_refill(struct capture *capture, size_t bytes);

/* Steps over @bytes, which need not be in view; false if the input ends before. */
bool capture_skip(struct capture *capture, uint64_t bytes);

/* Offset of `at` in the decompressed input. */
uint64_t capture_offset(const struct capture *capture);

/* The input has no more whole records: sets what the counts say about it. */
void capture_end(struct capture *capture);

/* The input ends within a record of which nothing is left in view. */
void capture_cut_off(struct capture *capture);

/* A record at `at` contradicts itself: names it, and ends the reading. */
void capture_corrupt(struct capture *capture, const char *what);

/* Called at the end of each batch: what only then is known. */
void capture_settle(struct capture *capture);

/* Why a link type is not read, in one line. */
void capture_describe_link(uint16_t link, char problem[160]);

/* What capture_take() does with anything but an unfiltered TCP segment. */
bool capture_leave_out(struct capture *capture, const struct capture_record *record,
		       enum packet_result result, struct observation *ret_obs);

/* Whether @ret_obs was filled; counts the record in any case. */
static inline bool capture_take(struct capture *capture, const struct capture_record *record,
				struct observation *ret_obs)
{
	enum packet_result result;

	capture->counts.packets++;
	result = packet_decode(record->link, record->bytes, record->captured, record->length,
			       capture->hints, ret_obs);
	if ((result != PACKET_TCP || capture->filter) &&
	    !capture_leave_out(capture, record, result, ret_obs))
		return false;
	ret_obs->time_ns = record->time_ns;
	ret_obs->frame = capture->counts.packets;
	ret_obs->file = capture->file;
	if (!ret_obs->interface)
		ret_obs->interface = record->interface;
	ret_obs->seen |= record->seen;
	if (record->seen & SEEN_DIRECTION)
		ret_obs->outgoing = record->outgoing;
	capture->counts.bad_checksum += ret_obs->bad_checksum;
	return true;
}

#endif
