/* SPDX-License-Identifier: MIT */
/*
 * The classic capture file (draft-ietf-opsawg-pcap): both byte orders, micro- and nanoseconds, and
 * files that were written one after the other into one.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "sources/capture.h"

enum {
	FILE_HEADER = 24,
	RECORD_HEADER = 16,
	RECORD_HEADER_MODIFIED = 24, /* Kuznetzov's: interface, protocol and packet type follow */
};

#define MAGIC_MICRO 0xa1b2c3d4u
#define MAGIC_NANO 0xa1b23c4du
#define MAGIC_MODIFIED 0xa1b2cd34u

struct source_state {
	struct capture capture;
	uint32_t record_header;
	uint32_t fraction_ns; /* what one unit of the fraction of a second is worth */
	uint16_t link;
};

static bool magic_known(uint32_t magic)
{
	return magic == MAGIC_MICRO || magic == MAGIC_NANO || magic == MAGIC_MODIFIED;
}

static int pcap_recognize(const uint8_t *head, size_t bytes)
{
	if (bytes < 4)
		return 0;
	return magic_known(load_le32(head)) || magic_known(load_be32(head)) ? 100 : 0;
}

static inline uint32_t load32(const struct source_state *state, const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return state->capture.swapped ? __builtin_bswap32(value) : value;
}

/* Reads the file header at @h. 0, or -errno with one line in @problem. */
static int header_read(struct source_state *state, const uint8_t *h, char problem[160])
{
	uint32_t magic, versions, link;

	memcpy(&magic, h, sizeof(magic));
	state->capture.swapped = !magic_known(magic);
	magic = load32(state, h);
	versions = load32(state, h + 4);
	/* Two 16-bit numbers, major first: as one word they lie in the order of the bytes. */
	if (htole32(1) == 1 ? state->capture.swapped : !state->capture.swapped)
		versions = versions << 16 | versions >> 16;
	if ((versions & 0xffff) != 2) {
		snprintf(problem, 160, "pcap version %u.%u is not known, only 2", versions & 0xffff,
			 versions >> 16);
		return -EPROTONOSUPPORT;
	}
	state->record_header = magic == MAGIC_MODIFIED ? RECORD_HEADER_MODIFIED : RECORD_HEADER;
	state->fraction_ns = magic == MAGIC_NANO ? 1 : 1000;
	/* The six bits above the link type are about the frame check sequence. */
	link = load32(state, h + 20) & 0x03ffffff;
	state->link = link > UINT16_MAX ? UINT16_MAX : (uint16_t)link;
	return 0;
}

static int pcap_prepare(struct source_state *state, char problem[160])
{
	struct capture *capture = &state->capture;
	int r;

	if (!capture_refill(capture, FILE_HEADER)) {
		snprintf(problem, 160, "ends within its file header (%u of %u bytes)",
			 (unsigned int)(capture->end - capture->at), FILE_HEADER);
		return -EINVAL;
	}
	r = header_read(state, capture->at, problem);
	if (r < 0)
		return r;
	if (!packet_link_known(state->link)) {
		capture_describe_link(state->link, problem);
		return -EPROTONOSUPPORT;
	}
	if (capture->filter) {
		r = filter_compile(capture->filter, state->link, problem);
		if (r < 0)
			return r;
	}
	capture->at += FILE_HEADER;
	return 0;
}

static int pcap_open(struct input *input, const struct source_options *options,
		     struct source_state **ret_state, char problem[160])
{
	struct source_state *state = calloc(1, sizeof(*state));
	int r;

	if (!state || capture_init(&state->capture, input, options) < 0) {
		snprintf(problem, 160, "there is not enough memory to read it");
		if (!state)
			input_close(input);
		free(state);
		return -ENOMEM;
	}
	r = pcap_prepare(state, problem);
	if (r < 0) {
		capture_release(&state->capture);
		free(state);
		return r;
	}
	*ret_state = state;
	return 0;
}

/*
 * Where a record should begin stands another file header: files put one after the other
 * (cat, rotated files in one archive). As a time it would be in 2055.
 */
static bool is_file_header(const uint8_t *at)
{
	return pcap_recognize(at, 4) &&
	       (load_le32(at + 4) == 0x00040002 || load_be32(at + 4) == 0x00020004);
}

/* Takes the file header that stands in the middle. */
static void next_file(struct source_state *state)
{
	struct capture *capture = &state->capture;
	char problem[160];

	if (!capture_has(capture, FILE_HEADER) && !capture_refill(capture, FILE_HEADER))
		capture_end(capture);
	else if (header_read(state, capture->at, problem) < 0)
		capture_corrupt(capture, problem);
	else
		capture->at += FILE_HEADER;
}

/* The next record needs @bytes, which are not in view. Whether they are now. */
static bool more(struct capture *capture, size_t bytes)
{
	if (capture_refill(capture, bytes))
		return true;
	capture_end(capture);
	return false;
}

static int pcap_read(struct source_state *state, struct observation *ret_obs, int max)
{
	struct capture *capture = &state->capture;
	int count = 0;

	while (count < max && !capture->ended) {
		const uint8_t *h = capture->at;
		struct capture_record record;
		uint32_t seconds;

		if (!capture_has(capture, state->record_header)) {
			if (count || !more(capture, state->record_header))
				break;
			continue;
		}
		seconds = load32(state, h);
		if (__builtin_expect(seconds >> 16 == 0xa1b2 || (seconds & 0xffff) == 0xb2a1, 0) &&
		    is_file_header(h)) {
			if (count)
				break;
			next_file(state);
			continue;
		}
		record.captured = load32(state, h + 8);
		record.length = load32(state, h + 12);
		if (__builtin_expect(record.captured > CAPTURE_PACKET_MAX, 0)) {
			capture_corrupt(capture, "a packet of more than 262144 bytes");
			break;
		}
		if (!capture_has(capture, state->record_header + record.captured)) {
			if (count || !more(capture, state->record_header + record.captured))
				break;
			continue;
		}
		capture->at = h + state->record_header + record.captured;
		record.bytes = h + state->record_header;
		record.time_ns = (int64_t)seconds * 1000000000 +
				 (int64_t)load32(state, h + 4) * state->fraction_ns;
		record.seen = SEEN_TIME | SEEN_DATE;
		record.link = state->link;
		record.interface = 0;
		record.outgoing = false;
		count += capture_take(capture, &record, &ret_obs[count]);
	}
	capture_settle(capture);
	return count;
}

static const struct source_counts *pcap_counts(const struct source_state *state)
{
	return &state->capture.counts;
}

static void pcap_done(struct source_state *state)
{
	if (!state)
		return;
	capture_release(&state->capture);
	free(state);
}

const struct source source_pcap = {
	.name = "pcap",
	.kind = SOURCE_PCAP,
	.recognize = pcap_recognize,
	.open = pcap_open,
	.read = pcap_read,
	.counts = pcap_counts,
	.close = pcap_done,
};
