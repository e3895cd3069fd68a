/* SPDX-License-Identifier: MIT */
#include "run/joiner.h"

#include <stdlib.h>
#include <string.h>

#include "run/keyset.h"

/*
 * Evidence waits for its counterpart at the other point until so many others came after it. The
 * trackers run side by side by corrected time, so the counterpart comes close behind.
 */
#define WAITING_MAX 256

struct waiting {
	struct pair_reset reset;
	bool home;
	struct evidence ev;
};

struct joiner {
	struct pair *pair;
	struct teller *teller;
	struct keyset *told;
	struct evidence scratch;
	unsigned int first; /* oldest waiting */
	unsigned int count;
	uint64_t ignored_doubles;
	struct waiting waiting[WAITING_MAX];
};

struct joiner *joiner_new(const uint64_t hash_key[2], struct pair *pair, struct teller *teller,
			  size_t memory_bytes)
{
	struct joiner *joiner = calloc(1, sizeof(*joiner));

	if (!joiner)
		return NULL;
	joiner->told = keyset_new(hash_key, memory_bytes);
	if (!joiner->told) {
		free(joiner);
		return NULL;
	}
	joiner->pair = pair;
	joiner->teller = teller;
	return joiner;
}

void joiner_free(struct joiner *joiner)
{
	if (!joiner)
		return;
	keyset_free(joiner->told);
	free(joiner);
}

struct evidence *joiner_reserve(void *context)
{
	struct joiner *joiner = context;

	return &joiner->scratch;
}

static void hand_on(struct joiner *joiner, const struct evidence *ev)
{
	struct evidence *slot = teller_reserve(joiner->teller);

	*slot = *ev;
	teller_emit(joiner->teller, slot);
}

static bool same_reset(const struct pair_reset *a, const struct pair_reset *b)
{
	return a->connection == b->connection && a->seq == b->seq &&
	       a->from_client == b->from_client;
}

static struct waiting *find(struct joiner *joiner, const struct pair_reset *reset)
{
	unsigned int i;

	for (i = 0; i < joiner->count; i++) {
		struct waiting *at = &joiner->waiting[(joiner->first + i) % WAITING_MAX];

		if (same_reset(&at->reset, reset))
			return at;
	}
	return NULL;
}

/*
 * Whether @ev tells more than what waits. Whoever saw the beginning knows most. Beside that the
 * sender's side knows best how the reset was made; whether it was heeded, the receiver's side does.
 */
static bool is_better(const struct waiting *waiting, const struct evidence *ev, bool home)
{
	bool ignored = waiting->ev.ignored != IGNORED_NOT || ev->ignored != IGNORED_NOT;
	bool mine = evidence_is(ev, FACT_HANDSHAKE_SEEN, 1);

	if (ev->file == waiting->ev.file)
		return false;
	if (evidence_is(&waiting->ev, FACT_HANDSHAKE_SEEN, 1) != mine)
		return mine;
	return waiting->home == ignored && home != waiting->home;
}

static void release_oldest(struct joiner *joiner)
{
	struct waiting *oldest = &joiner->waiting[joiner->first % WAITING_MAX];

	joiner->first = (joiner->first + 1) % WAITING_MAX;
	joiner->count--;
	hand_on(joiner, &oldest->ev);
	keyset_add(joiner->told, &oldest->reset, sizeof(oldest->reset));
}

void joiner_emit(void *context, struct evidence *ev)
{
	struct joiner *joiner = context;
	struct pair_reset reset;
	struct waiting *at;
	bool home;

	memset(&reset, 0, sizeof(reset));
	if (!pair_judge(joiner->pair, ev, &reset)) {
		hand_on(joiner, ev);
		return;
	}
	if (keyset_has(joiner->told, &reset, sizeof(reset))) {
		joiner->ignored_doubles += ev->ignored != IGNORED_NOT;
		return;
	}
	home = pair_is_home(joiner->pair, ev);
	at = find(joiner, &reset);
	if (at) {
		joiner->ignored_doubles +=
			ev->ignored != IGNORED_NOT && at->ev.ignored != IGNORED_NOT;
		if (is_better(at, ev, home)) {
			at->ev = *ev;
			at->home = home;
		}
		return;
	}
	if (joiner->count == WAITING_MAX)
		release_oldest(joiner);
	at = &joiner->waiting[(joiner->first + joiner->count++) % WAITING_MAX];
	at->reset = reset;
	at->home = home;
	at->ev = *ev;
}

uint64_t joiner_ignored_doubles(const struct joiner *joiner)
{
	return joiner->ignored_doubles;
}

void joiner_finish(struct joiner *joiner)
{
	while (joiner->count)
		release_oldest(joiner);
}
