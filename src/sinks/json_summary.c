/* SPDX-License-Identifier: MIT */
/* The last line of -o json: what was read, what was found, what was lost. */
#include "sinks/json_sink.h"

#define GROUPS_SHOWN 256 /* in JSON; every reset has been told already */

static void add_number(struct buf *out, const char *key, uint64_t value)
{
	buf_add_char(out, ',');
	buf_add_char(out, '"');
	buf_add_text(out, key);
	buf_add_literal(out, "\":");
	buf_add_u64(out, value);
}

/* Resets per 1,000 connections, with two decimals. */
static void add_rate(struct buf *out, uint64_t resets, uint64_t connections)
{
	uint64_t hundredths = (uint64_t)((double)resets * 100000.0 / (double)connections + 0.5);

	buf_add_u64(out, hundredths / 100);
	if (hundredths % 100) {
		buf_add_char(out, '.');
		buf_add_char(out, (char)('0' + hundredths % 100 / 10));
		if (hundredths % 10)
			buf_add_char(out, (char)('0' + hundredths % 10));
	}
}

/* {"cause":N,...} of all causes that were met; @connections 0: counts, else rates. */
static void add_causes(struct buf *out, const char *key, const struct run_summary *summary,
		       uint64_t connections)
{
	bool any = false;

	buf_add_text(out, key);
	for (int i = 0; i <= cause_table_count && i <= CAUSES_MAX; i++) {
		bool rest = i == cause_table_count;
		uint64_t count = rest ? summary->unknown : summary->by_cause[i];

		if (!count)
			continue;
		if (any)
			buf_add_char(out, ',');
		buf_add_char(out, '"');
		buf_add_text(out, rest ? "unknown" : cause_table[i]->id);
		buf_add_literal(out, "\":");
		if (connections)
			add_rate(out, count, connections);
		else
			buf_add_u64(out, count);
		any = true;
	}
	buf_add_char(out, '}');
}

static void add_group(struct sink_state *state, const struct fold_group *group)
{
	const struct verdict *verdict = mask_verdict(&state->mask, &group->verdict);
	const struct evidence *ev = verdict->evidence;
	struct buf *out = &state->buf;

	buf_add_literal(out, "{\"cause\":\"");
	buf_add_text(out, verdict->cause ? verdict->cause->id : "unknown");
	buf_add_literal(out, "\",\"class\":\"");
	buf_add_text(out, class_name(verdict->class_));
	buf_add_literal(out, "\",\"server\":");
	json_add_endpoint(out, &ev->server);
	buf_add_literal(out, ",\"from\":\"");
	buf_add_text(out, reset_from_name(verdict->from));
	buf_add_text(out, verdict->expected ? "\",\"expected\":true" : "\",\"expected\":false");
	add_number(out, "count", verdict->count);
	if (ev->has_time) {
		json_add_time(state, ",\"first_time\":\"", ",\"first_time_of_day\":\"",
			      ev->has_date, verdict->first_ns);
		json_add_time(state, ",\"last_time\":\"", ",\"last_time_of_day\":\"", ev->has_date,
			      verdict->last_ns);
	}
	if (group->knee) {
		add_number(out, "knee", group->knee);
		add_number(out, "opened_below_knee", group->opened_below_knee);
	}
	if (group->starved)
		add_number(out, "starved", group->starved);
	buf_add_char(out, '}');
}

static void add_pairing(struct sink_state *state, const struct pairing *pairing)
{
	struct buf *out = &state->buf;

	buf_add_literal(out, ",\"pairing\":{\"a\":");
	buf_add_i64(out, pairing->file_a);
	buf_add_literal(out, ",\"b\":");
	buf_add_i64(out, pairing->file_b);
	add_number(out, "connections", pairing->connections);
	buf_add_literal(out, ",\"offset_ms\":");
	json_add_ms(out, pairing->offset_ns / 1000);
	buf_add_literal(out, ",\"uncertainty_ms\":");
	json_add_ms(out, pairing->uncertainty_ns / 1000);
	/* Thousandths, made by hand: printf would look at the locale. */
	buf_add_literal(out, ",\"drift_ppm\":");
	json_add_ms(out, (int64_t)(pairing->drift_ppm * 1000.0));
	buf_add_text(out, pairing->nat ? ",\"nat\":true}" : ",\"nat\":false}");
}

static void add_lost(struct buf *out, const struct run_summary *summary)
{
	const struct tracker_counts *tracker = summary->tracker;
	const struct {
		const char *key;
		uint64_t value;
	} counts[] = {
		{ "filtered", summary->filtered },
		{ "undecodable", summary->undecodable },
		{ "cut_short", summary->cut_short },
		{ "fragments", summary->fragments },
		{ "bad_checksum", summary->bad_checksum },
		{ "unknown_link", summary->unknown_link },
		{ "unparsed_lines", summary->unparsed_lines },
		{ "duplicates", tracker->duplicates },
		{ "evicted_connections", tracker->evicted_connections },
		{ "evicted_servers", tracker->evicted_services },
		{ "groups_dropped", summary->groups_dropped },
		{ "events", summary->events_lost },
	};

	buf_add_literal(out, ",\"lost\":{\"not_tcp\":");
	buf_add_u64(out, summary->not_tcp);
	for (size_t i = 0; i < sizeof(counts) / sizeof(*counts); i++)
		add_number(out, counts[i].key, counts[i].value);
	if (summary->unseen)
		add_number(out, "unseen", summary->unseen);
	if (summary->runs_missed)
		add_number(out, "missed", summary->runs_missed);
	buf_add_text(out, summary->truncated ? ",\"truncated\":true}" : ",\"truncated\":false}");
}

void json_add_run(struct sink_state *state, const struct run_summary *summary)
{
	const struct tracker_counts *tracker = summary->tracker;
	struct buf *out = &state->buf;

	buf_add_literal(out, "{\"type\":\"summary\",\"schema\":1");
	add_number(out, "inputs", (uint64_t)summary->input_count);
	add_number(out, "packets", summary->packets);
	add_number(out, "bytes", summary->bytes);
	add_number(out, "tcp_segments", tracker->packets);
	add_number(out, "connections", tracker->connections);
	add_number(out, "midstream", tracker->midstream);
	add_number(out, "normal_ends", tracker->normal_ends);
	add_number(out, "unfinished", tracker->unfinished);
	add_number(out, "never_answered", tracker->refused_silently);
	add_number(out, "resets", summary->resets);
	add_number(out, "expected", summary->expected);
	add_number(out, "ignored", tracker->ignored);
	add_number(out, "repeated", tracker->repeated);
	add_causes(out, ",\"resets_by_cause\":{", summary, 0);
	if (tracker->connections)
		add_causes(out, ",\"per_1000_connections\":{", summary, tracker->connections);
	if (tracker->has_time) {
		buf_add_literal(out, ",\"span_ms\":");
		json_add_ms(out, summary->span_ns / 1000);
		json_add_time(state, ",\"first_time\":\"", ",\"first_time_of_day\":\"",
			      tracker->has_date, tracker->first_ns);
		json_add_time(state, ",\"last_time\":\"", ",\"last_time_of_day\":\"",
			      tracker->has_date, tracker->last_ns);
	}
	buf_add_literal(out, ",\"groups\":[");
	for (int i = 0; i < summary->group_count && i < GROUPS_SHOWN; i++) {
		if (i)
			buf_add_char(out, ',');
		add_group(state, &summary->groups[i]);
	}
	buf_add_char(out, ']');
	if (summary->group_count > GROUPS_SHOWN)
		add_number(out, "groups_not_listed",
			   (uint64_t)(summary->group_count - GROUPS_SHOWN));
	if (summary->pairing)
		add_pairing(state, summary->pairing);
	add_lost(out, summary);
	buf_add_literal(out, "}\n");
}
