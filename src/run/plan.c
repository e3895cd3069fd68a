/* SPDX-License-Identifier: MIT */
#include "run/plan.h"

#include <stdlib.h>
#include <string.h>

/*
 * Files that follow each other within this time are pieces of one capture. After a longer pause
 * nothing that one says about its surroundings holds for the other.
 */
#define PIECE_GAP_NS (600 * INT64_C(1000000000))

void plan_alone(struct plan *plan, const bool *usable, int count)
{
	int i;

	memset(plan, 0, sizeof(*plan));
	for (i = 0; i < count; i++)
		if (usable[i]) {
			struct plan_file *file = &plan->files[plan->count++];

			file->index = i;
			file->place.group = plan->groups++;
		}
}

enum relation {
	RELATION_NONE,
	RELATION_POINTS, /* two points of capture */
	RELATION_PIECES, /* @a goes before @b */
};

static enum relation relate(const struct pair *pair, int a, int b)
{
	const struct pair_file *x = pair_get_file(pair, a), *y = pair_get_file(pair, b);
	uint64_t common = pair_common(pair, a, b), least;
	bool comparable = x->has_time && y->has_time && x->has_date == y->has_date;
	bool apart = comparable && (x->last_ns <= y->first_ns || y->last_ns <= x->first_ns);
	int64_t gap =
		x->last_ns <= y->first_ns ? y->first_ns - x->last_ns : x->first_ns - y->last_ns;

	least = x->connections < y->connections ? x->connections : y->connections;
	/* Clocks may differ by hours: times that do not overlap are no proof against two points,
	 * but then most connections must be common, not one whose SYN was repeated across a
	 * rotation. */
	if (common && (!apart || common * 2 >= least))
		return RELATION_POINTS;
	if (!apart)
		return RELATION_NONE;
	if (gap <= PIECE_GAP_NS || pair_continued(pair, a, b) || pair_continued(pair, b, a))
		return RELATION_PIECES;
	return RELATION_NONE;
}

struct maker {
	struct pair *pair;
	const char *const *names;
	int index[RUN_FILES_MAX]; /* usable files */
	int group[RUN_FILES_MAX];
	int point[RUN_FILES_MAX];
	int count;
	unsigned char relation[RUN_FILES_MAX][RUN_FILES_MAX];
};

static void join_groups(struct maker *m, int a, int b)
{
	int from = m->group[b], to = m->group[a], i;

	for (i = 0; i < m->count; i++)
		if (m->group[i] == from)
			m->group[i] = to;
}

static int64_t first_of(const struct maker *m, int i)
{
	return pair_get_file(m->pair, m->index[i])->first_ns;
}

/* How alike two paths are, but for the numbers and times that a rotation puts into names. */
static uint64_t likeness(const char *a, const char *b)
{
	const char *last_a = strrchr(a, '/'), *last_b = strrchr(b, '/');
	size_t folder_a = last_a ? (size_t)(last_a - a) + 1 : 0;
	size_t folder_b = last_b ? (size_t)(last_b - b) + 1 : 0;
	uint64_t alike = folder_a == folder_b && !memcmp(a, b, folder_a) ? 1 << 12 : 0;

	for (a += folder_a, b += folder_b;; a++, b++) {
		a += strspn(a, "0123456789");
		b += strspn(b, "0123456789");
		if (!*a || *a != *b)
			break;
		alike++;
	}
	return alike;
}

/* How well @after continues @before: what goes on in it, its name, how much goes on. */
static uint64_t continuity(const struct maker *m, int before, int after)
{
	uint64_t continued = pair_continued(m->pair, m->index[before], m->index[after]);

	return (uint64_t) !!continued << 62 |
	       likeness(m->names[m->index[before]], m->names[m->index[after]]) << 40 |
	       (continued + 1);
}

/*
 * The pieces of one point, by time: a file joins the point whose last piece it follows, the one
 * with which it shares connections that go on; never a point that saw the same segments. Where two
 * points were rotated at the same times, both would do: names tell then.
 */
static void find_points(struct maker *m, const int *order)
{
	int i, j, points = 0;

	for (i = 0; i < m->count; i++) {
		int at = order[i], best = -1;
		uint64_t most = 0;
		bool refused[RUN_FILES_MAX] = { false };

		for (j = 0; j < i; j++) {
			int other = order[j];
			uint64_t score;

			if (m->relation[at][other] != RELATION_PIECES) {
				refused[m->point[other]] = true;
				continue;
			}
			score = continuity(m, other, at);
			if (m->group[other] == m->group[at] && score > most) {
				most = score;
				best = m->point[other];
			}
		}
		m->point[at] = best >= 0 && !refused[best] ? best : points++;
	}
}

static void find_groups(struct maker *m)
{
	int i, j;

	for (i = 0; i < m->count; i++)
		m->group[i] = i;
	for (i = 0; i < m->count; i++)
		for (j = i + 1; j < m->count; j++) {
			enum relation relation = relate(m->pair, m->index[i], m->index[j]);

			m->relation[i][j] = m->relation[j][i] = (unsigned char)relation;
			if (relation != RELATION_NONE)
				join_groups(m, i, j);
		}
}

static int compare_files(const void *a, const void *b)
{
	const struct plan_file *x = a, *y = b;

	if (x->place.group != y->place.group)
		return x->place.group - y->place.group;
	return x->place.point - y->place.point;
}

/* Numbers the groups from 0. */
static void settle(struct maker *m, struct plan *plan, const int *order)
{
	int number[RUN_FILES_MAX], i;

	for (i = 0; i < m->count; i++)
		number[i] = -1;
	for (i = 0; i < m->count; i++) {
		int at = order[i];
		struct plan_file *file = &plan->files[plan->count++];

		if (number[m->group[at]] < 0)
			number[m->group[at]] = plan->groups++;
		file->index = m->index[at];
		file->place.group = number[m->group[at]];
		file->place.point = m->point[at];
	}
}

int plan_noted_as(const struct plan *plan, const struct plan_file *file)
{
	int i;

	for (i = 0; i < plan->count; i++)
		if (plan->files[i].place.group == file->place.group &&
		    plan->files[i].place.point == file->place.point)
			break;
	return plan->files[i].index;
}

bool plan_has_pieces(const struct plan *plan)
{
	int i;

	for (i = 0; plan->paired && i < plan->count; i++)
		if (plan_noted_as(plan, &plan->files[i]) != plan->files[i].index)
			return true;
	return false;
}

/* @from and @to are the files under which the notes were taken. */
static bool set_clock(struct plan *plan, const struct pair *pair, const struct plan_file *before,
		      int from, struct plan_file *file, int to)
{
	struct pairing clocks;

	if (before->place.group != file->place.group || !pair_clocks(pair, from, to, &clocks))
		return false;
	file->place.clock_ns = before->place.clock_ns - clocks.offset_ns;
	if (!plan->paired || clocks.connections > plan->pairing.connections)
		plan->pairing = clocks;
	plan->paired = true;
	return true;
}

void plan_set_clocks(struct plan *plan, const struct pair *pair)
{
	int i, j;

	plan->paired = false;
	for (i = 0; i < plan->count; i++) {
		struct plan_file *file = &plan->files[i];
		int noted_as = plan_noted_as(plan, file);

		file->place.clock_ns = 0;
		file->place.noted_as = 1 + noted_as;
		for (j = 0; j < i; j++) {
			const struct plan_file *before = &plan->files[j];

			if (before->place.group == file->place.group &&
			    before->place.point == file->place.point) {
				file->place.clock_ns = before->place.clock_ns;
				break;
			}
			if (set_clock(plan, pair, before, plan_noted_as(plan, before), file,
				      noted_as))
				break;
		}
	}
}

void plan_make(struct plan *plan, struct pair *pair, const char *const *names, const bool *usable,
	       int count)
{
	struct maker *m = calloc(1, sizeof(*m));
	int order[RUN_FILES_MAX], i, j;

	memset(plan, 0, sizeof(*plan));
	if (!m) {
		plan_alone(plan, usable, count);
		return;
	}
	m->pair = pair;
	m->names = names;
	for (i = 0; i < count; i++)
		if (usable[i])
			m->index[m->count++] = i;
	for (i = 0; i < m->count; i++) {
		for (j = i; j > 0 && first_of(m, order[j - 1]) > first_of(m, i); j--)
			order[j] = order[j - 1];
		order[j] = i;
	}
	find_groups(m);
	find_points(m, order);
	settle(m, plan, order);
	for (i = 0; i < plan->count; i++)
		for (j = 0; j < i; j++)
			if (set_clock(plan, pair, &plan->files[j], plan->files[j].index,
				      &plan->files[i], plan->files[i].index))
				break;
	/* Files are in order of time, and stay so within a point. */
	for (i = 1; i < plan->count; i++)
		for (j = i; j > 0 && compare_files(&plan->files[j - 1], &plan->files[j]) > 0; j--) {
			struct plan_file swap = plan->files[j];

			plan->files[j] = plan->files[j - 1];
			plan->files[j - 1] = swap;
		}
	free(m);
}
