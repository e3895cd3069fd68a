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

void check_judge(struct check_result *result)
{
	bool any = false;

	for (size_t i = 0; i < result->found.count; i++) {
		struct check_result one = { .worst = &result->found.items[i] };

		for (size_t j = 0; j < result->found.count; j++) {
			const struct acceptor *other = &result->found.items[j];

			if (!same_group(one.worst, other))
				continue;
			one.members++;
			one.stuck += check_is_stuck(other);
		}
		one.why = why_of(one.worst, result->warn_percent);
		/* Who is sent to another listener of the group gets through. */
		if (check_is_stuck(one.worst) && one.stuck < one.members)
			one.why = CHECK_SOME_STUCK;
		one.state = state_of(one.why);
		if (any && !is_worse(&one, result))
			continue;
		result->worst = one.worst;
		result->why = one.why;
		result->state = one.state;
		result->members = one.members;
		result->stuck = one.stuck;
		any = true;
	}
	if (any)
		return;
	result->worst = NULL;
	result->why = result->found.watched ? CHECK_GONE : CHECK_NOBODY;
	result->state = CHECK_CRITICAL;
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
