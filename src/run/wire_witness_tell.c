/* SPDX-License-Identifier: MIT */
/* What this host knows, at the decision of a reset: the story, and the facts that hold. */
#include <string.h>

#include "host/boot.h"
#include "run/wire_witness_private.h"

static void tell_program(struct witness *witness, const struct known *known,
			 struct program *ret_program)
{
	if (!known || !known->pid)
		return;
	if (process_cache_get(witness->processes, known->pid, known->comm, ret_program) < 0)
		memset(ret_program, 0, sizeof(*ret_program));
}

/*
 * The socket that is said to have sent the reset lives on, the same one as before, in a state that
 * no TCP leaves a socket in which it has aborted; so its TCP did not send it. (A socket may be cut
 * off and connected anew: then its counts begin anew.)
 */
static void tell_survivor(struct witness *witness, const struct known *known, struct evidence *ev)
{
	struct sock_diag_answer now;

	if (!known || !known->cookie || !known->asked_ns || !known->bytes ||
	    known->asked_ns >= ev->reset_ns || !evidence_is(ev, FACT_RST_MADE_HERE, 1) ||
	    !witness_may_ask(witness, clock_monotonic_ns()))
		return;
	if (sock_diag_find(witness->diag_fd, &known->local, &known->remote, &now) < 0 ||
	    now.cookie != known->cookie || !now.has_bytes ||
	    now.bytes_acked + now.bytes_received < known->bytes ||
	    (now.state != SOCK_DIAG_ESTABLISHED && now.state != SOCK_DIAG_CLOSE_WAIT))
		return;
	evidence_set(ev, FACT_HOST_NO_TCP_RESET, 1);
	evidence_set(ev, FACT_HOST_TCP_SENT, 0);
	evidence_set(ev, FACT_HOST_FORWARDING, 0);
}

/*
 * Made on this host itself, not only under its address: what is passed on for a container (DNAT)
 * has lost a hop. Initial TTLs: Linux 64, others 128 and 255.
 */
static bool is_made_here(const struct evidence *ev)
{
	return evidence_is(ev, FACT_RST_MADE_HERE, 1) && ev->rst_known & SEEN_TTL &&
	       (ev->rst_ttl == 64 || ev->rst_ttl == 128 || ev->rst_ttl == 255);
}

static void tell_listener(struct witness *witness, struct evidence *ev)
{
	const struct endpoint *server = &ev->server;
	int64_t answered_ns = ev->reset_ns;
	int r;

	listeners_look(witness->listeners, witness_wall_ns() - ev->reset_ns);
	if (evidence_knows(ev, FACT_RST_DELAY))
		answered_ns -= evidence_value(ev, FACT_RST_DELAY) * 1000;
	if (evidence_is(ev, FACT_RST_ANSWERS, TRIGGER_SYN)) {
		r = listeners_at(witness->listeners, server, answered_ns, ev->reset_ns);
		if (r >= 0)
			evidence_set(ev, FACT_HOST_LISTENING, r);
	} else if (evidence_is(ev, FACT_RST_FORM, FORM_PASSIVE)) {
		r = listeners_newer(witness->listeners, server, ev->first_ns,
				    evidence_is(ev, FACT_ROLES_SEEN, 1), ev->reset_ns);
		if (r >= 0)
			evidence_set(ev, FACT_HOST_LISTENER_NEWER, r);
	}
}

void witness_tell(struct witness *witness, struct evidence *ev)
{
	const struct endpoint *from = ev->resetter_is_client ? &ev->client : &ev->server;
	const struct endpoint *to = ev->resetter_is_client ? &ev->server : &ev->client;
	bool from_here = witness_is_local(witness, from), to_here = witness_is_local(witness, to);
	struct known *owner = witness_find(witness, from, to);
	struct known *sufferer = witness_find(witness, to, from);
	struct host_story *story = &ev->story;

	if (!from_here && !to_here)
		return;
	/* Its program may hold the socket still, dead as it is. */
	witness_follow(witness, clock_monotonic_ns());
	story->known = true;
	story->view = from_here && to_here ? VIEW_BOTH : from_here ? VIEW_SENT : VIEW_RECEIVED;
	story->by = BY_UNKNOWN;
	story->netns = witness->netns;
	story->kernel_reason = -1;
	story->exit_status = -1;
	if (ev->ignored != IGNORED_NOT)
		return;
	if (from_here) {
		tell_program(witness, owner, &story->owner);
		tell_survivor(witness, owner, ev);
	}
	if (to_here)
		tell_program(witness, sufferer, &story->sufferer);
	if (from_here && !ev->resetter_is_client && is_made_here(ev))
		tell_listener(witness, ev);
}
