/* SPDX-License-Identifier: MIT */
#include "run/wire_listeners.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "host/boot.h"
#include "host/sock_diag.h"

#define LISTENERS_MAX 4096
#define LOOKS_MAX 32
/* Between two looks this far apart somebody may have listened for a while. */
#define BRACKET_MAX_NS INT64_C(2500000000)
#define SHARE 50 /* at most a fiftieth of the time goes into looking */

struct listener {
	uint64_t cookie;
	struct endpoint local;
	uint32_t device;
	bool only_ip6;
	uint64_t first, last; /* looks that showed it */
	int64_t first_end_ns, last_begin_ns;
};

struct look {
	int64_t begin_ns, end_ns;
};

struct listeners {
	int diag_fd;
	int64_t looked_ns, rest_until_ns; /* CLOCK_MONOTONIC */
	uint64_t looks;			  /* number of the next one, from 1 */
	uint64_t oldest;		  /* the first one that is known, if any is */
	struct look ring[LOOKS_MAX];	  /* by number */
	uint32_t count;
	struct listener known[LISTENERS_MAX];
	struct sock_diag_answer shown[LISTENERS_MAX];
};

struct listeners *listeners_new(int diag_fd)
{
	struct listeners *listeners = calloc(1, sizeof(*listeners));

	if (!listeners)
		return NULL;
	listeners->diag_fd = diag_fd;
	listeners_forget(listeners);
	return listeners;
}

void listeners_free(struct listeners *listeners)
{
	free(listeners);
}

void listeners_forget(struct listeners *listeners)
{
	listeners->count = 0;
	listeners->looks = listeners->oldest = 1;
}

/* --- looking -----------------------------------------------------------------------------------
 */

static struct listener *find(struct listeners *listeners, uint64_t cookie)
{
	for (uint32_t i = 0; i < listeners->count; i++)
		if (listeners->known[i].cookie == cookie)
			return &listeners->known[i];
	return NULL;
}

/* A place for one more: free, or of a socket that is gone for longer than looks are known. */
static struct listener *place(struct listeners *listeners)
{
	struct listener *old = NULL;

	if (listeners->count < LISTENERS_MAX)
		return &listeners->known[listeners->count++];
	for (uint32_t i = 0; i < listeners->count; i++) {
		struct listener *listener = &listeners->known[i];

		if (listener->last < listeners->looks && (!old || listener->last < old->last))
			old = listener;
	}
	/* Looks that showed it would now seem to show nobody. */
	if (old && old->last >= listeners->oldest)
		listeners->oldest = old->last + 1;
	return old;
}

void listeners_note(struct listeners *listeners, const struct sock_diag_answer *shown,
		    uint32_t count, int64_t begin_ns, int64_t end_ns)
{
	uint64_t number = listeners->looks;

	for (uint32_t i = 0; i < count; i++) {
		struct listener *listener = find(listeners, shown[i].cookie);

		if (!listener) {
			listener = place(listeners);
			/* Too many to tell who is not there. */
			if (!listener) {
				listeners_forget(listeners);
				return;
			}
			memset(listener, 0, sizeof(*listener));
			listener->cookie = shown[i].cookie;
			listener->local = shown[i].local;
			listener->device = shown[i].device;
			listener->only_ip6 = shown[i].only_ip6;
			listener->first = number;
			listener->first_end_ns = end_ns;
		}
		listener->last = number;
		listener->last_begin_ns = begin_ns;
	}
	listeners->ring[number % LOOKS_MAX] = (struct look){ begin_ns, end_ns };
	listeners->looks++;
	if (listeners->looks - listeners->oldest > LOOKS_MAX)
		listeners->oldest = listeners->looks - LOOKS_MAX;
}

static int64_t wall_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void listeners_look(struct listeners *listeners, int64_t age_ns)
{
	struct sock_diag_list list = { .items = listeners->shown, .limit = LISTENERS_MAX };
	int64_t now_ns = clock_monotonic_ns(), begin_ns;

	if (now_ns < listeners->rest_until_ns ||
	    (listeners->looked_ns && now_ns - listeners->looked_ns < age_ns))
		return;
	listeners->looked_ns = now_ns;
	begin_ns = wall_ns();
	if (sock_diag_listeners(listeners->diag_fd, &list) == 0 && !list.truncated &&
	    !list.interrupted)
		listeners_note(listeners, list.items, (uint32_t)list.count, begin_ns, wall_ns());
	now_ns = clock_monotonic_ns();
	listeners->rest_until_ns = now_ns + (now_ns - listeners->looked_ns) * SHARE;
}

/* --- answering ---------------------------------------------------------------------------------
 */

static const struct look *look_of(const struct listeners *listeners, uint64_t number)
{
	return &listeners->ring[number % LOOKS_MAX];
}

/* Numbers of the last look that ended by @from_ns and the first that began from @to_ns on. */
static bool find_bracket(const struct listeners *listeners, int64_t from_ns, int64_t to_ns,
			 uint64_t *ret_before, uint64_t *ret_after)
{
	*ret_before = *ret_after = 0;
	for (uint64_t i = listeners->oldest; i < listeners->looks; i++) {
		const struct look *look = look_of(listeners, i);

		if (look->end_ns <= from_ns)
			*ret_before = i;
		if (look->begin_ns >= to_ns && !*ret_after)
			*ret_after = i;
	}
	return *ret_before && *ret_after;
}

static bool is_any(const struct endpoint *end)
{
	static const uint8_t zero[16];

	return !memcmp(end->ip, zero, sizeof(zero));
}

static bool takes(const struct listener *listener, const struct endpoint *server)
{
	const struct endpoint *local = &listener->local;

	if (local->port != server->port)
		return false;
	if (local->family == server->family)
		return is_any(local) || endpoint_same_host(local, server);
	return local->family == ADDR_IP6 && server->family == ADDR_IP4 && is_any(local) &&
	       !listener->only_ip6;
}

int listeners_at(const struct listeners *listeners, const struct endpoint *server, int64_t from_ns,
		 int64_t to_ns)
{
	uint64_t before, after;
	bool any = false, all_through = false;

	if (!find_bracket(listeners, from_ns, to_ns, &before, &after))
		return -1;
	for (uint32_t i = 0; i < listeners->count; i++) {
		const struct listener *listener = &listeners->known[i];

		if (!takes(listener, server) || listener->last < before || listener->first > after)
			continue;
		/* Which packets it gets depends on where they come in. */
		if (listener->device)
			return -1;
		any = true;
		all_through |= listener->first <= before && listener->last >= after;
	}
	if (all_through)
		return 1;
	if (any || from_ns - look_of(listeners, before)->end_ns > BRACKET_MAX_NS ||
	    look_of(listeners, after)->begin_ns - to_ns > BRACKET_MAX_NS)
		return -1;
	return 0;
}

int listeners_newer(const struct listeners *listeners, const struct endpoint *server,
		    int64_t first_ns, bool from_birth, int64_t at_ns)
{
	const struct listener *only = NULL;
	uint64_t before, after;

	if (!find_bracket(listeners, at_ns, at_ns, &before, &after))
		return -1;
	for (uint32_t i = 0; i < listeners->count; i++) {
		const struct listener *listener = &listeners->known[i];

		if (!takes(listener, server) || listener->last < before || listener->first > after)
			continue;
		if (only || listener->device)
			return -1; /* several: which of them is meant? */
		only = listener;
	}
	if (!only || only->first > before || only->last < after)
		return -1;
	if (from_birth && only->first_end_ns <= first_ns)
		return 0;
	/* A look after that first packet did not show it yet. */
	for (uint64_t i = listeners->oldest; i < only->first; i++)
		if (look_of(listeners, i)->begin_ns >= first_ns)
			return 1;
	return -1;
}
