/* SPDX-License-Identifier: MIT */
/* The closing lines: what was read, what was found, what was lost. */
#include "sinks/text_sink.h"

#include <stdarg.h>

#include "base/escape.h"
#include "draw/table.h"
#include "draw/width.h"

void text_fill(struct buf *out, const char *template_, ...)
{
	const char *at = template_;

	while (*at) {
		const char *brace = strchr(at, '{');
		const char *end = brace ? strchr(brace, '}') : NULL;
		const char *name, *text = NULL;
		va_list arguments;

		if (!end) {
			buf_add_text(out, at);
			return;
		}
		buf_add(out, at, (size_t)(brace - at));
		va_start(arguments, template_);
		while (!text && (name = va_arg(arguments, const char *))) {
			const char *value = va_arg(arguments, const char *);

			if (strlen(name) == (size_t)(end - brace - 1) &&
			    !memcmp(name, brace + 1, strlen(name)))
				text = value;
		}
		va_end(arguments);
		buf_add_text(out, text ? text : "");
		at = end + 1;
	}
}

static void number_text(const struct sink_state *state, uint64_t value, char text[32])
{
	struct buf number;

	buf_init(&number, 31);
	lang_add_count(state->lang, value, &number);
	memcpy(text, buf_text(&number), number.length + 1);
	buf_release(&number);
}

void text_add_knee(struct sink_state *state, const struct fold_group *group,
		   const struct verdict *verdict)
{
	char server[ENDPOINT_TEXT_MAX], count[32], below[32];
	const char *heading = text_word(state, WORD_KNEE);
	struct buf line;

	endpoint_format(&verdict->evidence->server, server);
	buf_init(&line, 4096);
	if (group->knee) {
		number_text(state, group->knee, count);
		number_text(state, group->opened_below_knee, below);
		text_fill(&line, text_word(state, WORD_KNEE_TEXT), "count", count, "addr", server,
			  "below", below, NULL);
		text_add_section(state, heading, buf_text(&line));
		heading = NULL;
	}
	/* One alone may be a client that changed its mind; beside a knee every one counts. */
	if (group->starved > (group->knee ? 0 : 1)) {
		buf_clear(&line);
		number_text(state, group->starved, count);
		text_fill(&line, text_word(state, WORD_STARVED_TEXT), "count", count, "addr",
			  server, NULL);
		text_add_section(state, heading ? text_word(state, WORD_STARVED) : NULL,
				 buf_text(&line));
	}
	buf_release(&line);
}

static void add_count(struct sink_state *state, struct buf *out, uint64_t count, const char *what)
{
	lang_add_count(state->lang, count, out);
	buf_printf(out, " %s", what);
}

static void add_wrapped(struct sink_state *state, struct buf *line)
{
	width_wrap(&state->buf, buf_text(line), 0, 2, state->width);
	buf_add_char(&state->buf, '\n');
	buf_clear(line);
}

/* "1,204 packets, 312 connections over 5 min 20 s: 200 closed normally, 3 still open at the end" */
static void add_seen(struct sink_state *state, const struct run_summary *summary, struct buf *line)
{
	const struct tracker_counts *tracker = summary->tracker;
	const struct {
		uint64_t count;
		enum word word;
	} ends[] = {
		{ tracker->normal_ends, WORD_CLOSED_NORMALLY },
		{ tracker->unfinished, WORD_UNFINISHED },
		{ tracker->refused_silently, WORD_NEVER_ANSWERED },
		{ tracker->midstream, WORD_MIDSTREAM },
	};
	const char *before = text_pick(state, ": ", "：");

	add_count(state, line, summary->packets,
		  text_word(state, summary->packets == 1 ? WORD_PACKET_ONE : WORD_PACKETS));
	buf_add_text(line, text_pick(state, ", ", "，"));
	add_count(state, line, tracker->connections,
		  text_word(state,
			    tracker->connections == 1 ? WORD_CONNECTION_ONE : WORD_CONNECTIONS));
	if (tracker->has_time && summary->span_ns > 0) {
		buf_printf(line, text_pick(state, " %s ", "，%s "), text_word(state, WORD_SPAN));
		lang_add_duration(state->lang, summary->span_ns / 1000, line);
	}
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++) {
		if (!ends[i].count)
			continue;
		buf_add_text(line, before);
		if (state->lang == LANG_ZH) {
			buf_printf(line, "%s ", text_word(state, ends[i].word));
			lang_add_count(state->lang, ends[i].count, line);
		} else {
			add_count(state, line, ends[i].count, text_word(state, ends[i].word));
		}
		before = text_pick(state, ", ", "，");
	}
	add_wrapped(state, line);
}

static void rate_text(const struct sink_state *state, uint64_t resets, uint64_t connections,
		      char text[32])
{
	uint64_t tenths = (resets * 10000 + connections / 2) / connections;
	struct buf number;

	buf_init(&number, 31);
	lang_add_count(state->lang, tenths / 10, &number);
	if (tenths % 10)
		buf_printf(&number, ".%u", (unsigned)(tenths % 10));
	memcpy(text, buf_text(&number), number.length + 1);
	buf_release(&number);
}

/* By cause: count and rate, so that two captures can be compared. */
static void add_causes(struct sink_state *state, const struct run_summary *summary)
{
	uint64_t connections = summary->tracker->connections;
	struct table table;
	bool used[CAUSES_MAX + 1] = { false };

	table_init(&table, 3);
	table.right[0] = table.right[1] = true;
	table_add(&table, text_word(state, WORD_RESETS_HEAD));
	table_add(&table, text_word(state, WORD_PER_1000_HEAD));
	table_add(&table, text_word(state, WORD_CAUSE));
	for (;;) {
		uint64_t most = 0;
		int best = -1;
		char count[32], rate[32];

		for (int i = 0; i <= cause_table_count && i <= CAUSES_MAX; i++) {
			uint64_t n =
				i == cause_table_count ? summary->unknown : summary->by_cause[i];

			if (!used[i] && n > most) {
				most = n;
				best = i;
			}
		}
		if (best < 0)
			break;
		used[best] = true;
		number_text(state, most, count);
		table_add(&table, count);
		if (connections)
			rate_text(state, most, connections, rate);
		table_add(&table, connections ? rate : "");
		table_add(&table, best == cause_table_count ? text_word(state, WORD_UNKNOWN)
							    : cause_table[best]->id);
	}
	table_draw(&table, 2, state->width, &state->buf);
	table_release(&table);
}

/* Where there is one, a table of it would be noise. */
static bool add_only_cause(const struct run_summary *summary, struct buf *line)
{
	const char *only = summary->unknown ? "unknown" : NULL;
	int causes = summary->unknown > 0;

	for (int i = 0; i < cause_table_count && i < CAUSES_MAX; i++) {
		if (!summary->by_cause[i])
			continue;
		only = cause_table[i]->id;
		causes++;
	}
	if (causes != 1)
		return false;
	buf_add_text(line, only);
	return true;
}

static void add_resets(struct sink_state *state, const struct run_summary *summary,
		       struct buf *line)
{
	char rate[32];

	if (!summary->resets) {
		enum word word = !summary->tracker->packets  ? WORD_NO_PACKET
				 : summary->tracker->ignored ? WORD_NO_RESET_HARM
							     : WORD_NO_RESET;

		buf_add_text(line, text_word(state, word));
		add_wrapped(state, line);
		return;
	}
	add_count(state, line, summary->resets,
		  text_word(state, summary->resets == 1 ? WORD_RESET_ONE : WORD_RESETS_NOUN));
	if (summary->tracker->connections) {
		rate_text(state, summary->resets, summary->tracker->connections, rate);
		if (state->lang == LANG_ZH)
			buf_printf(line, "，%s %s 个", text_word(state, WORD_PER_1000), rate);
		else
			buf_printf(line, ", %s %s", rate, text_word(state, WORD_PER_1000));
	}
	if (summary->expected == summary->resets)
		buf_printf(line, text_pick(state, "; %s", "；%s"), text_word(state, WORD_EXPECTED));
	else if (summary->expected)
		buf_printf(line, text_pick(state, "; %s for %llu of them", "；%s的有 %llu 个"),
			   text_word(state, WORD_EXPECTED), (unsigned long long)summary->expected);
	buf_add_text(line, text_pick(state, ": ", "："));
	if (add_only_cause(summary, line)) {
		add_wrapped(state, line);
		return;
	}
	line->length -= state->lang == LANG_EN;
	add_wrapped(state, line);
	add_causes(state, summary);
}

/* Without its folder: the line is long enough. */
static void file_name(const struct sink_state *state, int file, struct buf *out)
{
	const char *const *names = state->options.file_names;
	const char *name = names && names[file] ? names[file] : "?";
	const char *slash = strrchr(name, '/');

	name = slash && slash[1] ? slash + 1 : name;
	escape_terminal(out, name, strlen(name));
}

static void add_pairing(struct sink_state *state, const struct pairing *pairing, struct buf *line)
{
	char count[32], drift[32];
	struct buf offset, a, b;

	buf_init(&a, 4096);
	buf_init(&b, 4096);
	file_name(state, pairing->file_a, &a);
	file_name(state, pairing->file_b, &b);
	buf_init(&offset, 64);
	lang_add_duration(state->lang,
			  (pairing->offset_ns < 0 ? -pairing->offset_ns : pairing->offset_ns) /
				  1000,
			  &offset);
	number_text(state, pairing->connections, count);
	snprintf(drift, sizeof(drift), "%.1f", pairing->drift_ppm);
	buf_printf(line, "%s%s", text_word(state, WORD_PAIRED), text_pick(state, ": ", "："));
	text_fill(line, text_word(state, WORD_PAIRED_TEXT), "count", count, "a", buf_text(&a), "b",
		  buf_text(&b), "offset", buf_text(&offset), "ahead",
		  text_word(state, pairing->offset_ns < 0 ? WORD_BEHIND : WORD_AHEAD), "drift",
		  drift, NULL);
	if (pairing->nat)
		buf_printf(line, "%s%s", text_pick(state, "; ", "；"),
			   text_word(state, WORD_THROUGH_NAT));
	add_wrapped(state, line);
	buf_release(&offset);
	buf_release(&a);
	buf_release(&b);
}

/*
 * What was left out as a matter of course; nothing if nothing was. What could not be read is told
 * on standard error by the run, with the name of its file.
 */
static void add_lost(struct sink_state *state, const struct run_summary *summary, struct buf *line)
{
	const struct {
		uint64_t count;
		enum word word;
	} lost[] = {
		{ summary->not_tcp, WORD_SKIP_NOT_TCP },
		{ summary->filtered, WORD_SKIP_FILTERED },
		{ summary->fragments, WORD_SKIP_FRAGMENTS },
		{ summary->bad_checksum, WORD_SKIP_CHECKSUM },
		{ summary->tracker->duplicates, WORD_SKIP_DUPLICATES },
		{ summary->tracker->evicted_services, WORD_SKIP_EVICTED_SERVICES },
		{ summary->groups_dropped, WORD_SKIP_GROUPS },
	};

	for (size_t i = 0; i < sizeof(lost) / sizeof(*lost); i++) {
		if (!lost[i].count)
			continue;
		if (line->length)
			buf_add_text(line, text_pick(state, ", ", "，"));
		else
			buf_printf(line, "%s%s", text_word(state, WORD_SKIPPED),
				   text_pick(state, ": ", "："));
		if (state->lang == LANG_ZH) {
			buf_printf(line, "%s ", text_word(state, lost[i].word));
			lang_add_count(state->lang, lost[i].count, line);
		} else {
			add_count(state, line, lost[i].count, text_word(state, lost[i].word));
		}
	}
	if (line->length)
		add_wrapped(state, line);
}

void text_add_closing(struct sink_state *state, const struct run_summary *summary)
{
	struct buf line;

	buf_init(&line, 1 << 16);
	if (state->options.quiet) {
		if (!summary->resets)
			add_resets(state, summary, &line);
		buf_release(&line);
		return;
	}
	add_resets(state, summary, &line);
	if (summary->tracker->ignored) {
		add_count(state, &line, summary->tracker->ignored,
			  text_word(state, summary->tracker->ignored == 1 ? WORD_IGNORED_ONE
									  : WORD_IGNORED_TEXT));
		add_wrapped(state, &line);
	}
	if (summary->tracker->repeated) {
		add_count(state, &line, summary->tracker->repeated,
			  text_word(state, summary->tracker->repeated == 1 ? WORD_REPEATED_ONE
									   : WORD_REPEATED_TEXT));
		add_wrapped(state, &line);
	}
	add_seen(state, summary, &line);
	if (summary->pairing)
		add_pairing(state, summary->pairing, &line);
	add_lost(state, summary, &line);
	buf_release(&line);
}
