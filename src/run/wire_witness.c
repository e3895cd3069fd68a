/* SPDX-License-Identifier: MIT */
#include "run/wire_witness_private.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/hash.h"
#include "host/boot.h"

#define PROCESSES_MAX 512
#define QUESTIONS_PER_SECOND 1000
/* A socket without a program may be accepted any moment: asked again after 20 ms, 200 ms, 2 s. */
#define ASKS_MAX 4
#define ASK_AGAIN_NS (20 * MILLISECOND_NS)
#define SEARCHES_MAX 3 /* for one socket */
#define SEARCH_LIMIT_NS (50 * MILLISECOND_NS)
#define SEARCH_PAUSE_NS (100 * MILLISECOND_NS)
#define SEARCH_SHARE 20 /* searches cost at most a twentieth of the time */
#define FOLLOW_NS (20 * MILLISECOND_NS)
#define TICK_WANTED_MS 20
#define TICK_IDLE_MS 500
#define CLOCK_SET_NS (50 * MILLISECOND_NS)

struct witness *witness_new(const uint64_t hash_key[2], uint32_t netns)
{
	struct witness *witness = calloc(1, sizeof(*witness));
	struct endpoint nobody = { .family = ADDR_IP4, .ip = { 127, 0, 0, 1 }, .port = 1 };
	struct sock_diag_answer answer;

	if (!witness)
		return NULL;
	memcpy(witness->hash_key, hash_key, sizeof(witness->hash_key));
	witness->netns = netns;
	witness->route_fd = rtnetlink_open();
	witness->diag_fd = sock_diag_open();
	if (witness->diag_fd >= 0) {
		witness->listeners = listeners_new(witness->diag_fd);
		witness->processes = process_cache_new(PROCESSES_MAX);
	}
	/* A kernel may have the netlink family and nothing of TCP in it. */
	if (witness->route_fd < 0 || !witness->listeners || !witness->processes ||
	    sock_diag_find(witness->diag_fd, &nobody, &nobody, &answer) != -ENOENT) {
		witness_free(witness);
		return NULL;
	}
	witness->wall_minus_ns = clock_wall_minus_monotonic_ns();
	witness_tick(witness);
	return witness;
}

void witness_free(struct witness *witness)
{
	if (!witness)
		return;
	listeners_free(witness->listeners);
	process_cache_free(witness->processes);
	if (witness->route_fd >= 0)
		close(witness->route_fd);
	if (witness->diag_fd >= 0)
		close(witness->diag_fd);
	free(witness);
}

/* --- addresses ---------------------------------------------------------------------------------
 */

static int compare_addresses(const void *a, const void *b)
{
	return endpoint_compare(&((const struct rtnetlink_address *)a)->address,
				&((const struct rtnetlink_address *)b)->address);
}

static void read_addresses(struct witness *witness)
{
	struct rtnetlink_list list = { .items = witness->addresses, .limit = ADDRESSES_MAX };

	if (rtnetlink_addresses(witness->route_fd, &list) < 0)
		list.count = 0;
	witness->address_count = list.count;
	qsort(list.items, list.count, sizeof(*list.items), compare_addresses);
}

bool witness_is_local(const struct witness *witness, const struct endpoint *end)
{
	struct rtnetlink_address wanted = { .address = *end };

	wanted.address.port = 0;
	if (end->family == ADDR_IP4 && end->ip[0] == 127)
		return true;
	return bsearch(&wanted, witness->addresses, witness->address_count, sizeof(wanted),
		       compare_addresses);
}

/* --- sockets -----------------------------------------------------------------------------------
 */

static uint64_t hash_of(const struct witness *witness, const struct endpoint *local,
			const struct endpoint *remote)
{
	struct endpoint ends[2] = { *local, *remote };
	uint64_t hash = hash_keyed(witness->hash_key, ends, sizeof(ends));

	return hash ? hash : 1;
}

static struct known *find(struct witness *witness, uint64_t hash)
{
	struct known *set = witness->known[hash % SETS];

	for (int i = 0; i < WAYS; i++)
		if (set[i].hash == hash)
			return &set[i];
	return NULL;
}

struct known *witness_find(struct witness *witness, const struct endpoint *local,
			   const struct endpoint *remote)
{
	return find(witness, hash_of(witness, local, remote));
}

/* A new connection of the same four is another socket. */
static void renew(struct known *known)
{
	if (!known)
		return;
	known->cookie = 0;
	known->asked_ns = known->next_ns = 0;
	known->inode = known->pid = 0;
	known->asks = known->searches = 0;
	known->skipped = false;
}

/* In the place of the one of its set that was not seen the longest, but for those on the list. */
static struct known *make(struct witness *witness, uint64_t hash, const struct endpoint *local,
			  const struct endpoint *remote)
{
	struct known *set = witness->known[hash % SETS], *best = NULL;

	for (int i = 0; i < WAYS; i++)
		if (!set[i].wanted && (!best || set[i].used < best->used))
			best = &set[i];
	if (!best)
		return NULL;
	memset(best, 0, sizeof(*best));
	best->local = *local;
	best->remote = *remote;
	best->hash = hash;
	return best;
}

bool witness_may_ask(struct witness *witness, int64_t now_ns)
{
	if (now_ns - witness->questions_ns >= SECOND_NS) {
		witness->questions_ns = now_ns;
		witness->questions = 0;
	}
	if (witness->questions < QUESTIONS_PER_SECOND) {
		witness->questions++;
		witness->counts.asked++;
		return true;
	}
	return false;
}

int64_t witness_wall_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * SECOND_NS + t.tv_nsec;
}

static bool is_open_question(const struct known *known)
{
	return !known->pid &&
	       (known->inode ? known->searches < SEARCHES_MAX : known->asks < ASKS_MAX);
}

static void want_owner(struct witness *witness, struct known *known)
{
	if (known->wanted || !is_open_question(known) || witness->wanted_count == WANTED_MAX)
		return;
	known->wanted = true;
	witness->wanted[witness->wanted_count++] = known;
}

static void ask(struct witness *witness, struct known *known, int64_t now_ns)
{
	struct sock_diag_answer answer;

	if (known->inode || known->asks >= ASKS_MAX || now_ns < known->next_ns)
		return;
	if (!witness_may_ask(witness, now_ns)) {
		witness->counts.skipped += !known->asks && !known->skipped;
		known->skipped = true;
		return;
	}
	known->next_ns = now_ns + ASK_AGAIN_NS;
	for (int i = 0; i < known->asks; i++)
		known->next_ns += (known->next_ns - now_ns) * 9;
	known->asks++;
	if (sock_diag_find(witness->diag_fd, &known->local, &known->remote, &answer) < 0)
		return;
	known->asked_ns = witness_wall_ns();
	known->cookie = answer.cookie;
	known->inode = answer.inode;
	known->bytes = answer.has_bytes ? answer.bytes_acked + answer.bytes_received : 0;
}

static void see_end(struct witness *witness, const struct endpoint *local,
		    const struct endpoint *remote, int64_t now_ns)
{
	uint64_t hash = hash_of(witness, local, remote);
	struct known *known = find(witness, hash);

	if (!known && witness_is_local(witness, local))
		known = make(witness, hash, local, remote);
	if (!known)
		return;
	known->used = ++witness->clock;
	ask(witness, known, now_ns);
	want_owner(witness, known);
}

void witness_see(struct witness *witness, const struct observation *obs, int count)
{
	int64_t now_ns = clock_monotonic_ns();

	for (int i = 0; i < count; i++) {
		bool directed = obs[i].seen & SEEN_DIRECTION;

		if (obs[i].flags & TCP_SYN) {
			if (obs[i].flags & TCP_ACK)
				continue;
			renew(find(witness, hash_of(witness, &obs[i].source, &obs[i].destination)));
			renew(find(witness, hash_of(witness, &obs[i].destination, &obs[i].source)));
			continue;
		}
		if (obs[i].flags & TCP_RST)
			continue;
		if (!directed || obs[i].outgoing)
			see_end(witness, &obs[i].source, &obs[i].destination, now_ns);
		if (!directed || !obs[i].outgoing)
			see_end(witness, &obs[i].destination, &obs[i].source, now_ns);
	}
}

/* --- owners ------------------------------------------------------------------------------------
 */

static int compare_owners(const void *a, const void *b)
{
	uint32_t one = ((const struct sock_owner *)a)->inode;
	uint32_t other = ((const struct sock_owner *)b)->inode;

	return (one > other) - (one < other);
}

static void set_owner(struct witness *witness, struct known *known, uint32_t pid)
{
	struct program program;

	/* Read now: later the number may be another's. */
	if (process_cache_get(witness->processes, pid, NULL, &program) < 0)
		return;
	known->pid = pid;
	memcpy(known->comm, program.comm, sizeof(known->comm));
}

/* Hands out what was found. */
static void settle_search(struct witness *witness, const struct sock_owner *owners, uint32_t count)
{
	for (uint32_t i = 0; i < witness->wanted_count; i++) {
		struct known *known = witness->wanted[i];
		struct sock_owner key = { .inode = known->inode };
		const struct sock_owner *found =
			bsearch(&key, owners, count, sizeof(key), compare_owners);

		if (found && found->pid)
			set_owner(witness, known, found->pid);
		else if (found && witness->search.whole)
			known->searches++;
	}
}

static void search_owners(struct witness *witness, int64_t now_ns)
{
	struct sock_owner owners[WANTED_MAX];
	uint32_t count = 0;
	int64_t took_ns;

	if (now_ns < witness->search_after_ns)
		return;
	for (uint32_t i = 0; i < witness->wanted_count; i++)
		if (witness->wanted[i]->inode && is_open_question(witness->wanted[i]))
			owners[count++] = (struct sock_owner){ .inode = witness->wanted[i]->inode };
	if (!count)
		return;
	qsort(owners, count, sizeof(*owners), compare_owners);
	witness->counts.searches++;
	if (sock_owners_find(owners, count, SEARCH_LIMIT_NS, &witness->search) < 0)
		witness->search.whole = true;
	settle_search(witness, owners, count);
	took_ns = clock_monotonic_ns() - now_ns;
	witness->search_after_ns = now_ns + took_ns * SEARCH_SHARE;
	if (witness->search_after_ns < now_ns + SEARCH_PAUSE_NS)
		witness->search_after_ns = now_ns + SEARCH_PAUSE_NS;
}

/* Asks again for those that nobody had accepted; who is settled leaves the list. */
void witness_follow(struct witness *witness, int64_t now_ns)
{
	uint32_t left = 0;

	if (now_ns < witness->follow_ns)
		return;
	witness->follow_ns = now_ns + FOLLOW_NS;
	for (uint32_t i = 0; i < witness->wanted_count; i++)
		ask(witness, witness->wanted[i], now_ns);
	search_owners(witness, now_ns);
	for (uint32_t i = 0; i < witness->wanted_count; i++) {
		struct known *known = witness->wanted[i];

		known->wanted = is_open_question(known);
		if (known->wanted)
			witness->wanted[left++] = known;
	}
	witness->wanted_count = left;
}

static void look_around(struct witness *witness, int64_t now_ns)
{
	if (witness->ticked_ns && now_ns - witness->ticked_ns < SECOND_NS)
		return;
	if (witness->ticked_ns) {
		int64_t wall_minus_ns = clock_wall_minus_monotonic_ns();
		int64_t moved_ns = wall_minus_ns - witness->wall_minus_ns;

		if (moved_ns > CLOCK_SET_NS || moved_ns < -CLOCK_SET_NS)
			listeners_forget(witness->listeners);
		witness->wall_minus_ns = wall_minus_ns;
	}
	witness->ticked_ns = now_ns;
	read_addresses(witness);
	listeners_look(witness->listeners, 0);
}

int witness_tick(struct witness *witness)
{
	int64_t now_ns = clock_monotonic_ns();

	look_around(witness, now_ns);
	witness_follow(witness, now_ns);
	return witness->wanted_count ? TICK_WANTED_MS : TICK_IDLE_MS;
}

void witness_count(const struct witness *witness, struct witness_counts *ret_counts)
{
	*ret_counts = witness->counts;
}
