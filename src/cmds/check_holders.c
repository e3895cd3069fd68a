/* SPDX-License-Identifier: MIT */
/* Who holds a port: its listeners, and what else keeps another program from binding it. */
#include "cmds/check.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "host/boot.h"
#include "host/lines.h"
#include "host/process.h"
#include "host/stall.h"
#include "host/users.h"

#define SOCKETS_MAX 65536
#define SEARCH_NS INT64_C(3000000000)
#define ALL_STATES ((1u << (SOCK_DIAG_BOUND + 1)) - 2)
#define HOLDING (1u << SOCK_DIAG_LISTEN | 1u << SOCK_DIAG_CLOSE | 1u << SOCK_DIAG_BOUND)

/* --- sockets, alike ones together ----------------------------------------------------------------
 */

static void port_range(uint32_t *ret_low, uint32_t *ret_high)
{
	char text[64];

	*ret_low = *ret_high = 0;
	if (file_read_at(AT_FDCWD, "/proc/sys/net/ipv4/ip_local_port_range", text, sizeof(text)) >
	    0)
		sscanf(text, "%u %u", ret_low, ret_high);
}

static bool is_connection(const struct sock_diag_answer *socket)
{
	return socket->state != SOCK_DIAG_LISTEN && socket->state != SOCK_DIAG_CLOSE &&
	       socket->state != SOCK_DIAG_BOUND;
}

/* Those that no program has: TIME_WAIT by the thousand. */
static bool alike(const struct check_holder *holder, const struct sock_diag_answer *socket,
		  bool outgoing)
{
	const struct sock_diag_answer *other = &holder->socket;

	return !other->inode && !socket->inode && other->state == socket->state &&
	       holder->outgoing == outgoing && endpoint_same_host(&other->local, &socket->local);
}

static void add_socket(struct check_holders *holders, const struct sock_diag_answer *socket,
		       uint32_t low, uint32_t high)
{
	/* Only the side that began a connection has a port that the kernel hands out. */
	bool outgoing = is_connection(socket) && socket->local.port >= low &&
			socket->local.port <= high &&
			(socket->remote.port < low || socket->remote.port > high);
	struct check_holder *holder;

	for (size_t i = 0; i < holders->count; i++)
		if (alike(&holders->items[i], socket, outgoing)) {
			holders->items[i].count++;
			return;
		}
	if (holders->count == CHECK_HOLDERS_MAX) {
		holders->truncated = true;
		return;
	}
	holder = &holders->items[holders->count++];
	*holder = (struct check_holder){
		.socket = *socket,
		.count = 1,
		.bound = socket->state == SOCK_DIAG_CLOSE || socket->state == SOCK_DIAG_BOUND,
		.outgoing = outgoing,
		.since_us = -1,
		.not_run_us = -1,
	};
}

/* Whether this kernel tells of sockets that are bound only: it is asked about one of our own. */
static bool tells_bound(int fd)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr = { htonl(INADDR_LOOPBACK) } };
	int one = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	struct sock_diag_answer answer;
	struct sock_diag_list list = { .items = &answer, .limit = 1 };
	socklen_t length = sizeof(address);
	bool tells = false;

	if (one < 0)
		return false;
	if (!bind(one, (struct sockaddr *)&address, length) &&
	    !getsockname(one, (struct sockaddr *)&address, &length) &&
	    !sock_diag_port(fd, 1u << SOCK_DIAG_BOUND, ntohs(address.sin_port), &list))
		tells = list.count > 0;
	close(one);
	return tells;
}

/* --- programs ------------------------------------------------------------------------------------
 */

static int64_t us_since(uint64_t start_ticks)
{
	long hertz = sysconf(_SC_CLK_TCK);
	struct timespec now;

	if (!start_ticks || hertz <= 0 || clock_gettime(CLOCK_BOOTTIME, &now))
		return -1;
	return now.tv_sec * INT64_C(1000000) + now.tv_nsec / 1000 -
	       (int64_t)(start_ticks * 1000000 / (uint64_t)hertz);
}

static bool is_stopped(const struct program *program)
{
	return program->state == 'T' || program->state == 't';
}

/* The first one of a server often only watches its children, and they accept. Numbers begin again
 * from below: the older one is told by its start. */
static void describe(struct check_holder *holder, const struct sock_owner *owner)
{
	uint32_t first = owner->first, last = owner->pid;
	uint64_t start = 0, last_start = 0;
	struct program youngest;
	struct stall stall;

	holder->programs = owner->holders;
	if (process_read_started(first, &holder->program, &start) < 0)
		return;
	if (last != first && process_read_started(last, &youngest, &last_start) == 0) {
		if (last_start < start) {
			struct program older = youngest;

			youngest = holder->program;
			holder->program = older;
			start = last_start;
			last = first;
		}
		if (is_stopped(&youngest))
			holder->stopped = last;
	}
	holder->since_us = us_since(start);
	if (owner->holders == 1 && stall_read(first, &stall) == 0)
		holder->not_run_us = stall.not_run_us;
}

static int compare_inodes(const void *a, const void *b)
{
	uint32_t one = ((const struct sock_owner *)a)->inode;
	uint32_t other = ((const struct sock_owner *)b)->inode;

	return (one > other) - (one < other);
}

static void find_programs(struct check_holders *holders)
{
	struct sock_owner owners[CHECK_HOLDERS_MAX] = { 0 };
	struct sock_search search = { 0 };
	struct users *users = users_new(USERS_PASSWD);
	size_t count = 0;

	for (size_t i = 0; i < holders->count; i++)
		if (holders->items[i].socket.inode)
			owners[count++].inode = holders->items[i].socket.inode;
	qsort(owners, count, sizeof(*owners), compare_inodes);
	if (count)
		sock_owners_find(owners, count, SEARCH_NS, &search);
	for (size_t i = 0; i < holders->count; i++) {
		struct check_holder *holder = &holders->items[i];
		const char *name = users ? users_name(users, holder->socket.uid) : NULL;

		if (name)
			snprintf(holder->user, sizeof(holder->user), "%s", name);
		else
			snprintf(holder->user, sizeof(holder->user), "%u", holder->socket.uid);
		for (size_t j = 0; j < count && holder->socket.inode; j++)
			if (owners[j].inode == holder->socket.inode && owners[j].holders)
				describe(holder, &owners[j]);
	}
	users_free(users);
}

/* Workers of one program, each with a listener of its own, become one line; connections too. */
static void fold_programs(struct check_holders *holders)
{
	size_t kept = 0;

	for (size_t i = 0; i < holders->count; i++) {
		struct check_holder *holder = &holders->items[i];
		size_t j;

		for (j = 0; j < kept; j++) {
			struct check_holder *other = &holders->items[j];

			if (holder->socket.state == other->socket.state &&
			    holder->program.pid == other->program.pid &&
			    holder->outgoing == other->outgoing &&
			    holder->socket.uid == other->socket.uid &&
			    endpoint_same(&holder->socket.local, &other->socket.local))
				break;
		}
		if (j < kept)
			holders->items[j].count += holder->count;
		else
			holders->items[kept++] = *holder;
	}
	holders->count = kept;
}

/* Sockets that listen or are bound stand in the list before connections, of which there are more.
 */
static int list_sockets(int fd, uint16_t port, bool connections, struct sock_diag_list *list)
{
	int r = sock_diag_port(fd, connections ? HOLDING : 1u << SOCK_DIAG_LISTEN, port, list);

	return r < 0 || !connections ? r : sock_diag_port(fd, ALL_STATES & ~HOLDING, port, list);
}

int check_holders_find(int fd, const struct endpoint *first, bool connections,
		       struct check_holders *ret)
{
	struct sock_diag_list list = { .limit = SOCKETS_MAX };
	uint32_t low, high;
	int r;

	*ret = (struct check_holders){ 0 };
	list.items = calloc(SOCKETS_MAX, sizeof(*list.items));
	if (!list.items)
		return -ENOMEM;
	r = list_sockets(fd, first->port, connections, &list);
	port_range(&low, &high);
	for (int others = 0; r == 0 && others < 2; others++)
		for (size_t i = 0; i < list.count; i++) {
			const struct endpoint *local = &list.items[i].local;

			/* What is bound only is told of every port (Linux 6.8 to 6.18 at least). */
			if (local->port == first->port &&
			    endpoint_same_host(local, first) == !others)
				add_socket(ret, &list.items[i], low, high);
		}
	ret->truncated |= list.truncated;
	free(list.items);
	if (r == 0 && connections && !tells_bound(fd))
		ret->bound_unknown = true;
	if (r == 0)
		find_programs(ret);
	fold_programs(ret);
	return r;
}
