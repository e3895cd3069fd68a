/* SPDX-License-Identifier: MIT */
/* What the listeners of a port, and the handshake, mean. No I/O. */
#include "cmds/check.h"

#include <errno.h>

uint32_t check_threshold(uint32_t backlog, uint32_t percent)
{
	return (uint32_t)(((uint64_t)backlog * percent + 50) / 100);
}

bool check_is_stuck(const struct acceptor *listener)
{
	return listener->moves == ACCEPTOR_STUCK || listener->moves == ACCEPTOR_FULL;
}

/* Listeners with SO_REUSEPORT share an address, and the kernel spreads connections over them. */
static bool same_group(const struct acceptor *a, const struct acceptor *b)
{
	return endpoint_same(&a->socket.local, &b->socket.local) &&
	       a->socket.device == b->socket.device && a->socket.only_ip6 == b->socket.only_ip6;
}

static enum check_why why_of(const struct acceptor *listener, uint32_t percent)
{
	const struct sock_diag_answer *socket = &listener->socket;

	if (listener->moves == ACCEPTOR_STUCK)
		return CHECK_STUCK;
	if (listener->moves == ACCEPTOR_FULL)
		return CHECK_NEVER_BELOW;
	if (listener->was_full)
		return listener->came_later ? CHECK_FULL_NEW : CHECK_FULL_MOVES;
	if (socket->receive_queue > check_threshold(socket->send_queue, percent))
		return CHECK_FILLS;
	return CHECK_ACCEPTS;
}

static enum check_state state_of(enum check_why why)
{
	switch (why) {
	case CHECK_ACCEPTS:
		return CHECK_OK;
	case CHECK_STUCK:
	case CHECK_NEVER_BELOW:
	case CHECK_NOBODY:
	case CHECK_GONE:
	case CHECK_REFUSED:
	case CHECK_NO_HANDSHAKE:
		return CHECK_CRITICAL;
	case CHECK_CANNOT_CONNECT:
	case CHECK_CANNOT_ASK:
	case CHECK_TOO_MANY:
		return CHECK_UNKNOWN;
	default:
		return CHECK_WARNING;
	}
}

/* Whether @a is the worse one: by its state, then by how full it is. */
static bool is_worse(const struct check_result *a, const struct check_result *b)
{
	const struct sock_diag_answer *one = &a->worst->socket, *other = &b->worst->socket;

	if (a->state != b->state)
		return a->state > b->state;
	return (uint64_t)one->receive_queue * ((uint64_t)other->send_queue + 1) >
	       (uint64_t)other->receive_queue * ((uint64_t)one->send_queue + 1);
}

/* How many listeners share the address of the worst one, and how many of them are stuck. */
static void count_group(const struct accepting *found, struct check_result *one)
{
	one->members = one->stuck = 0;
	for (size_t i = 0; i < found->count; i++) {
		const struct acceptor *other = &found->items[i];

		if (!same_group(one->worst, other))
			continue;
		one->members++;
		one->stuck += check_is_stuck(other);
	}
}

void check_judge(struct check_result *result)
{
	const struct accepting *found = &result->found;
	struct check_result worst = { 0 };

	for (size_t i = 0; i < found->count; i++) {
		struct check_result one = { .worst = &found->items[i] };

		one.why = why_of(one.worst, result->warn_percent);
		if (check_is_stuck(one.worst)) {
			count_group(found, &one);
			/* Who is sent to another listener of the group gets through. */
			if (one.stuck < one.members)
				one.why = CHECK_SOME_STUCK;
		}
		one.state = state_of(one.why);
		if (!worst.worst || is_worse(&one, &worst))
			worst = one;
	}
	if (worst.worst)
		count_group(found, &worst);
	else
		worst.why = found->truncated ? CHECK_TOO_MANY
			    : found->watched ? CHECK_GONE
					     : CHECK_NOBODY;
	result->worst = worst.worst;
	result->members = worst.members;
	result->stuck = worst.stuck;
	result->why = worst.why;
	result->state = state_of(worst.why);
}

void check_judge_handshake(struct check_result *result)
{
	const struct check_handshake *handshake = &result->handshake;
	enum check_why why;

	if (!handshake->tried)
		return;
	switch (handshake->error) {
	case 0:
		if (!handshake->reset)
			return;
		why = CHECK_RESET;
		break;
	case -ECONNREFUSED:
		why = CHECK_REFUSED;
		break;
	case -ETIMEDOUT:
		why = CHECK_NO_HANDSHAKE;
		break;
	default:
		why = CHECK_CANNOT_CONNECT;
		break;
	}
	/* A queue that fills is no less true for it; but what is worse is said. */
	if (state_of(why) == CHECK_WARNING && result->state == CHECK_WARNING)
		return;
	result->why = why;
	result->state = state_of(why);
}
