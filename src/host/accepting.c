/* SPDX-License-Identifier: MIT */
#include "host/accepting.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "host/boot.h"
#include "host/counters.h"

#define PAUSE_NS 1000000  /* between two looks */
#define DENSE_NS 25000000 /* at the end no pause, where it is still open */

/* --- which ones ----------------------------------------------------------------------------------
 */

/* The smaller the nearer (compute_score() in net/ipv4/inet_hashtables.c); 0: does not take it. */
static int distance(const struct endpoint *target, const struct sock_diag_answer *listener)
{
	if (target->family == ADDR_NONE || endpoint_same_host(target, &listener->local))
		return 1;
	if (!endpoint_is_wildcard(&listener->local))
		return 0;
	if (target->family == listener->local.family)
		return 2;
	return target->family == ADDR_IP4 && !listener->only_ip6 ? 3 : 0;
}

void accepting_choose(const struct endpoint *target, struct sock_diag_list *list,
		      struct accepting *listeners)
{
	size_t kept = 0, i;
	int nearest = 0;

	for (i = 0; i < list->count; i++) {
		int d = distance(target, &list->items[i]);

		if (d && (!nearest || d < nearest))
			nearest = d;
	}
	listeners->elsewhere = 0;
	for (i = 0; i < list->count; i++) {
		if (nearest && distance(target, &list->items[i]) == nearest) {
			list->items[kept++] = list->items[i];
		} else if (!listeners->elsewhere++) {
			listeners->other = list->items[i].local;
		}
	}
	list->count = kept;
}

static int look(int fd, const struct endpoint *target, struct sock_diag_list *list,
		struct accepting *listeners)
{
	int r;

	list->count = 0;
	list->limit = ACCEPTORS_MAX;
	r = sock_diag_port(fd, 1u << SOCK_DIAG_LISTEN, target->port, list);
	listeners->truncated = list->truncated;
	accepting_choose(target, list, listeners);
	return r;
}

/* --- what became of them -------------------------------------------------------------------------
 */

static void note(struct acceptor *listener, const struct sock_diag_answer *now)
{
	if (acceptor_is_full(now))
		listener->was_full = true;
	else
		listener->was_below_full = true;
	/* A second listen() may change the limit: what counts is the length. */
	if (now->receive_queue < listener->socket.receive_queue)
		listener->moves = ACCEPTOR_MOVES;
	listener->socket = *now;
}

/* The kernel tells them in the same order each time: the search begins at the place of before. */
static const struct sock_diag_answer *find(const struct sock_diag_list *list, size_t at,
					   uint64_t cookie)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct sock_diag_answer *one = &list->items[(at + i) % list->count];

		if (one->cookie == cookie)
			return one;
	}
	return NULL;
}

static bool knows(const struct accepting *listeners, size_t at, uint64_t cookie)
{
	for (size_t i = 0; i < listeners->count; i++)
		if (listeners->items[(at + i) % listeners->count].socket.cookie == cookie)
			return true;
	return false;
}

void accepting_note(struct accepting *listeners, const struct sock_diag_list *list)
{
	bool first = !listeners->looks++;
	size_t kept = 0;

	for (size_t i = 0; i < listeners->count; i++) {
		const struct sock_diag_answer *now =
			find(list, i, listeners->items[i].socket.cookie);

		if (!now)
			continue;
		listeners->items[kept] = listeners->items[i];
		note(&listeners->items[kept++], now);
	}
	listeners->count = kept;
	for (size_t i = 0; i < list->count && listeners->count < ACCEPTORS_MAX; i++) {
		const struct sock_diag_answer *now = &list->items[i];
		struct acceptor *listener = &listeners->items[listeners->count];

		if (!first && knows(listeners, i, now->cookie))
			continue;
		*listener = (struct acceptor){
			.socket = *now,
			.first_drops = now->drops,
			.came_later = !first,
			.was_full = acceptor_is_full(now),
			.was_below_full = !acceptor_is_full(now),
		};
		listeners->count++;
	}
}

void accepting_conclude(struct accepting *listeners, uint64_t opened)
{
	listeners->watched = true;
	for (size_t i = 0; i < listeners->count; i++) {
		struct acceptor *listener = &listeners->items[i];

		/* One that came later was not watched for the whole time. */
		if (listener->moves || !listener->was_full || listener->was_below_full ||
		    listener->came_later)
			continue;
		listener->moves = opened ? ACCEPTOR_FULL : ACCEPTOR_STUCK;
	}
}

/* --- looking -------------------------------------------------------------------------------------
 */

/* Whether a listener that was full has not been seen to move yet. */
static bool is_open_question(const struct accepting *listeners)
{
	for (size_t i = 0; i < listeners->count; i++) {
		const struct acceptor *listener = &listeners->items[i];

		if (listener->was_full && !listener->was_below_full &&
		    listener->moves != ACCEPTOR_MOVES)
			return true;
	}
	return false;
}

static uint64_t connections_opened(void)
{
	static const char *const name[] = { "TcpPassiveOpens" };
	uint64_t value = COUNTER_UNKNOWN;

	return counters_read(0, name, 1, &value) < 0 ? COUNTER_UNKNOWN : value;
}

int accepting_read(int fd, const struct endpoint *target, struct accepting *ret)
{
	struct sock_diag_list list = { .items = calloc(ACCEPTORS_MAX, sizeof(*list.items)) };
	int r;

	memset(ret, 0, sizeof(*ret));
	ret->items = calloc(ACCEPTORS_MAX, sizeof(*ret->items));
	r = list.items && ret->items ? look(fd, target, &list, ret) : -ENOMEM;
	if (r == 0)
		accepting_note(ret, &list);
	free(list.items);
	return r;
}

void accepting_release(struct accepting *listeners)
{
	free(listeners->items);
	listeners->items = NULL;
	listeners->count = 0;
}

int accepting_watch(int fd, const struct endpoint *target, struct accepting *listeners,
		    int64_t for_ns)
{
	struct sock_diag_list list = { .items = calloc(ACCEPTORS_MAX, sizeof(*list.items)) };
	const struct timespec pause = { 0, PAUSE_NS };
	int64_t begin_ns = clock_monotonic_ns(), now_ns = begin_ns;
	uint64_t before, after = COUNTER_UNKNOWN;
	int r = list.items ? 0 : -ENOMEM;

	/* Before the first look that counts, and read again after the last one. */
	before = connections_opened();
	while (r == 0 && is_open_question(listeners) && now_ns - begin_ns < for_ns) {
		if (now_ns - begin_ns < for_ns - DENSE_NS || after == before) {
			nanosleep(&pause, NULL);
			after = connections_opened();
		}
		r = look(fd, target, &list, listeners);
		if (r == 0)
			accepting_note(listeners, &list);
		now_ns = clock_monotonic_ns();
	}
	after = connections_opened();
	listeners->watched_ns = now_ns - begin_ns;
	accepting_conclude(listeners, before == COUNTER_UNKNOWN || after == COUNTER_UNKNOWN
					      ? UINT64_MAX
					      : after - before);
	free(list.items);
	return r;
}
