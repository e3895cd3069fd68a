/* SPDX-License-Identifier: MIT */
#include "run/fold.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS (FOLD_GROUPS_MAX * 2) /* half empty at most: probes stay short */
#define GROUPS_FIRST 16

/* What makes resets alike. Compared as bytes: no padding is left unset. */
struct fold_key {
	const struct cause *cause;
	struct endpoint server;
	uint8_t class_;
	uint8_t form;
	uint8_t resetter_is_client;
	uint8_t from;
};

struct fold_extra {
	struct fold_key key;
	uint32_t level; /* fewest connections open at a reset of this group; 0: not known */
};

struct fold {
	struct fold_group *groups;
	struct fold_extra *extra; /* beside groups, by the same index */
	int count;
	int capacity;
	int measured;	       /* groups before this one have their knee */
	uint16_t slots[SLOTS]; /* index + 1 into groups, 0: empty */
	uint64_t dropped;      /* groups that found no room; a dropped key may be counted again */
	uint64_t dropped_hash; /* of the last one, so that a run of alike resets counts once */
	uint64_t resets, expected, unknown;
	uint64_t by_cause[CAUSES_MAX];
};

struct fold *fold_new(void)
{
	return calloc(1, sizeof(struct fold));
}

void fold_free(struct fold *fold)
{
	if (!fold)
		return;
	free(fold->groups);
	free(fold->extra);
	free(fold);
}

static void key_make(const struct verdict *verdict, struct fold_key *ret_key)
{
	const struct evidence *ev = verdict->evidence;

	memset(ret_key, 0, sizeof(*ret_key));
	ret_key->cause = verdict->cause;
	ret_key->server = ev->server;
	ret_key->class_ = (uint8_t)verdict->class_;
	ret_key->form = evidence_knows(ev, FACT_RST_FORM)
				? (uint8_t)evidence_value(ev, FACT_RST_FORM)
				: (uint8_t)FORM_UNKNOWN;
	ret_key->resetter_is_client = ev->resetter_is_client;
	ret_key->from = (uint8_t)verdict->from;
}

/*
 * FNV-1a. It is not keyed: whoever makes addresses collide here makes at most FOLD_GROUPS_MAX
 * groups, and a probe is bounded by that.
 */
static uint64_t key_hash(const struct fold_key *key)
{
	const uint8_t *byte = (const uint8_t *)key;
	uint64_t hash = 0xcbf29ce484222325ull;

	for (size_t i = 0; i < sizeof(*key); i++)
		hash = (hash ^ byte[i]) * 0x100000001b3ull;
	return hash ^ hash >> 29;
}

static bool grow(struct fold *fold)
{
	int capacity = fold->capacity ? fold->capacity * 2 : GROUPS_FIRST;
	struct fold_group *groups;
	struct fold_extra *extra;

	if (fold->count == FOLD_GROUPS_MAX)
		return false;
	if (fold->count < fold->capacity)
		return true;
	groups = realloc(fold->groups, (size_t)capacity * sizeof(*groups));
	if (!groups)
		return false;
	fold->groups = groups;
	extra = realloc(fold->extra, (size_t)capacity * sizeof(*extra));
	if (!extra)
		return false;
	fold->extra = extra;
	fold->capacity = capacity;
	return true;
}

/* The group of @key; a new one has count 0. NULL where there is no room. */
static struct fold_group *group_find(struct fold *fold, const struct fold_key *key,
				     struct fold_extra **ret_extra)
{
	uint64_t hash = key_hash(key);
	size_t at = hash % SLOTS;
	struct fold_group *group;

	for (; fold->slots[at]; at = (at + 1) % SLOTS) {
		int i = fold->slots[at] - 1;

		if (!memcmp(&fold->extra[i].key, key, sizeof(*key))) {
			*ret_extra = &fold->extra[i];
			return &fold->groups[i];
		}
	}
	if (!grow(fold)) {
		fold->dropped += hash != fold->dropped_hash;
		fold->dropped_hash = hash;
		return NULL;
	}
	group = &fold->groups[fold->count];
	memset(group, 0, sizeof(*group));
	*ret_extra = &fold->extra[fold->count];
	**ret_extra = (struct fold_extra){ .key = *key };
	fold->slots[at] = (uint16_t)++fold->count;
	return group;
}

static int cause_index(const struct cause *cause)
{
	for (int i = 0; i < cause_table_count; i++) {
		if (cause_table[i] == cause)
			return i;
	}
	return -1;
}

static void count_in(struct fold *fold, const struct verdict *verdict)
{
	int cause = verdict->cause ? cause_index(verdict->cause) : -1;

	fold->resets++;
	fold->expected += verdict->expected;
	if (cause >= 0 && cause < CAUSES_MAX)
		fold->by_cause[cause]++;
	else
		fold->unknown++;
}

void fold_add(struct fold *fold, const struct verdict *verdict)
{
	const struct evidence *ev = verdict->evidence;
	struct fold_extra *extra;
	struct fold_group *group;
	struct fold_key key;

	if (ev->ignored != IGNORED_NOT)
		return;
	count_in(fold, verdict);
	key_make(verdict, &key);
	group = group_find(fold, &key, &extra);
	if (!group)
		return;
	if (!group->verdict.count) {
		group->verdict = *verdict;
		group->evidence = *ev;
		group->verdict.count = 0;
		group->verdict.first_ns = group->verdict.last_ns = ev->reset_ns;
	} else if (verdict->confidence > group->verdict.confidence) {
		uint64_t count = group->verdict.count;
		int64_t first_ns = group->verdict.first_ns, last_ns = group->verdict.last_ns;

		/* The best example is the one that proves most; by_confidence tells of the others.
		 */
		group->verdict = *verdict;
		group->evidence = *ev;
		group->verdict.count = count;
		group->verdict.first_ns = first_ns;
		group->verdict.last_ns = last_ns;
	}
	group->verdict.count++;
	group->by_confidence[verdict->confidence]++;
	/* Nobody needs to act on the group only if that holds for each of it. */
	group->verdict.expected = group->verdict.expected && verdict->expected;
	if (ev->reset_ns < group->verdict.first_ns)
		group->verdict.first_ns = ev->reset_ns;
	if (ev->reset_ns > group->verdict.last_ns)
		group->verdict.last_ns = ev->reset_ns;
	if (evidence_knows(ev, FACT_OPEN_TO_SERVER)) {
		uint32_t open = (uint32_t)evidence_value(ev, FACT_OPEN_TO_SERVER);

		if (!extra->level || open < extra->level)
			extra->level = open;
	}
}

/* One mechanism at one server: what a knee is about. Causes may differ. */
static bool same_mechanism(const struct fold_key *a, const struct fold_key *b)
{
	return a->class_ == b->class_ && a->resetter_is_client == b->resetter_is_client &&
	       endpoint_same(&a->server, &b->server);
}

static void measure(struct fold *fold, int index, const struct tracker *tracker)
{
	const struct fold_key *key = &fold->extra[index].key;
	struct fold_group *group = &fold->groups[index];
	uint32_t level = UINT32_MAX;
	uint64_t resets = 0, below;
	int largest = index;

	for (int i = 0; i < fold->count; i++) {
		if (!same_mechanism(&fold->extra[i].key, key))
			continue;
		resets += fold->groups[i].verdict.count;
		if (fold->extra[i].level < level)
			level = fold->extra[i].level;
		if (fold->groups[i].verdict.count > fold->groups[largest].verdict.count)
			largest = i;
	}
	/* It is a property of the server: told once, with the group that has most of it. */
	if (largest != index)
		return;
	if (!key->resetter_is_client)
		group->starved = tracker_starved(tracker, &key->server);
	if (resets < FOLD_KNEE_RESETS_MIN || level < 2 || level == UINT32_MAX)
		return;
	below = tracker_opened_below(tracker, &key->server, level);
	if (below < resets)
		return;
	group->knee = level;
	group->opened_below_knee = below;
}

void fold_measure(struct fold *fold, const struct tracker *tracker)
{
	/* Groups that an earlier tracker has measured gain nothing from one that never saw them. */
	for (int i = 0; i < fold->count; i++) {
		if (i >= fold->measured || !fold->groups[i].knee)
			measure(fold, i, tracker);
	}
	fold->measured = fold->count;
}

/* What somebody has to act on first, then the most frequent, then the earliest. */
static int group_compare(const void *pa, const void *pb, void *context)
{
	const struct fold *fold = context;
	int ia = *(const int *)pa, ib = *(const int *)pb;
	const struct verdict *a = &fold->groups[ia].verdict, *b = &fold->groups[ib].verdict;

	if (a->expected != b->expected)
		return a->expected ? 1 : -1;
	if (a->count != b->count)
		return a->count > b->count ? -1 : 1;
	if (a->first_ns != b->first_ns)
		return a->first_ns < b->first_ns ? -1 : 1;
	return ia < ib ? -1 : ia > ib;
}

static void sort_groups(struct fold *fold)
{
	struct fold_group *sorted;
	int *order;

	if (fold->count < 2)
		return;
	order = malloc((size_t)fold->count * sizeof(*order));
	sorted = malloc((size_t)fold->count * sizeof(*sorted));
	if (order && sorted) {
		for (int i = 0; i < fold->count; i++)
			order[i] = i;
		qsort_r(order, (size_t)fold->count, sizeof(*order), group_compare, fold);
		for (int i = 0; i < fold->count; i++)
			sorted[i] = fold->groups[order[i]];
		free(fold->groups);
		fold->groups = sorted;
		sorted = NULL;
	}
	free(order);
	free(sorted);
}

void fold_finish(struct fold *fold, struct run_summary *summary)
{
	sort_groups(fold);
	for (int i = 0; i < fold->count; i++)
		fold->groups[i].verdict.evidence = &fold->groups[i].evidence;
	summary->groups = fold->groups;
	summary->group_count = fold->count;
	summary->groups_dropped = fold->dropped;
	summary->resets = fold->resets;
	summary->expected = fold->expected;
	summary->unknown = fold->unknown;
	memcpy(summary->by_cause, fold->by_cause, sizeof(summary->by_cause));
}
