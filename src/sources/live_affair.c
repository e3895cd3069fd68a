/* SPDX-License-Identifier: MIT */
/* One affair as evidence: the frame around the facts. */
#include <string.h>

#include "sources/live_private.h"

static void fill_connection(const struct affair_view *view, struct evidence *ev)
{
	const struct event_tuple *resetter = &view->resetter;
	struct endpoint own = live_endpoint(resetter->local, resetter->local_port);
	struct endpoint other = live_endpoint(resetter->remote, resetter->remote_port);
	uint64_t born_ns = view->main->past.born_ns;

	ev->connection = view->affair->id;
	ev->client = view->resetter_is_client ? own : other;
	ev->server = view->resetter_is_client ? other : own;
	ev->resetter_is_client = view->resetter_is_client;
	ev->has_date = ev->has_time = true;
	ev->reset_ns = time_wall((uint64_t)view->affair->first_ns, view->live->wall_ns);
	ev->first_ns = born_ns ? time_wall(born_ns, view->live->wall_ns) : ev->reset_ns;
	if (born_ns)
		evidence_set(ev, FACT_AGE,
			     time_apart((uint64_t)view->affair->first_ns, born_ns) / 1000);
}

static void fill_bytes(struct evidence *ev)
{
	int64_t own = evidence_value(ev, FACT_RESETTER_BYTES);
	int64_t other = evidence_value(ev, FACT_VICTIM_BYTES);

	ev->client_bytes = (uint32_t)(ev->resetter_is_client ? own : other);
	ev->server_bytes = (uint32_t)(ev->resetter_is_client ? other : own);
}

static void fill_place(const struct affair_view *view, struct evidence *ev)
{
	bool at_resetter = view->sent_here;
	bool client_here = at_resetter == view->resetter_is_client;

	evidence_set(ev, FACT_ROLES_SEEN, view->roles_seen);
	evidence_set(ev, FACT_HANDSHAKE_SEEN, !!(view->main->past.flags & PAST_SEEN_OPENING));
	evidence_set(ev, FACT_MIDSTREAM,
		     !(view->main->past.flags & PAST_SEEN_OPENING) && !view->main->hello.time_ns &&
			     view->main->sock.state != KERNEL_SYN_SENT);
	evidence_set(ev, FACT_RESETTER_IS_CLIENT, view->resetter_is_client);
	/* Sockets count their bytes themselves: nothing was missed. */
	evidence_set(ev, FACT_PACKETS_MISSING, 0);
	if (view->foreign) {
		evidence_set(ev, FACT_RST_MADE_HERE, 1);
		return;
	}
	if (view->sent_here && view->received_here) {
		evidence_set(ev, FACT_CAPTURE_PLACE, PLACE_LOOPBACK);
	} else {
		evidence_set(ev, FACT_CAPTURE_PLACE, client_here ? PLACE_CLIENT : PLACE_SERVER);
		evidence_set(ev, FACT_CAPTURED_AT_RESETTER, at_resetter);
		evidence_set(ev, FACT_CAPTURED_AT_VICTIM, !at_resetter);
	}
	evidence_set(ev, FACT_RST_MADE_HERE, at_resetter);
}

/* A reset that came and that no socket took: counted, not judged. */
static enum ignored_why why_ignored(const struct affair_view *view)
{
	const struct affair *affair = view->affair;
	struct endpoint local = live_endpoint(view->main->tuple.local, 0);
	struct address_answer answer;

	if (affair->has_refused)
		/* TCP_RESET of drop reasons is the challenge, the other the window. */
		return affair->refused.reason == 45 ? IGNORED_CHALLENGED : IGNORED_OUT_OF_WINDOW;
	if (view_ask_address(view, &local, &answer) == 0 && !answer.local)
		return IGNORED_NO_CONNECTION;
	return view->main->past.closed_ns ? IGNORED_AFTER_CLOSE : IGNORED_NO_CONNECTION;
}

void affair_evidence(struct live *live, const struct affair *affair, struct evidence *ev)
{
	struct affair_view view;

	view_find(live, affair, &view);
	fill_connection(&view, ev);
	fill_place(&view, ev);
	if (view.partial)
		evidence_set(ev, FACT_TESTIMONY_MISSING, 1);
	facts_of_segment(&view, ev);
	if (!view.sent_here && !view.received_here && !view.foreign && !affair->has_out) {
		ev->ignored = why_ignored(&view);
		ev->story.known = true;
		ev->story.netns = view.main->tuple.netns;
		ev->story.view = VIEW_RECEIVED;
		return;
	}
	if (view.foreign)
		facts_of_filter(&view, ev);
	else if (view.sent_here || view.main->head.kind == EVENT_OUT)
		facts_of_sender(&view, ev);
	if (view.sent_here && view.has_trigger)
		facts_of_past(&view, ev);
	if (view.received_here)
		facts_of_receiver(&view, ev);
	story_of(&view, ev);
	fill_bytes(ev);
	evidence_derive(ev);
}
