/* SPDX-License-Identifier: MIT */
#include "run/crew.h"

#include <errno.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>

#include "run/ahead.h"
#include "run/joiner.h"

/* How far one point may be read ahead of the others, so that they do not take turns by packets. */
#define AHEAD_NS 10000000

/* One line about an input; @name is put before it where it does not begin with it. */
static void tell_problem(const struct run_options *options, const char *name, const char *problem)
{
	char words[PROBLEM_BYTES * 2], zh[PROBLEM_BYTES * 2];
	bool named = !strncmp(problem, name, strlen(name));

	snprintf(words, sizeof(words), "%.*s%s%s", 300, named ? "" : name, named ? "" : ": ",
		 problem);
	problem_in_chinese(words, zh, sizeof(zh));
	options->note(options->context, "%s", "%s",
		      options->sink_options.lang == LANG_ZH ? zh : words);
}

int crew_open(struct crew *crew, int index, bool filtered)
{
	const struct run_options *options = crew->options;
	char problem[PROBLEM_BYTES];
	int r;

	r = feed_open(&crew->feed, options->files[index], (uint8_t)index,
		      filtered ? options->filter : NULL, problem);
	if (r < 0) {
		tell_problem(options, "", problem);
		crew->status = 1;
	}
	return r;
}

static void tell_counts(struct crew *crew, const char *name, const struct source_counts *counts)
{
	const struct run_options *options = crew->options;
	static const struct {
		size_t offset;
		const char *en, *zh;
	} kinds[] = {
#define COUNT(field, en, zh) { offsetof(struct source_counts, field), en, zh }
		COUNT(undecodable, "undecodable", "无法解析"),
		COUNT(cut_short, "captured too short", "抓取长度不足"),
		COUNT(unknown_link, "of an unknown link type", "链路类型未知"),
		COUNT(unparsed_lines, "lines not understood", "行看不懂"),
#undef COUNT
	};
	char en[200] = "", zh[200] = "";
	size_t i, at_en = 0, at_zh = 0;

	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		uint64_t n;

		memcpy(&n, (const char *)counts + kinds[i].offset, sizeof(n));
		if (!n)
			continue;
		at_en += (size_t)snprintf(en + at_en, sizeof(en) - at_en, "%s%llu %s",
					  at_en ? ", " : "", (unsigned long long)n, kinds[i].en);
		at_zh += (size_t)snprintf(zh + at_zh, sizeof(zh) - at_zh, "%s%llu %s",
					  at_zh ? "，" : "", (unsigned long long)n, kinds[i].zh);
	}
	if (en[0] && !options->sink_options.quiet)
		options->note(options->context, "%s: left out: %s", "%s：未计入：%s", name,
			      options->sink_options.lang == LANG_ZH ? zh : en);
}

/* Adds what a finished input could not give. */
static void add_counts(struct crew *crew, const struct feed *feed)
{
	const struct run_options *options = crew->options;
	const struct source_counts *counts = feed->source->counts(feed->state);
	struct run_summary *sum = &crew->summary;
	const char *name = strcmp(feed->name, "-") ? feed->name : "standard input";

	sum->packets += counts->packets;
	sum->bytes += counts->bytes;
	sum->not_tcp += counts->not_tcp;
	sum->filtered += counts->filtered;
	sum->undecodable += counts->undecodable;
	sum->cut_short += counts->cut_short;
	sum->fragments += counts->fragments;
	sum->bad_checksum += counts->bad_checksum;
	sum->unknown_link += counts->unknown_link;
	sum->unparsed_lines += counts->unparsed_lines;
	sum->input_count++;
	tell_counts(crew, name, counts);
	if (counts->note[0] && !options->sink_options.quiet)
		tell_problem(options, name, counts->note);
	if (counts->unknown_link)
		crew->status = 1;
	if (!counts->truncated && !counts->corrupt && !counts->too_large)
		return;
	sum->truncated = true;
	crew->status = 1;
	tell_problem(options, name, counts->problem);
}

static void add_tracker_counts(struct tracker_counts *sum, const struct tracker_counts *more)
{
	sum->packets += more->packets;
	sum->duplicates += more->duplicates;
	sum->connections += more->connections;
	sum->midstream += more->midstream;
	sum->normal_ends += more->normal_ends;
	sum->unfinished += more->unfinished;
	sum->refused_silently += more->refused_silently;
	sum->resets += more->resets;
	sum->repeated += more->repeated;
	sum->ignored += more->ignored;
	sum->evicted_connections += more->evicted_connections;
	sum->evicted_services += more->evicted_services;
	if (!more->has_time)
		return;
	if (!sum->has_time || more->first_ns < sum->first_ns)
		sum->first_ns = more->first_ns;
	if (!sum->has_time || more->last_ns > sum->last_ns)
		sum->last_ns = more->last_ns;
	sum->has_date = more->has_date && (sum->has_date || !sum->has_time);
	sum->has_time = true;
}

/* ---- one point of capture ------------------------------------------------------------------ */

struct point {
	const struct plan_file *files;
	int count;
	int at; /* being read */
	bool open;
	struct feed feed;
	struct tracker *tracker;
};

static int open_teller(struct crew *crew, const struct source *source)
{
	const struct run_options *options = crew->options;
	struct sink_options sink_options = options->sink_options;
	int r;

	if (crew->teller)
		return 0;
	sink_options.file_names = options->files;
	sink_options.source_kind = source->kind == SOURCE_TEXT ? "text" : "pcap";
	r = teller_new(options, &sink_options, &crew->teller);
	if (r < 0) {
		options->note(options->context, "output: %s", "输出：%s", strerror(-r));
		crew->status = 1;
	}
	return r;
}

/* The next file of @point that can be opened; false after the last. */
static bool open_next(struct crew *crew, struct point *point)
{
	while (!point->open && point->at < point->count) {
		const struct run_options *options = crew->options;
		int index = point->files[point->at].index;
		bool once = !crew->select && options->filter;
		char problem[PROBLEM_BYTES];

		if (feed_open(&point->feed, options->files[index], (uint8_t)index,
			      once ? options->filter : NULL, problem) < 0) {
			tell_problem(options, "", problem);
			crew->status = 1;
			point->at++;
			continue;
		}
		if (open_teller(crew, point->feed.source) < 0) {
			feed_close(&point->feed);
			return false;
		}
		point->open = true;
	}
	return point->open;
}

static void close_file(struct crew *crew, struct point *point)
{
	add_counts(crew, &point->feed);
	feed_close(&point->feed);
	point->open = false;
	point->at++;
}

static int start_tracker(struct crew *crew, struct point *point, size_t memory_bytes)
{
	const struct run_options *options = crew->options;
	struct tracker_config config = {
		.hash_key = { options->hash_key[0], options->hash_key[1] },
		.memory_bytes = memory_bytes,
		.reserve = crew->joiner ? joiner_reserve : teller_reserve,
		.emit = crew->joiner ? joiner_emit : teller_emit,
		.context = crew->joiner ? (void *)crew->joiner : (void *)crew->teller,
	};

	if (point->tracker)
		return 0;
	point->tracker = tracker_new(&config);
	if (point->tracker)
		return 0;
	options->note(options->context, "out of memory: lower --memory",
		      "内存不足：请减小 --memory");
	crew->status = 1;
	return -ENOMEM;
}

static void push_batch(struct crew *crew, struct point *point, const struct observation *obs,
		       int count)
{
	int i;

	if (!crew->select) {
		tracker_push_many(point->tracker, obs, count);
		return;
	}
	for (i = 0; i < count; i++)
		if (keyset_has_connection(crew->select, &obs[i]))
			tracker_push(point->tracker, &obs[i]);
		else
			crew->summary.filtered++;
}

static void end_point(struct crew *crew, struct point *point)
{
	if (point->open)
		close_file(crew, point);
	if (!point->tracker)
		return;
	if (!teller_is_full(crew->teller))
		tracker_finish(point->tracker);
}

static void forget_point(struct crew *crew, struct point *point)
{
	const struct tracker_counts *counts;

	if (!point->tracker)
		return;
	counts = tracker_get_counts(point->tracker);
	add_tracker_counts(&crew->counts, counts);
	teller_measure(crew->teller, point->tracker);
	tracker_free(point->tracker);
	point->tracker = NULL;
}

/* Reads the open file of @point to its end. */
static void push_file(struct crew *crew, struct point *point)
{
	struct ahead *ahead = crew->options->one_thread ? NULL : ahead_new(&point->feed);
	const struct observation *obs = point->feed.batch;
	bool piped = feed_is_pipe(point->feed.name);
	int count;

	while (!teller_is_full(crew->teller)) {
		count = ahead ? ahead_next(ahead, &obs) : feed_fill(&point->feed);
		if (count <= 0)
			break;
		push_batch(crew, point, obs, count);
		if (piped)
			teller_flush(crew->teller);
	}
	ahead_free(ahead);
}

/* The fast path: one point, nothing to compare with. */
static void work_alone(struct crew *crew, struct point *point)
{
	while (open_next(crew, point)) {
		if (start_tracker(crew, point, crew->options->memory_bytes) < 0)
			break;
		push_file(crew, point);
		close_file(crew, point);
		if (teller_is_full(crew->teller))
			break;
	}
	end_point(crew, point);
	if (crew->teller)
		teller_drain(crew->teller);
	forget_point(crew, point);
}

/* ---- several points of the same connections ------------------------------------------------- */

/* Time of the next segment of @point on the clock of the group; false at its end. */
static bool next_time(struct crew *crew, struct point *point, int64_t *ret_ns)
{
	while (open_next(crew, point)) {
		const struct observation *obs = feed_peek(&point->feed);

		if (obs) {
			*ret_ns = obs->time_ns + point->files[point->at].place.clock_ns;
			return true;
		}
		close_file(crew, point);
	}
	return false;
}

/* Pushes @point's segments up to @until_ns. */
static void push_until(struct crew *crew, struct point *point, int64_t until_ns)
{
	int64_t now_ns;

	while (next_time(crew, point, &now_ns) && now_ns <= until_ns) {
		const struct observation *obs = feed_next(&point->feed);

		if (crew->select && !keyset_has_connection(crew->select, obs))
			crew->summary.filtered++;
		else
			tracker_push(point->tracker, obs);
	}
}

static bool start_points(struct crew *crew, struct point *points, int count)
{
	const struct run_options *options = crew->options;
	int i;

	for (i = 0; i < count; i++)
		open_next(crew, &points[i]);
	if (!crew->teller)
		return false;
	crew->joiner =
		joiner_new(options->hash_key, crew->pair, crew->teller, options->memory_bytes / 16);
	for (i = 0; crew->joiner && i < count; i++)
		if (start_tracker(crew, &points[i], options->memory_bytes) < 0)
			return false;
	return crew->joiner;
}

static void work_together(struct crew *crew, struct point *points, int count)
{
	int i;

	if (!start_points(crew, points, count))
		return;
	while (!teller_is_full(crew->teller)) {
		int64_t now_ns, first_ns = INT64_MAX;
		int first = -1;

		for (i = 0; i < count; i++)
			if (next_time(crew, &points[i], &now_ns) && now_ns < first_ns) {
				first_ns = now_ns;
				first = i;
			}
		if (first < 0)
			break;
		push_until(crew, &points[first], first_ns + AHEAD_NS);
	}
}

static void subtract(uint64_t *count, uint64_t doubles)
{
	*count -= doubles < *count ? doubles : *count;
}

/* Connections that several points saw are counted once, and what one point missed is said. */
static void count_once(struct crew *crew, const struct point *points, int point_count)
{
	int group = points[0].files[0].place.group;
	const struct run_options *options = crew->options;
	struct tracker_counts *counts = &crew->counts;
	struct pair_doubles doubles;
	int i;

	doubles = pair_count_doubles(crew->pair, group);
	subtract(&counts->connections, doubles.connections);
	subtract(&counts->normal_ends, doubles.normal_ends);
	subtract(&counts->unfinished, doubles.unfinished);
	subtract(&counts->refused_silently, doubles.never_answered);
	subtract(&counts->midstream, doubles.midstream);
	subtract(&counts->ignored, crew->joiner ? joiner_ignored_doubles(crew->joiner) : 0);
	for (i = 0; i < point_count && !options->sink_options.quiet; i++)
		if (pair_ended_before(crew->pair, points[i].files[0].index))
			options->note(
				options->context,
				"%s ends before resets that the other side shows (%llu): it cannot "
				"say whether they left there; let both captures run on a little",
				"%s 在 %llu 个 RST "
				"之前就结束了，无法证明它们是否从那一端发出：两端的抓包请多留一会儿"
				"再停",
				options->files[points[i].files[points[i].count - 1].index],
				(unsigned long long)pair_ended_before(crew->pair,
								      points[i].files[0].index));
}

static void work_group(struct crew *crew, struct point *points, int count)
{
	int i;

	if (count == 1) {
		work_alone(crew, points);
		return;
	}
	work_together(crew, points, count);
	for (i = 0; i < count; i++)
		end_point(crew, &points[i]);
	if (crew->joiner)
		joiner_finish(crew->joiner);
	if (crew->teller)
		teller_drain(crew->teller);
	for (i = 0; i < count; i++)
		forget_point(crew, &points[i]);
	count_once(crew, points, count);
	joiner_free(crew->joiner);
	crew->joiner = NULL;
}

static void finish(struct crew *crew)
{
	const struct run_options *options = crew->options;
	const struct tracker_counts *counts = &crew->counts;
	int r;

	crew->summary.tracker = counts;
	if (counts->has_time)
		crew->summary.span_ns = counts->last_ns - counts->first_ns;
	if (counts->evicted_connections)
		options->note(
			options->context,
			"%llu connections were forgotten to stay within the memory limit: what "
			"was reset later on them is judged without their beginning (--memory)",
			"为不超过内存上限，丢弃了 %llu 条连接的记录，它们之后的 RST 缺少前文（见 "
			"--memory）",
			(unsigned long long)counts->evicted_connections);
	r = teller_finish(crew->teller, &crew->summary);
	teller_free(crew->teller);
	crew->teller = NULL;
	if (r < 0) {
		/* Told once, here: the end of the program shall not try again. */
		__fpurge(options->out);
		clearerr(options->out);
	}
	if (r < 0 && r != -EPIPE) {
		options->note(options->context, "output: %s", "输出：%s", strerror(-r));
		crew->status = 1;
	}
}

static void set_places(struct pair *pair, const struct plan *plan)
{
	struct pair_place places[RUN_FILES_MAX];
	int i, count = 0;

	memset(places, 0, sizeof(places));
	for (i = 0; i < plan->count; i++) {
		places[plan->files[i].index] = plan->files[i].place;
		if (plan->files[i].index >= count)
			count = plan->files[i].index + 1;
	}
	pair_set_places(pair, places, count);
}

void crew_work(struct crew *crew, struct plan *plan)
{
	int i = 0, j;

	if (plan->paired)
		crew->summary.pairing = &plan->pairing;
	if (crew->pair)
		set_places(crew->pair, plan);
	while (i < plan->count && !(crew->teller && teller_is_full(crew->teller))) {
		int group = plan->files[i].place.group, count = 0;
		struct point *points = calloc((size_t)plan->count, sizeof(*points));

		if (!points) {
			crew->status = 1;
			break;
		}
		for (j = i; j < plan->count && plan->files[j].place.group == group; j++) {
			if (j == i || plan->files[j].place.point != plan->files[j - 1].place.point)
				points[count++].files = &plan->files[j];
			points[count - 1].count++;
		}
		work_group(crew, points, count);
		free(points);
		i = j;
	}
	if (crew->teller)
		finish(crew);
}
