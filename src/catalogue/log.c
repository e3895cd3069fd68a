/* SPDX-License-Identifier: MIT */
#include "catalogue/log.h"

#include <stdlib.h>

#include "base/hash.h"
#include "catalogue/cells.h"
#include "catalogue/match.h"

#define BUFFER_BYTES ((size_t)1 << 20)
#define ENTRIES_MAX 512

struct log {
	char *storage; /* MATCH_PAD, the buffer, MATCH_PAD */
	char *buffer;
	size_t used;
	bool skipping; /* inside a line that was longer than the buffer */
	uint64_t hash_key[2];
	struct log_counts counts;
	struct log_group *group;     /* by entry */
	struct cells peers;	     /* (entry, peer) */
	struct cells minutes;	     /* (entry, minute) */
	struct cells peer_minutes;   /* (entry, peer, minute) */
	char (*peer_name)[PEER_MAX]; /* by place in peers */

	/* The record that the last line with a time began. */
	struct when record_when;
	char record_peer[PEER_MAX];
	size_t record_peer_length;
	uint64_t record_seen[ENTRIES_MAX / 64];
	uint64_t record_at; /* offset of that line in the log */
	int record_age;	    /* lines since, as far as they were looked at */
	uint64_t looked_to; /* lines before this offset have been looked at for a time */
};

struct log *log_new(const uint64_t hash_key[2], int table_bits)
{
	int peer_bits = table_bits - 2; /* names take more room, and are fewer */
	struct log *log = calloc(1, sizeof(*log));

	if (!log)
		return NULL;
	memcpy(log->hash_key, hash_key, sizeof(log->hash_key));
	log->record_age = LOG_RECORD_LINES + 1;
	log->storage = calloc(1, BUFFER_BYTES + 2 * MATCH_PAD);
	log->group = calloc((size_t)entry_count, sizeof(*log->group));
	log->peer_name = calloc((size_t)1 << peer_bits, sizeof(*log->peer_name));
	if (!log->storage || !log->group || !log->peer_name || entry_count > ENTRIES_MAX ||
	    cells_init(&log->peers, peer_bits) < 0 || cells_init(&log->minutes, table_bits) < 0 ||
	    cells_init(&log->peer_minutes, table_bits) < 0) {
		log_free(log);
		return NULL;
	}
	log->buffer = log->storage + MATCH_PAD;
	for (int i = 0; i < entry_count; i++)
		log->group[i].entry = i;
	return log;
}

void log_free(struct log *log)
{
	if (!log)
		return;
	cells_release(&log->peers);
	cells_release(&log->minutes);
	cells_release(&log->peer_minutes);
	free(log->peer_name);
	free(log->group);
	free(log->storage);
	free(log);
}

static uint64_t key_of(const struct log *log, int entry, uint64_t peer, const struct when *when)
{
	struct {
		int64_t entry, kind, minute;
		uint64_t peer;
	} key = { entry, when ? (int64_t)when->kind : -1, when ? when->minute : 0, peer };

	return hash_keyed(log->hash_key, &key, sizeof(key));
}

static void count_minute(struct log *log, struct log_group *group, const struct when *when)
{
	struct cell *cell, gone;
	int is_new;

	if (when->kind == WHEN_NONE) {
		group->without_time++;
		return;
	}
	if (group->first.kind != when->kind || when->minute < group->first.minute)
		group->first = *when;
	if (group->last.kind != when->kind || when->minute > group->last.minute)
		group->last = *when;
	cell = cells_count(&log->minutes, key_of(log, group->entry, 0, when), &is_new, &gone);
	if (is_new) {
		cell->entry = group->entry;
		cell->minute = when->minute;
		cell->kind = (int)when->kind;
		if (gone.count)
			log->group[gone.entry].lost_minutes += gone.count;
	}
}

static void count_peer(struct log *log, struct log_group *group, const char *peer, size_t length,
		       const struct when *when)
{
	struct cell *cell, gone;
	uint64_t name;
	int is_new;

	if (!length) {
		group->without_peer++;
		return;
	}
	name = hash_keyed(log->hash_key, peer, length);
	cell = cells_count(&log->peers, key_of(log, group->entry, name, NULL), &is_new, &gone);
	if (is_new) {
		char *text = log->peer_name[cell - log->peers.cell];

		cell->entry = group->entry;
		cell->peer = name;
		memcpy(text, peer, length);
		text[length] = '\0';
		if (gone.count)
			log->group[gone.entry].lost_peers += gone.count;
	}
	if (when->kind == WHEN_NONE)
		return;
	cell = cells_count(&log->peer_minutes, key_of(log, group->entry, name, when), &is_new,
			   &gone);
	if (is_new) {
		cell->entry = group->entry;
		cell->peer = name;
		cell->minute = when->minute;
		cell->kind = (int)when->kind;
	}
}

static void record_begin(struct log *log, const struct when *when, uint64_t at)
{
	log->record_when = *when;
	log->record_at = at;
	log->record_age = 0;
	log->record_peer_length = 0;
	memset(log->record_seen, 0, sizeof(log->record_seen));
}

/*
 * Looks at the lines before @line, which has no time of its own, for the one that has: at most
 * LOG_RECORD_LINES, and none twice.
 */
static void record_look_back(struct log *log, const char *line, uint64_t base)
{
	const char *end = line, *oldest = log->buffer;
	struct when when;
	int lines = 0;

	if (log->looked_to > base)
		oldest += log->looked_to - base;
	while (end > oldest && lines < LOG_RECORD_LINES) {
		const char *newline = memrchr(log->buffer, '\n', (size_t)(end - 1 - log->buffer));
		const char *start = newline ? newline + 1 : log->buffer;

		lines++;
		if (when_parse(start, (size_t)(end - 1 - start), &when)) {
			static const struct entry any = { .id = "" };
			uint64_t at = base + (uint64_t)(start - log->buffer);

			if (at != log->record_at || log->record_age > LOG_RECORD_LINES)
				record_begin(log, &when, at);
			log->record_age = lines;
			log->record_peer_length = peer_find(start, (size_t)(end - 1 - start), 0,
							    &any, log->record_peer);
			return;
		}
		end = start;
	}
	log->record_age += lines;
}

static bool is_indented(const char *line, size_t length)
{
	static const char *const marks[] = { "Caused by", "Suppressed", "During handling",
					     "The above exception" };

	if (!length || *line == ' ' || *line == '\t' || *line == '\r' || *line == '\n')
		return true;
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++)
		if (length >= strlen(marks[i]) && !memcmp(line, marks[i], strlen(marks[i])))
			return true;
	return false;
}

/*
 * Whether a line without a time belongs to the trace before it, and is not just one more line of a
 * program that writes no times: it is indented, ends an indented block, or follows the line with
 * the time.
 */
static bool in_trace(const struct log *log, const char *line, size_t length)
{
	const char *newline, *before;

	if (log->record_age <= 1 || is_indented(line, length))
		return true;
	if (line < log->buffer + 2)
		return false;
	newline = memrchr(log->buffer, '\n', (size_t)(line - 1 - log->buffer));
	before = newline ? newline + 1 : log->buffer;
	return is_indented(before, (size_t)(line - 1 - before));
}

/* A line that speaks of an entry. */
static void count_line(struct log *log, const char *line, size_t length, uint64_t base)
{
	uint64_t at = base + (uint64_t)(line - log->buffer);
	struct matches matches;
	struct log_group *group;
	struct when when;
	char peer[PEER_MAX];
	size_t peer_length;
	int entry;
	bool own_time;

	match_line(line, length, &matches);
	if (!matches.count)
		return;
	log->counts.matched++;
	entry = matches.match[0].entry;
	group = &log->group[entry];
	own_time = when_parse(line, length, &when);
	if (own_time)
		record_begin(log, &when, at);
	else
		record_look_back(log, line, base);
	log->looked_to = at + length;
	peer_length =
		peer_find(line, length, (size_t)matches.match[0].offset, &entry_table[entry], peer);
	if (log->record_age <= LOG_RECORD_LINES) {
		uint64_t bit = (uint64_t)1 << (entry % 64);

		if (log->record_seen[entry / 64] & bit && in_trace(log, line, length)) {
			log->counts.repeated++;
			return;
		}
		log->record_seen[entry / 64] |= bit;
		when = log->record_when;
		if (own_time) {
			memcpy(log->record_peer, peer, peer_length);
			log->record_peer_length = peer_length;
		} else if (!peer_length) {
			peer_length = log->record_peer_length;
			memcpy(peer, log->record_peer, peer_length);
		}
	} else {
		when.kind = WHEN_NONE;
	}
	if (!group->count++) {
		group->sample_length = length < LOG_SAMPLE_MAX ? length : LOG_SAMPLE_MAX;
		memcpy(group->sample, line, group->sample_length);
	}
	log->counts.events++;
	count_minute(log, group, &when);
	count_peer(log, group, peer, peer_length, &when);
}

/* The buffer's first @length bytes are whole lines. */
static void log_lines(struct log *log, size_t length)
{
	uint64_t base = log->counts.bytes;
	const char *at = log->buffer, *end = at + length;

	for (const char *newline = at;
	     (newline = memchr(newline, '\n', (size_t)(end - newline)));) {
		log->counts.lines++;
		if (++newline >= end)
			break;
	}
	while (at < end) {
		size_t offset = match_next(at, (size_t)(end - at));
		const char *found = at + offset, *newline, *start;
		size_t size;

		if (found >= end)
			break;
		newline = memrchr(at, '\n', offset);
		start = newline ? newline + 1 : at;
		newline = memchr(found, '\n', (size_t)(end - found));
		at = newline ? newline + 1 : end;
		size = (size_t)((newline ? newline : end) - start);
		if (size && start[size - 1] == '\r')
			size--;
		if (size > LOG_LINE_MAX) {
			size = LOG_LINE_MAX;
			log->counts.long_lines++;
		}
		count_line(log, start, size, base);
	}
	/* For the lines that follow in the next buffer. */
	if (length && log->looked_to < base + length) {
		record_look_back(log, end, base);
		log->looked_to = base + length;
	}
	log->counts.bytes += length;
}

char *log_buffer(struct log *log, size_t *ret_room)
{
	*ret_room = BUFFER_BYTES - log->used;
	return log->buffer + log->used;
}

void log_commit(struct log *log, size_t count)
{
	const char *newline;
	size_t whole;

	if (log->skipping) {
		char *fresh = log->buffer + log->used;

		newline = memchr(fresh, '\n', count);
		whole = newline ? (size_t)(newline - fresh) + 1 : count;
		memmove(fresh, fresh + whole, count - whole);
		log->counts.bytes += whole;
		count -= whole;
		if (!newline)
			return;
		log->skipping = false;
	}
	log->used += count;
	newline = memrchr(log->buffer, '\n', log->used);
	if (newline) {
		whole = (size_t)(newline - log->buffer) + 1;
		log_lines(log, whole);
		memmove(log->buffer, log->buffer + whole, log->used - whole);
		log->used -= whole;
	}
	if (BUFFER_BYTES - log->used < LOG_LINE_MAX) {
		/* One line that fills the buffer: its beginning counts, its rest does not. */
		log->counts.long_lines++;
		log->counts.lines++;
		log_lines(log, log->used);
		log->used = 0;
		log->skipping = true;
	}
}

void log_finish(struct log *log)
{
	if (log->used) {
		log->counts.lines++;
		log_lines(log, log->used);
	}
	log->used = 0;
	log->skipping = false;
	log->record_age = LOG_RECORD_LINES + 1;
}

const struct log_counts *log_get_counts(const struct log *log)
{
	return &log->counts;
}

int log_groups(const struct log *log, const struct log_group **ret_groups, int max)
{
	int count = 0, all = 0;

	for (int i = 0; i < entry_count; i++) {
		const struct log_group *group = &log->group[i];
		int place;

		if (!group->count)
			continue;
		all++;
		place = count < max ? count++ : max;
		while (place > 0 && ret_groups[place - 1]->count < group->count) {
			if (place < max)
				ret_groups[place] = ret_groups[place - 1];
			place--;
		}
		if (place < max)
			ret_groups[place] = group;
	}
	return all;
}

/* Larger counts first, then earlier minutes, then names: the place in the table is chance. */
static bool comes_before(const struct log *log, const struct cells *cells, size_t a, size_t b)
{
	const struct cell *cell_a = &cells->cell[a], *cell_b = &cells->cell[b];

	if (cell_a->count != cell_b->count)
		return cell_a->count > cell_b->count;
	if (cells == &log->peers)
		return strcmp(log->peer_name[a], log->peer_name[b]) < 0;
	return cell_a->minute < cell_b->minute;
}

/* Places of the largest cells of @entry, and of @peer if not 0; returns how many. */
static int top_cells(const struct log *log, const struct cells *cells, int entry, uint64_t peer,
		     size_t *ret_place, int max, int *ret_all)
{
	int count = 0;

	*ret_all = 0;
	for (size_t i = 0; i < cells_size(cells); i++) {
		const struct cell *cell = &cells->cell[i];
		int place;

		if (!cell->count || cell->entry != entry || (peer && cell->peer != peer))
			continue;
		++*ret_all;
		place = count < max ? count++ : max;
		while (place > 0 && comes_before(log, cells, i, ret_place[place - 1])) {
			if (place < max)
				ret_place[place] = ret_place[place - 1];
			place--;
		}
		if (place < max)
			ret_place[place] = i;
	}
	return count;
}

int log_peers(const struct log *log, int entry, struct log_peer *ret_peers, int max, int *ret_all)
{
	size_t place[LOG_TOP_MAX], minute;
	int count, all;

	count = top_cells(log, &log->peers, entry, 0, place, max < LOG_TOP_MAX ? max : LOG_TOP_MAX,
			  ret_all);
	for (int i = 0; i < count; i++) {
		const struct cell *cell = &log->peers.cell[place[i]];

		memset(&ret_peers[i], 0, sizeof(ret_peers[i]));
		memcpy(ret_peers[i].peer, log->peer_name[place[i]], PEER_MAX);
		ret_peers[i].count = cell->count;
		if (top_cells(log, &log->peer_minutes, entry, cell->peer, &minute, 1, &all)) {
			const struct cell *busiest = &log->peer_minutes.cell[minute];

			ret_peers[i].busiest.minute = busiest->minute;
			ret_peers[i].busiest.kind = (enum when_kind)busiest->kind;
			ret_peers[i].busiest_count = busiest->count;
		}
	}
	return count;
}

int log_minutes(const struct log *log, int entry, struct log_minute *ret_minutes, int max,
		int *ret_all)
{
	size_t place[LOG_TOP_MAX];
	int count = top_cells(log, &log->minutes, entry, 0, place,
			      max < LOG_TOP_MAX ? max : LOG_TOP_MAX, ret_all);

	for (int i = 0; i < count; i++) {
		const struct cell *cell = &log->minutes.cell[place[i]];

		ret_minutes[i].when.minute = cell->minute;
		ret_minutes[i].when.kind = (enum when_kind)cell->kind;
		ret_minutes[i].count = cell->count;
	}
	return count;
}
