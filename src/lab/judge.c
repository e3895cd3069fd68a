/* SPDX-License-Identifier: MIT */
#include "lab/judge.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static int sender_of(const struct scenario *scenario)
{
	return (int)lab_host_of(scenario->sender);
}

static int receiver_of(const struct scenario *scenario)
{
	/* A number of no view, for nobody. */
	return scenario->receiver == LAB_NOBODY ? -1 : (int)lab_host_of(scenario->receiver);
}

static bool silent_story(const struct scenario *scenario)
{
	return strcmp(scenario->class, "none") == 0;
}

enum lab_want judge_want(const struct scenario *scenario, int watch)
{
	enum lab_want want = watch >= VIEW_CAPTURE_FIRST ? scenario->want_captures
			     : watch == WATCH_ALL	 ? scenario->want_all
							 : scenario->want[watch];

	if (watch == VIEW_CAPTURES && scenario->want_both != WANT_DEFAULT)
		want = scenario->want_both;
	if (want != WANT_DEFAULT)
		return want;
	if (silent_story(scenario))
		return WANT_SILENT;
	if (watch >= VIEW_CAPTURE_FIRST)
		return WANT_CLASS;
	if (watch == WATCH_ALL)
		return judge_want(scenario, sender_of(scenario));
	if (watch == sender_of(scenario))
		return WANT_FIRST;
	return watch == receiver_of(scenario) ? WANT_CLASS : WANT_ANY;
}

static bool needs_verdict(enum lab_want want)
{
	return want == WANT_FIRST || want == WANT_LISTED || want == WANT_CLASS ||
	       want == WANT_UNSURE || want == WANT_FOOLED;
}

enum lab_want judge_view_want(const struct scenario *scenario, const struct lab *lab, int view)
{
	enum lab_want want = judge_want(scenario, view);
	bool seen;

	if (view < VIEW_CAPTURE_FIRST || !needs_verdict(want))
		return want;
	/* What did not pass that host cannot be read there. */
	seen = (view != VIEW_CAPTURE_SERVER && lab->resets_at[LAB_CLIENT]) ||
	       (view != VIEW_CAPTURE_CLIENT && lab->resets_at[LAB_SERVER]);
	return seen ? want : WANT_ANY;
}

void judge_want_text(const struct scenario *scenario, enum lab_want want, char *ret_text,
		     size_t size)
{
	switch (want) {
	case WANT_FIRST:
		snprintf(ret_text, size, "%s/%s", scenario->class, scenario->cause);
		break;
	case WANT_LISTED:
		snprintf(ret_text, size, "class %s, %s among three", scenario->class,
			 scenario->cause);
		break;
	case WANT_SILENT:
		snprintf(ret_text, size, "silence");
		break;
	case WANT_UNSURE:
		snprintf(ret_text, size, "anything that is not certain");
		break;
	case WANT_FOOLED:
		snprintf(ret_text, size, "what the imitated end would have done");
		break;
	default:
		snprintf(ret_text, size, "class %s or unknown", scenario->class);
	}
}

const char *judge_view_id(const struct scenario *scenario, int watch)
{
	static const char *const captures[] = { "capture-client", "capture-server", "captures" };

	if (watch >= VIEW_CAPTURE_FIRST)
		return captures[watch - VIEW_CAPTURE_FIRST];
	if (watch != WATCH_ALL && !silent_story(scenario)) {
		if (watch == sender_of(scenario))
			return "sender";
		if (watch == receiver_of(scenario))
			return "receiver";
	}
	return watch_name(watch);
}

bool judge_complete(const struct scenario *scenario, const struct watches *watches, int watch)
{
	unsigned int i;

	if (!needs_verdict(judge_want(scenario, watch)))
		return true;
	for (i = 0; i < watches->event_count; i++)
		if (watches->events[i].watch == watch)
			return true;
	return false;
}

static void complain(struct judgement *judgement, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void complain(struct judgement *judgement, const char *format, ...)
{
	va_list arguments;

	if (judgement->result == JUDGE_FAIL)
		return; /* the first one is said */
	judgement->result = JUDGE_FAIL;
	va_start(arguments, format);
	vsnprintf(judgement->why, sizeof(judgement->why), format, arguments);
	va_end(arguments);
}

/* 1 the verdict's own cause, 2.. an alternative; 0 not named. */
static int place_of(const struct watch_event *event, const char *cause)
{
	int i;

	if (strcmp(event->cause, cause) == 0)
		return 1;
	for (i = 0; i < WATCH_ALTERNATIVES; i++)
		if (strcmp(event->alternatives[i], cause) == 0)
			return i + 2;
	return 0;
}

static bool is_listed(const struct watch_event *event, const char *cause)
{
	int place = place_of(event, cause);

	return place > 0 && place <= JUDGE_TOP;
}

static bool fits(const struct watch_event *event, enum lab_want want, const char *class,
		 const char *cause)
{
	bool class_right = strcmp(event->class, class) == 0;
	bool class_open = strcmp(event->class, "unknown") == 0;

	switch (want) {
	case WANT_FIRST:
		return class_right && strcmp(event->cause, cause) == 0;
	case WANT_LISTED:
		return (class_right || class_open) && is_listed(event, cause);
	case WANT_UNSURE:
	case WANT_FOOLED:
		return true;
	case WANT_SILENT:
		return event->expected;
	default:
		return class_right || class_open;
	}
}

/* What is certain and says something else than this truth. */
static const char *certain_lie(const struct watch_event *event, const char *class,
			       const char *cause)
{
	if (strcmp(event->class_confidence, "certain") == 0 && strcmp(event->class, class) != 0)
		return "class";
	if (strcmp(event->confidence, "certain") == 0 && strcmp(event->cause, cause) != 0)
		return "cause";
	return NULL;
}

static void judge_event(const struct scenario *scenario, const struct watch_event *event,
			enum lab_want want, struct judgement *judgement)
{
	const char *lie = certain_lie(event, scenario->class, scenario->cause), *word = NULL;
	const struct lab_also *also = scenario->also;
	bool right, main_story, other_story = false;
	int i, place;

	/* It cannot know what was lost. */
	if (event->incomplete && want == WANT_FIRST)
		want = WANT_CLASS;
	right = main_story = fits(event, want, scenario->class, scenario->cause);
	for (i = 0; i < LAB_ALSO && also[i].class; i++) {
		if (event->watch < LAB_HOSTS && event->watch != (int)lab_host_of(also[i].host))
			continue;
		other_story |= fits(event, want == WANT_SILENT ? WANT_CLASS : want, also[i].class,
				    also[i].cause);
		if (!certain_lie(event, also[i].class, also[i].cause))
			lie = NULL;
	}
	if (lie && want != WANT_FOOLED && !(want == WANT_SILENT && event->expected))
		complain(judgement, JUDGE_LIE ": the %s of %s/%s", lie, event->class, event->cause);
	if (!right && !other_story)
		complain(judgement,
			 want == WANT_SILENT ? "silence was wanted" : "not what happened");
	if (!main_story || want == WANT_SILENT)
		return;
	place = place_of(event, scenario->cause);
	if (place && (!judgement->place || place < judgement->place))
		judgement->place = place;
	/* One host may be both, and what is not yet known may be about the other reset. */
	if (sender_of(scenario) == receiver_of(scenario) || other_story)
		return;
	if (event->watch == sender_of(scenario))
		word = "sent";
	else if (event->watch == receiver_of(scenario))
		word = "received";
	if (word && event->view[0] && strcmp(event->view, word) != 0)
		complain(judgement, "its view is '%s', but this host %s it", event->view,
			 word[0] == 's' ? "sent" : "received");
}

/* An update stands for what it updates, but what was certain must have been right at once. */
static bool is_replaced(const struct watches *watches, unsigned int index)
{
	const struct watch_event *event = &watches->events[index];
	unsigned int i;

	for (i = index + 1; i < watches->event_count; i++)
		if (watches->events[i].watch == event->watch &&
		    strcmp(watches->events[i].id, event->id) == 0)
			return strcmp(event->confidence, "certain") != 0 &&
			       strcmp(event->class_confidence, "certain") != 0;
	return false;
}

/* How many resets there were on the links, each counted where it first appeared. */
static unsigned int resets_of(const struct lab *lab)
{
	unsigned int count = 0, i, j;

	for (i = 0; i < lab->packet_count; i++) {
		const struct observation *a = &lab->packets[i].seen;

		if (!(a->flags & TCP_RST))
			continue;
		for (j = 0; j < i; j++) {
			const struct observation *b = &lab->packets[j].seen;

			if (b->flags & TCP_RST && b->seq == a->seq && b->ip_id == a->ip_id &&
			    endpoint_same(&a->source, &b->source) &&
			    endpoint_same(&a->destination, &b->destination) &&
			    lab->packets[j].host != lab->packets[i].host)
				break;
		}
		count += j == i;
	}
	return count;
}

void judge_view(const struct scenario *scenario, const struct lab *lab,
		const struct watches *watches, int watch, struct judgement *ret_judgement)
{
	enum lab_want want = judge_view_want(scenario, lab, watch);
	unsigned int i;

	memset(ret_judgement, 0, sizeof(*ret_judgement));
	for (i = 0; i < watches->event_count; i++) {
		const struct watch_event *event = &watches->events[i];
		bool failed = ret_judgement->result == JUDGE_FAIL;

		if (event->watch != watch || is_replaced(watches, i))
			continue;
		/* What was certain at first and is judged again after an update is one verdict. */
		ret_judgement->verdicts += !event->updated;
		judge_event(scenario, event, want, ret_judgement);
		/* What is shown: the first that fails, else the first of the story's cause, else
		 * the first. */
		if (!ret_judgement->got || (!failed && ret_judgement->result == JUDGE_FAIL) ||
		    (!failed && strcmp(ret_judgement->got->cause, scenario->cause) != 0 &&
		     strcmp(event->cause, scenario->cause) == 0))
			ret_judgement->got = event;
	}
	/* Of a crowd not every packet is kept. */
	if (watch == WATCH_ALL && scenario->group != GROUP_LOAD && ret_judgement->verdicts > 1 &&
	    ret_judgement->verdicts > resets_of(lab))
		complain(ret_judgement, "%u verdicts of %u resets", ret_judgement->verdicts,
			 resets_of(lab));
	if (watch >= VIEW_CAPTURE_FIRST && watches->read_result[watch - VIEW_CAPTURE_FIRST])
		complain(ret_judgement, "read failed: %s",
			 strerror(-watches->read_result[watch - VIEW_CAPTURE_FIRST]));
	if (ret_judgement->got)
		return;
	if (needs_verdict(want))
		complain(ret_judgement, "no verdict");
	else if (want == WANT_ANY)
		ret_judgement->result = JUDGE_MUTE;
}

static enum lab_shape shape_of(const struct observation *seen)
{
	unsigned int options = seen->options & ~(unsigned int)OPTION_MPTCP;
	bool bare = !seen->window && !options && !(seen->seen & SEEN_IP_ID && seen->ip_id);

	if (bare)
		return SHAPE_PASSIVE;
	/* No IP id in IPv6; MD5 takes the room of the timestamp. */
	if (seen->flags & TCP_ACK && (seen->ip_id || seen->source.family == ADDR_IP6) &&
	    (options & (OPTION_TS | OPTION_MD5) || seen->window))
		return SHAPE_ACTIVE;
	return SHAPE_OTHER;
}

void judge_stage(const struct scenario *scenario, const struct lab *lab,
		 struct judgement *ret_judgement)
{
	static const char *const shapes[] = { "any form", "silence", "an aborted socket's",
					      "a bare one", "a foreign one" };
	const struct lab_packet *first = NULL;
	enum lab_shape shape;
	unsigned int i;

	memset(ret_judgement, 0, sizeof(*ret_judgement));
	for (i = 0; i < lab->packet_count && !first; i++)
		if (lab->packets[i].seen.flags & TCP_RST)
			first = &lab->packets[i];
	if (scenario->shape == SHAPE_ANY)
		return;
	if (!first) {
		if (scenario->shape != SHAPE_SILENT)
			complain(ret_judgement, "no reset on any link");
		return;
	}
	shape = shape_of(&first->seen);
	if (scenario->shape == SHAPE_SILENT)
		complain(ret_judgement, "%s sent a reset", lab_who_name(first->host));
	else if (first->host != (enum lab_who)sender_of(scenario))
		complain(ret_judgement, "%s sent the reset, not %s", lab_who_name(first->host),
			 lab_who_name(scenario->sender));
	else if (shape != scenario->shape &&
		 /* IPv6 has no IP id that could give a forger away. */
		 !(scenario->shape == SHAPE_OTHER && first->seen.source.family == ADDR_IP6))
		complain(ret_judgement, "the form of the reset is %s, wanted is %s", shapes[shape],
			 shapes[scenario->shape]);
}
