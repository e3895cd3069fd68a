/* SPDX-License-Identifier: MIT */
/* The text of tcpdump, as people paste it: out of terminals, mails, forum pages. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sources/filter.h"
#include "sources/source.h"
#include "sources/tcpdump_text_clock.h"
#include "sources/tcpdump_text_item.h"
#include "sources/tcpdump_text_join.h"
#include "sources/tcpdump_text_lines.h"
#include "sources/tcpdump_text_numbers.h"
#include "sources/tcpdump_text_quote.h"
#include "wire/packet.h"
#include "wire/text_markup.h"
#include "wire/text_packet.h"

enum {
	HEAD_BYTES = 65536, /* looked at to recognize */
	READY_MAX = 4,
	REASONS_MAX = 32, /* in one batch */
	INTERFACES_MAX = 64,
	/* With a filter a match may come late: so many packets wait for it. */
	STORED_MAX = 1 << 18,
};

struct source_state {
	struct input *input;
	struct text_lines lines;
	struct text_join join;
	struct text_held held;
	struct text_clock clock;
	struct text_numbers *numbers;
	struct text_quotes quotes;
	struct filter *filter;
	char *words; /* of the filter */
	struct source_counts counts;
	struct text_item ready[READY_MAX]; /* whole, not given out yet */
	int ready_count;
	struct text_item *stored; /* with a filter */
	size_t stored_count, stored_size, stored_at;
	bool stored_done;
	bool ended;
	bool quoting;	  /* the line before was ICMP: below it is the packet that it answers */
	bool outer;	  /* the line before was an outer packet: the next may be its inner one */
	bool old_options; /* a line of tcpdump 3 showed options: on others their absence tells */
	uint64_t names;	  /* lines with host names */
	uint64_t quiet;	  /* lines of tcpdump -q */
	uint8_t file;
	bool no_hints;
	uint8_t reasons[REASONS_MAX][TEXT_REASON_MAX];
	int interface_count;
	char interfaces[INTERFACES_MAX][16];
};

/* 1 for the first interface named, and so on; 0 for those beyond the table. */
static uint16_t interface_number(struct source_state *state, const struct text_packet *packet)
{
	char name[16] = "";
	int i;

	if (!packet->interface || packet->interface_bytes >= sizeof(name))
		return 0;
	memcpy(name, packet->interface, packet->interface_bytes);
	for (i = 0; i < state->interface_count; i++)
		if (memcmp(state->interfaces[i], name, sizeof(name)) == 0)
			return (uint16_t)(i + 1);
	if (i == INTERFACES_MAX)
		return 0;
	memcpy(state->interfaces[i], name, sizeof(name));
	state->interface_count++;
	return (uint16_t)(i + 1);
}

static void forget_hints(struct observation *obs)
{
	obs->seen &= (uint16_t)~SEEN_PAYLOAD;
	obs->hint = HINT_NONE;
	obs->http_status = 0;
	obs->http_close = false;
	obs->tls_alert_level = 0;
	obs->reason_bytes = 0;
}

/* The packet before is whole now. */
static void release_held(struct source_state *state)
{
	if (!state->held.any)
		return;
	text_held_finish(&state->held, state->numbers);
	if (state->no_hints)
		forget_hints(&state->held.item.obs);
	if (state->held.item.obs.seen & SEEN_CHECKSUM && state->held.item.obs.bad_checksum)
		state->counts.bad_checksum++;
	if (state->ready_count < READY_MAX)
		state->ready[state->ready_count++] = state->held.item;
	state->held.any = false;
}

static void emit(struct source_state *state, const struct text_packet *packet, uint64_t number)
{
	struct text_held *held = &state->held;
	struct observation *obs = &held->item.obs;

	release_held(state);
	*obs = packet->obs;
	obs->frame = number;
	obs->file = state->file;
	obs->interface = interface_number(state, packet);
	obs->tunnelled = packet->encapsulated || (state->outer && !packet->has_clock);
	if (!packet->new_style) {
		/* A page may have swallowed "<mss 1460>" as a tag, all over. */
		state->old_options |= packet->options_shown;
		if (packet->complete && !packet->obs.options && state->old_options)
			obs->seen |= SEEN_OPTIONS;
	}
	text_clock_apply(&state->clock, packet->has_clock ? &packet->time : NULL, obs);
	text_numbers_rebuild(state->numbers, obs);
	if (obs->reason) {
		if (obs->reason_bytes > TEXT_REASON_MAX)
			obs->reason_bytes = TEXT_REASON_MAX;
		memcpy(held->item.reason, obs->reason, obs->reason_bytes);
		obs->reason = NULL;
	}
	held->any = true;
	held->closed = false;
	held->http_below = packet->http_below;
	held->dump_bytes = 0;
}

/* Whether a line that is not whole says enough of its packet. */
static bool is_enough(const struct text_packet *packet)
{
	const struct observation *obs = &packet->obs;

	if (obs->flags & TCP_ACK && !packet->has_ack)
		return false;
	return obs->seen & (SEEN_SEQ | SEEN_WINDOW) || packet->has_ack;
}

static void count_other(struct source_state *state, enum text_line kind)
{
	switch (kind) {
	case TEXT_LINE_NOT_TCP:
		state->counts.not_tcp++;
		return;
	case TEXT_LINE_FRAGMENT:
		state->counts.fragments++;
		return;
	case TEXT_LINE_CUT:
		state->counts.cut_short++;
		return;
	case TEXT_LINE_NAME:
		state->names++;
		break;
	case TEXT_LINE_QUIET:
		state->quiet++;
		break;
	default:
		break;
	}
	state->counts.unparsed_lines++;
}

/* A packet line that will not grow any more. */
static void take_packet(struct source_state *state, enum text_line kind,
			const struct text_packet *packet, uint64_t number)
{
	struct observation ignored = { 0 };

	if (state->quoting && !packet->has_clock && state->clock.started)
		return;
	if (kind == TEXT_LINE_OPEN && !packet->ip_word && !packet->has_addresses)
		return; /* a time alone is no packet */
	if (kind == TEXT_LINE_PACKET && !state->clock.steps &&
	    text_quotes_has(&state->quotes, packet)) {
		release_held(state);
		return;
	}
	state->counts.packets++;
	if (kind == TEXT_LINE_PACKET && is_enough(packet)) {
		emit(state, packet, number);
		state->outer = state->quoting = false;
		return;
	}
	release_held(state);
	/* Steps of -ttt add up over all packets. */
	text_clock_apply(&state->clock, packet->has_clock ? &packet->time : NULL, &ignored);
	state->outer = kind == TEXT_LINE_NOT_TCP && !packet->quotes;
	state->quoting = packet->quotes;
	count_other(state, kind);
}

static void flush_join(struct source_state *state)
{
	struct text_packet packet;
	enum text_line kind;

	if (!state->join.bytes)
		return;
	kind = text_packet_parse(state->join.text, state->join.bytes, &packet);
	state->join.bytes = 0;
	take_packet(state, kind, &packet, state->join.number);
}

static void take_line(struct source_state *state, const char *line, size_t bytes)
{
	struct text_packet packet;
	enum text_line kind;

	if (state->join.bytes) {
		if (text_join_add(&state->join, line, bytes, &kind, &packet)) {
			if (text_join_wants(kind, &packet))
				return;
			state->join.bytes = 0;
			take_packet(state, kind, &packet, state->join.number);
			return;
		}
		flush_join(state);
	}
	kind = text_packet_parse(line, bytes, &packet);
	if (kind == TEXT_LINE_OTHER) {
		text_held_add_line(&state->held, line, bytes);
		state->quotes.prose = true;
		state->outer = false;
		return;
	}
	if (text_join_wants(kind, &packet) &&
	    text_join_start(&state->join, line, bytes, state->lines.number, kind, &packet))
		return;
	take_packet(state, kind, &packet, state->lines.number);
}

static void note_end(struct source_state *state)
{
	struct source_counts *counts = &state->counts;
	const char *problem = input_problem(state->input);
	uint64_t forgotten = text_numbers_forgotten(state->numbers);

	counts->bytes = input_offset(state->input) + state->lines.at;
	if (problem) {
		counts->too_large = input_too_large(state->input);
		counts->truncated = !counts->too_large;
		counts->truncated_at = counts->bytes;
		snprintf(counts->problem, sizeof(counts->problem), "%s", problem);
	}
	if (state->names)
		snprintf(counts->note, sizeof(counts->note),
			 "%llu lines name hosts instead of addresses: run tcpdump with -n",
			 (unsigned long long)state->names);
	else if (state->quiet)
		snprintf(counts->note, sizeof(counts->note),
			 "%llu lines lack flags and numbers: run tcpdump without -q",
			 (unsigned long long)state->quiet);
	else if (forgotten)
		snprintf(counts->note, sizeof(counts->note),
			 "%llu times a connection was forgotten: its later numbers stay relative",
			 (unsigned long long)forgotten);
	else if (state->quotes.repeated)
		snprintf(counts->note, sizeof(counts->note),
			 "%llu packet lines repeat lines above (quotations) and count once",
			 (unsigned long long)state->quotes.repeated);
	else if (state->filter)
		filter_note(state->filter, counts->note);
}

/* Reads on until something is ready. False at the end. */
static bool fill_ready(struct source_state *state)
{
	const char *line;
	size_t bytes;

	while (!state->ready_count && !state->ended) {
		if (text_lines_next(&state->lines, &line, &bytes)) {
			take_line(state, line, bytes);
			continue;
		}
		flush_join(state);
		release_held(state);
		note_end(state);
		state->ended = true;
	}
	return state->ready_count > 0;
}

static void pop_ready(struct source_state *state)
{
	state->ready_count--;
	memmove(state->ready, state->ready + 1, (size_t)state->ready_count * sizeof(*state->ready));
}

static bool store(struct source_state *state, const struct text_item *item)
{
	struct text_item *grown;
	size_t size = state->stored_size ? state->stored_size * 2 : 256;

	if (state->stored_count == state->stored_size) {
		grown = size > STORED_MAX ? NULL
					  : realloc(state->stored, size * sizeof(*state->stored));
		if (!grown)
			return false;
		state->stored = grown;
		state->stored_size = size;
	}
	state->stored[state->stored_count++] = *item;
	return true;
}

/* The next packet that the filter lets pass, or NULL. */
static const struct text_item *next_selected(struct source_state *state)
{
	while (!state->stored_done) {
		if (!fill_ready(state)) {
			state->stored_done = true;
			break;
		}
		filter_pass_text(state->filter, &state->ready[0].obs);
		if (!store(state, &state->ready[0])) {
			state->stored_done = true; /* it stays ready */
			break;
		}
		pop_ready(state);
	}
	while (state->stored_at < state->stored_count) {
		const struct text_item *item = &state->stored[state->stored_at++];

		if (filter_pass_text(state->filter, &item->obs))
			return item;
		state->counts.filtered++;
	}
	while (fill_ready(state)) {
		if (filter_pass_text(state->filter, &state->ready[0].obs))
			return &state->ready[0];
		state->counts.filtered++;
		pop_ready(state);
	}
	return NULL;
}

static int tcpdump_text_read(struct source_state *state, struct observation *ret_obs, int max)
{
	int count = 0, reasons = 0;

	while (count < max && reasons < REASONS_MAX) {
		const struct text_item *item;

		if (state->filter)
			item = next_selected(state);
		else
			item = fill_ready(state) ? &state->ready[0] : NULL;
		if (!item)
			break;
		ret_obs[count] = item->obs;
		if (item->obs.reason_bytes) {
			memcpy(state->reasons[reasons], item->reason, TEXT_REASON_MAX);
			ret_obs[count].reason = state->reasons[reasons++];
		}
		count++;
		if (item == &state->ready[0])
			pop_ready(state);
	}
	return count;
}

/* As many packet lines as are sure, and those that would be whole joined with others. */
static int tcpdump_text_recognize(const uint8_t *head, size_t bytes)
{
	const char *line = (const char *)head, *end, *next;
	char clean[4096];

	if (!bytes)
		return 0;
	end = line + (bytes < HEAD_BYTES ? bytes : HEAD_BYTES);
	for (; line < end; line = next) {
		size_t left, used, length;

		next = memchr(line, '\n', (size_t)(end - line));
		left = (size_t)((next ? next : end) - line);
		next = next ? next + 1 : end;
		while (left) {
			struct text_packet packet;
			enum text_line kind;

			used = left < sizeof(clean) ? left : sizeof(clean);
			length = text_markup_clean(line, used, clean, &used);
			kind = text_packet_parse(clean, length, &packet);
			/* "IP a > b:" or all of it; a time with "IP" alone could be prose. */
			if (kind > TEXT_LINE_OPEN && (kind != TEXT_LINE_NOT_TCP || packet.ip_word))
				return 10;
			if (kind == TEXT_LINE_OPEN && packet.ip_word)
				return 10;
			line += used;
			left -= used;
		}
	}
	return 0;
}

static void tcpdump_text_close(struct source_state *state)
{
	if (!state)
		return;
	filter_free(state->filter);
	free(state->words);
	text_numbers_free(state->numbers);
	text_quotes_release(&state->quotes);
	free(state->stored);
	input_close(state->input);
	free(state);
}

static int open_filter(struct source_state *state, const char *words, char problem[160])
{
	state->words = strdup(words);
	if (!state->words || filter_new(state->words, &state->filter) < 0) {
		snprintf(problem, 160, "there is not enough memory for a filter");
		return -ENOMEM;
	}
	return filter_compile(state->filter, LINK_RAW, problem);
}

static int tcpdump_text_open(struct input *input, const struct source_options *options,
			     struct source_state **ret_state, char problem[160])
{
	struct source_state *state = calloc(1, sizeof(*state));
	const uint8_t *head;
	size_t bytes;
	int error;

	if (state)
		state->numbers = text_numbers_new();
	if (!state || !state->numbers) {
		free(state);
		input_close(input);
		snprintf(problem, 160, "out of memory");
		return -ENOMEM;
	}
	state->input = input;
	state->file = options->file;
	state->no_hints = options->no_hints;
	if (options->filter && *options->filter) {
		error = open_filter(state, options->filter, problem);
		if (error < 0) {
			tcpdump_text_close(state);
			return error;
		}
	}
	head = input_peek(input, HEAD_BYTES, &bytes);
	text_clock_init(&state->clock, bytes ? (const char *)head : "",
			bytes < HEAD_BYTES ? bytes : HEAD_BYTES);
	text_lines_init(&state->lines, input);
	*ret_state = state;
	return 0;
}

static const struct source_counts *tcpdump_text_counts(const struct source_state *state)
{
	return &state->counts;
}

const struct source source_tcpdump_text = {
	.name = "text",
	.kind = SOURCE_TEXT,
	.recognize = tcpdump_text_recognize,
	.open = tcpdump_text_open,
	.read = tcpdump_text_read,
	.counts = tcpdump_text_counts,
	.close = tcpdump_text_close,
};
