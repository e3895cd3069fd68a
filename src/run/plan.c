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

/*
 * The pieces of one point, by time: a file joins the point whose last piece it follows, the one
 * with which it shares most connections that go on; never a point that saw the same segments.
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
			score = 1 + pair_continued(m->pair, m->index[other], m->index[at]);
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

/* Numbers the groups from 0 and takes every file of one to the clock of its first file. */
static void settle(struct maker *m, struct plan *plan, const int *order)
{
	int number[RUN_FILES_MAX], i, j;

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
		for (j = 0; j < i; j++) {
			const struct plan_file *before = &plan->files[j];
			struct pairing clocks;

			if (before->place.group != file->place.group ||
			    !pair_clocks(m->pair, before->index, file->index, &clocks))
				continue;
			file->place.clock_ns = before->place.clock_ns - clocks.offset_ns;
			if (!plan->paired || clocks.connections > plan->pairing.connections)
				plan->pairing = clocks;
			plan->paired = true;
			break;
		}
	}
}

void plan_make(struct plan *plan, struct pair *pair, const bool *usable, int count)
{
	struct maker *m = calloc(1, sizeof(*m));
	int order[RUN_FILES_MAX], i, j;

	memset(plan, 0, sizeof(*plan));
	if (!m) {
		plan_alone(plan, usable, count);
		return;
	}
	m->pair = pair;
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
	/* Files are in order of time, and stay so within a point. */
	for (i = 1; i < plan->count; i++)
		for (j = i; j > 0 && compare_files(&plan->files[j - 1], &plan->files[j]) > 0; j--) {
			struct plan_file swap = plan->files[j];

			plan->files[j] = plan->files[j - 1];
			plan->files[j - 1] = swap;
		}
	free(m);
}
