/* SPDX-License-Identifier: MIT */
#include "audit/tally.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

#define GROUPS_FIRST 256

struct tally *tally_new(const uint64_t key[2], uint32_t range_low, uint32_t range_high)
{
	struct tally *tally = calloc(1, sizeof(*tally));

	if (!tally)
		return NULL;
	memcpy(tally->key, key, sizeof(tally->key));
	tally->range_low = range_low;
	tally->range_high = range_high;
	return tally;
}

void tally_free(struct tally *tally)
{
	if (!tally)
		return;
	free(tally->groups);
	free(tally->buckets);
	free(tally);
}

void tally_listens(struct tally *tally, uint16_t port)
{
	tally->listening[port / 8] |= (uint8_t)(1 << port % 8);
}

struct key {
	struct endpoint near, far;
	uint32_t kind;
};

static uint32_t bucket_of(const struct tally *tally, const struct endpoint *near,
			  const struct endpoint *far, enum tally_kind kind)
{
	struct key key;

	memset(&key, 0, sizeof(key));
	key.near = *near;
	key.far = *far;
	key.kind = kind;
	return (uint32_t)hash_keyed(tally->key, &key, sizeof(key)) & (tally->bucket_count - 1);
}

/* Twice as many groups, and four buckets for each. */
static bool grow(struct tally *tally)
{
	uint32_t limit = tally->bucket_count ? tally->bucket_count / 2 : GROUPS_FIRST;
	struct tally_group *groups;
	uint32_t *buckets;

	if (limit > TALLY_MAX)
		return false;
	groups = realloc(tally->groups, limit * sizeof(*groups));
	if (groups)
		tally->groups = groups;
	buckets = groups ? calloc(limit * 4, sizeof(*buckets)) : NULL;
	if (!buckets)
		return false;
	free(tally->buckets);
	tally->buckets = buckets;
	tally->bucket_count = limit * 4;
	for (uint32_t i = 0; i < tally->group_count; i++) {
		const struct tally_group *group = &groups[i];
		uint32_t at = bucket_of(tally, &group->near, &group->far, group->kind);

		while (buckets[at])
			at = (at + 1) & (tally->bucket_count - 1);
		buckets[at] = i + 1;
	}
	return true;
}

static struct tally_group *group_of(struct tally *tally, const struct endpoint *near,
				    const struct endpoint *far, enum tally_kind kind, bool make)
{
	struct tally_group *group;
	uint32_t at;

	if (make && tally->group_count == tally->bucket_count / 4)
		make = grow(tally);
	if (!tally->bucket_count)
		return NULL;
	at = bucket_of(tally, near, far, kind);
	for (; tally->buckets[at]; at = (at + 1) & (tally->bucket_count - 1)) {
		group = &tally->groups[tally->buckets[at] - 1];
		if (group->kind == kind && endpoint_same(&group->near, near) &&
		    endpoint_same(&group->far, far))
			return group;
	}
	if (!make)
		return NULL;
	group = &tally->groups[tally->group_count++];
	memset(group, 0, sizeof(*group));
	group->near = *near;
	group->far = *far;
	group->kind = kind;
	tally->buckets[at] = tally->group_count;
	return group;
}

static void count_in(struct tally *tally, struct tally_group *group,
		     const struct sock_diag_answer *answer)
{
	uint16_t port = answer->local.port;

	if (!group) {
		tally->unplaced++;
		return;
	}
	group->count[answer->state]++;
	group->total++;
	group->in_range += port >= tally->range_low && port <= tally->range_high;
	group->keepalive +=
		answer->timer == SOCK_DIAG_KEEPALIVE && answer->state == SOCK_DIAG_ESTABLISHED;
	group->unread += answer->state == SOCK_DIAG_ESTABLISHED && answer->receive_queue;
	if (answer->inode)
		group->inode = answer->inode;
}

void tally_add(struct tally *tally, const struct sock_diag_answer *answer)
{
	struct endpoint none = { 0 }, near = { 0 }, far = answer->remote;

	if (answer->state >= TALLY_STATES)
		return;
	tally->count[answer->state]++;
	tally->total++;
	if (answer->state == SOCK_DIAG_LISTEN || answer->state == SOCK_DIAG_CLOSE)
		return;
	if (tally->listening[answer->local.port / 8] >> answer->local.port % 8 & 1) {
		near.port = answer->local.port;
		count_in(tally, group_of(tally, &near, &none, TALLY_SERVED, true), answer);
	} else {
		near = answer->local;
		near.port = 0;
		count_in(tally, group_of(tally, &near, &far, TALLY_CALLED, true), answer);
	}
	far.port = 0;
	count_in(tally, group_of(tally, &none, &far, TALLY_PEER, true), answer);
}

int tally_top(const struct tally *tally, enum tally_kind kind, const struct tally_group **ret,
	      int limit)
{
	int count = 0;

	for (uint32_t i = 0; i < tally->group_count; i++) {
		const struct tally_group *group = &tally->groups[i];
		int at;

		if (group->kind != kind || limit <= 0 ||
		    (count == limit && group->total <= ret[count - 1]->total))
			continue;
		at = count < limit ? count++ : limit - 1;
		for (; at > 0 && ret[at - 1]->total < group->total; at--)
			ret[at] = ret[at - 1];
		ret[at] = group;
	}
	return count;
}

const struct tally_group *tally_served(const struct tally *tally, uint16_t port)
{
	struct endpoint none = { 0 }, near = { .port = port };

	return group_of((struct tally *)tally, &near, &none, TALLY_SERVED, false);
}
