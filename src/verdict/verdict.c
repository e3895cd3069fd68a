/* SPDX-License-Identifier: MIT */
/*
 * The engine: every cause is weighed against the same evidence; what a known fact contradicts is
 * out; the rest is ranked. Only here is a confidence awarded.
 */
#include "verdict/verdict.h"

#include <limits.h>
#include <string.h>

#include "verdict/class.h"
#include "verdict/idle.h"

/* A first cause is likely if it is at least e times as probable as the next: 10 tenths of a nat. */
#define LIKELY_GAP 10
#define MUST_BONUS 3
/* A cause outside the class that was found, where that class is not certain. */
#define CLASS_PENALTY 40
/* An alternative this far behind is not worth a line. */
#define LISTED_GAP 60

struct candidate {
	int place; /* in cause_table */
	int score;
};

struct weighing {
	int score;
	int contradicted_by; /* or -1 */
	bool nameable;	     /* all MUSTs are known and true */
};

static void weigh(const struct cause *cause, const struct evidence *ev, struct weighing *ret)
{
	ret->score = cause->base;
	ret->contradicted_by = -1;
	ret->nameable = true;
	for (int i = 0; i < cause->rule_count; i++) {
		const struct rule *rule = &cause->rules[i];
		enum fact_id fact = rule->predicate.fact;
		bool holds;

		if (!evidence_knows(ev, fact)) {
			if (rule->kind == RULE_MUST)
				ret->nameable = false;
			continue;
		}
		holds = predicate_holds(&rule->predicate, evidence_value(ev, fact));
		if (rule->kind == RULE_SIGN) {
			ret->score += holds ? rule->points : 0;
		} else if (!holds) {
			ret->contradicted_by = fact;
			return;
		} else if (rule->kind == RULE_MUST) {
			ret->score += MUST_BONUS;
		}
	}
}

static void candidate_insert(struct candidate *list, int *count, struct candidate new)
{
	int at = *count;

	while (at > 0 && list[at - 1].score < new.score) {
		if (at < ALTERNATIVES_MAX + 1)
			list[at] = list[at - 1];
		at--;
	}
	if (at < ALTERNATIVES_MAX + 1)
		list[at] = new;
	if (*count < ALTERNATIVES_MAX + 1)
		(*count)++;
}

/* Puts @first before all others. */
static void candidate_lead(struct candidate *list, int *count, struct candidate first)
{
	int at = 0;

	while (at < *count && list[at].place != first.place)
		at++;
	if (at == *count && *count < ALTERNATIVES_MAX + 1)
		(*count)++;
	else if (at == *count)
		at--;
	for (; at > 0; at--)
		list[at] = list[at - 1];
	list[0] = first;
}

/* What speaks for the first cause and the class: each fact once, weightiest first. */
static void collect_shown(const struct cause *cause, const struct class_result *class_,
			  const struct evidence *ev, struct verdict *v)
{
	int points[SHOWN_MAX];

	v->shown_count = 0;
	/* Before what speaks for it: why it is not said more surely. */
	if (evidence_is(ev, FACT_TESTIMONY_MISSING, 1)) {
		points[0] = INT_MAX;
		v->shown[v->shown_count++] = FACT_TESTIMONY_MISSING;
	}
	for (int i = 0; cause && i < cause->rule_count; i++) {
		const struct rule *rule = &cause->rules[i];
		enum fact_id fact = rule->predicate.fact;
		int worth = rule->kind == RULE_MUST ? 15 : rule->points;
		int at = v->shown_count;

		if (!rule->shown || rule->kind == RULE_FITS || worth <= 0 ||
		    !evidence_knows(ev, fact) ||
		    !predicate_holds(&rule->predicate, evidence_value(ev, fact)))
			continue;
		for (int j = 0; j < v->shown_count; j++) {
			if (v->shown[j] == fact)
				goto next;
		}
		if (at == SHOWN_MAX)
			at--;
		while (at > 0 && points[at - 1] < worth) {
			points[at] = points[at - 1];
			v->shown[at] = v->shown[at - 1];
			at--;
		}
		points[at] = worth;
		v->shown[at] = fact;
		if (v->shown_count < SHOWN_MAX)
			v->shown_count++;
	next:;
	}
	for (int i = 0; i < class_->shown_count && v->shown_count < SHOWN_MAX; i++) {
		bool there = false;

		for (int j = 0; j < v->shown_count; j++)
			there |= v->shown[j] == class_->shown[i];
		if (!there)
			v->shown[v->shown_count++] = class_->shown[i];
	}
}

static enum reset_from from_of(const struct evidence *ev, const struct verdict *v)
{
	enum reset_from end = ev->resetter_is_client ? FROM_CLIENT : FROM_SERVER;

	if (v->cause && v->cause->from_third)
		return FROM_THIRD;
	if (v->class_ == CLASS_UNKNOWN)
		return FROM_UNKNOWN;
	if (v->cause && v->cause->from_between &&
	    (v->class_ == CLASS_NETWORK || v->class_ == CLASS_REFUSED))
		return FROM_BETWEEN;
	if (v->class_ == CLASS_NETWORK && !evidence_is(ev, FACT_TTL_DELTA, 0))
		return FROM_BETWEEN;
	return end;
}

/*
 * Packets show the mechanism. What somebody has to change lies in a program or on a host: only a
 * host's testimony, or a second capture, can make a cause certain.
 */
static bool has_testimony(const struct evidence *ev)
{
	for (int fact = FACT_RST_LEFT_RESETTER; fact < FACT_COUNT_ALL; fact++) {
		if (evidence_knows(ev, (enum fact_id)fact) &&
		    fact_origin((enum fact_id)fact) != ORIGIN_PACKET)
			return true;
	}
	return false;
}

static void confidence_of(const struct evidence *ev, const struct class_result *class_, int gap,
			  int rivals, struct verdict *v)
{
	bool shape_proves = v->class_ == CLASS_OWNER_ABORT || v->class_ == CLASS_REFUSED;
	/* Options that were cut off could have named another cause; a reset with text of its own
	 * says what its sender knew, and the sinks show that. */
	bool whole = evidence_knows(ev, FACT_MPTCP_RESET) && !evidence_value(ev, FACT_RST_BYTES);
	/* Nor is an abort explained where it is not known what had been answered; of a direction
	 * that was not captured only what is owed an answer is known. */
	bool complete =
		evidence_is(ev, FACT_VICTIM_SEEN, 1) && evidence_is(ev, FACT_PACKETS_MISSING, 0);
	bool owed = evidence_is(ev, FACT_ANSWER_OWED, 1) ||
		    (evidence_is(ev, FACT_ANSWER_OWED, 0) && complete);
	bool answered = v->class_ != CLASS_OWNER_ABORT || owed;

	if (!rivals && class_->confidence == CONFIDENCE_CERTAIN && has_testimony(ev))
		v->confidence = CONFIDENCE_CERTAIN;
	else if (gap >= LIKELY_GAP && whole && answered &&
		 (class_->confidence == CONFIDENCE_CERTAIN ||
		  (shape_proves && class_->confidence == CONFIDENCE_LIKELY)))
		v->confidence = CONFIDENCE_LIKELY;
	else
		v->confidence = CONFIDENCE_POSSIBLE;
}

/* Nothing of the connection but the reset: it tells a mechanism at best, and no story. */
static bool reset_alone(const struct evidence *ev, enum reset_class class_)
{
	return class_ != CLASS_REFUSED && evidence_is(ev, FACT_RESETTER_SEEN, 0) &&
	       evidence_is(ev, FACT_VICTIM_SEEN, 0);
}

static void rank(const struct evidence *ev, const struct class_result *class_, struct verdict *v)
{
	struct candidate list[ALTERNATIVES_MAX + 1];
	struct candidate inside = { -1, 0 };
	int count = 0, rivals = -1;

	for (int i = 0; i < cause_table_count && i < CAUSES_MAX; i++) {
		const struct cause *cause = cause_table[i];
		struct weighing w;

		weigh(cause, ev, &w);
		v->contradicted_by[i] = w.contradicted_by;
		if (w.contradicted_by >= 0)
			continue;
		if (class_->class_ != CLASS_UNKNOWN && !(cause->classes & 1u << class_->class_)) {
			if (class_->confidence == CONFIDENCE_CERTAIN) {
				v->contradicted_by[i] =
					class_->shown_count ? (int)class_->shown[0] : FACT_RST_FORM;
				continue;
			}
			w.score -= CLASS_PENALTY;
		}
		rivals++;
		if (w.nameable && cause->classes & 1u << class_->class_ &&
		    (inside.place < 0 || w.score > inside.score))
			inside = (struct candidate){ i, w.score };
		if (w.nameable)
			candidate_insert(list, &count, (struct candidate){ i, w.score });
	}
	if (!count || class_->class_ == CLASS_UNKNOWN || reset_alone(ev, class_->class_))
		return;
	/* The first cause is one of the class that was found, however well another fits. */
	if (inside.place >= 0 && list[0].place != inside.place)
		candidate_lead(list, &count, inside);
	v->cause = cause_table[list[0].place];
	confidence_of(ev, class_, count > 1 ? list[0].score - list[1].score : LIKELY_GAP, rivals,
		      v);
	for (int i = 1; i < count && list[i].score > list[0].score - LISTED_GAP; i++) {
		struct alternative *alternative = &v->alternatives[v->alternative_count++];

		alternative->cause = cause_table[list[i].place];
		alternative->confidence = CONFIDENCE_POSSIBLE;
		alternative->decides = rivalry_decides(v->cause, alternative->cause);
	}
	v->decides = v->alternative_count ? v->alternatives[0].decides : -1;
}

/*
 * Nobody took the bytes that were reset: nothing before them is owed an answer, all of them were
 * sent once and at one time, and the capture missed nothing of the connection.
 */
static bool never_delivered(const struct evidence *ev, uint32_t unacked)
{
	int64_t near_us = evidence_value(ev, FACT_RTT) + 50000;

	return unacked && evidence_is(ev, FACT_RST_ANSWERS, TRIGGER_DATA) &&
	       evidence_is(ev, FACT_REQUEST_ACKED_UNANSWERED, 0) &&
	       evidence_is(ev, FACT_VICTIM_RETRANSMITS, 0) &&
	       evidence_is(ev, FACT_PACKETS_MISSING, 0) && evidence_is(ev, FACT_ROLES_SEEN, 1) &&
	       evidence_knows(ev, FACT_TRIGGER_BURST) &&
	       evidence_value(ev, FACT_TRIGGER_BURST) <= near_us;
}

/* The client aborted: what it had asked, and whether an answer had begun. */
static void set_client_requests(const struct evidence *ev, struct verdict *v)
{
	uint32_t unacked = (uint32_t)evidence_value(ev, FACT_RESETTER_UNACKED);

	v->request_sent = (uint32_t)evidence_value(ev, FACT_RESETTER_BYTES);
	v->request_acked = unacked < v->request_sent ? v->request_sent - unacked : 0;
	v->request_answered = (uint32_t)evidence_value(ev, FACT_VICTIM_BYTES);
	if (v->request_sent)
		v->why = v->request_answered ? REQUEST_PARTLY_ANSWERED
			 : v->request_acked  ? REQUEST_ACKED_NOT_ANSWERED
					     : REQUEST_NOT_ACKED;
}

static void set_answered(const struct evidence *ev, struct verdict *v)
{
	v->request_answered = ev->server_bytes;
	v->why = REQUEST_PARTLY_ANSWERED;
	/* A final status shows that the server dealt with the request; other protocols show less.
	 */
	if (evidence_is(ev, FACT_REQUEST_ACKED_UNANSWERED, 0) &&
	    evidence_is(ev, FACT_PACKETS_MISSING, 0) && evidence_is(ev, FACT_RESPONSE_ENDED, 1) &&
	    evidence_value(ev, FACT_HTTP_STATUS) >= 200) {
		v->why = REQUEST_ANSWERED;
		v->executed = EXECUTED_YES;
	}
}

static void set_requests(const struct evidence *ev, struct verdict *v)
{
	uint32_t acked = (uint32_t)evidence_value(ev, FACT_REQUEST_ACKED_UNANSWERED);
	uint32_t unacked = (uint32_t)evidence_value(ev, FACT_VICTIM_UNACKED);
	bool in_doubt =
		evidence_is(ev, FACT_TFO_USED, 1) && evidence_value(ev, FACT_SYN_REPEATED) > 0;

	v->why = REQUEST_NONE;
	v->executed = EXECUTED_UNKNOWN;
	if (v->class_ == CLASS_REFUSED) {
		v->why = REQUEST_REFUSED;
		if (v->class_confidence == CONFIDENCE_CERTAIN && !in_doubt)
			v->executed = EXECUTED_NO;
		return;
	}
	if (ev->resetter_is_client) {
		set_client_requests(ev, v);
		return;
	}
	if (evidence_is(ev, FACT_ANSWER_OWED, 1) &&
	    !evidence_knows(ev, FACT_REQUEST_ACKED_UNANSWERED)) {
		v->request_uncounted = true;
		v->why = REQUEST_ACKED_NOT_ANSWERED;
		return;
	}
	v->request_sent = acked + unacked;
	v->request_acked = acked;
	if (!v->request_sent) {
		if (evidence_value(ev, FACT_REQUESTS_ANSWERED) > 0)
			set_answered(ev, v);
		return;
	}
	if (evidence_is(ev, FACT_VICTIM_STILL_SENDING, 1)) {
		v->why = REQUEST_PARTLY_ANSWERED;
		v->request_answered = ev->server_bytes;
		return;
	}
	if (never_delivered(ev, unacked) &&
	    ((v->class_ == CLASS_NO_SOCKET && v->class_confidence >= CONFIDENCE_LIKELY) ||
	     evidence_is(ev, FACT_TRIGGER_REACHED_RESETTER, 0))) {
		v->executed = EXECUTED_NO;
		v->why = evidence_is(ev, FACT_RESETTER_FIN, 1) ? REQUEST_AFTER_CLOSE
							       : REQUEST_NEVER_DELIVERED;
		return;
	}
	v->why = acked ? REQUEST_ACKED_NOT_ANSWERED : REQUEST_NOT_ACKED;
}

/* Linux tcp_reset(): the errno depends on the victim's state, not on the cause. */
static struct app_view victim_view(enum tcp_state state)
{
	switch (state) {
	case STATE_SYN_SENT:
		return (struct app_view){ CALL_ECONNREFUSED, CALL_UNKNOWN, CALL_UNKNOWN };
	case STATE_CLOSE_WAIT:
		return (struct app_view){ CALL_EOF, CALL_EOF, CALL_EPIPE };
	case STATE_ESTABLISHED:
	case STATE_FIN_WAIT1:
	case STATE_FIN_WAIT2:
		return (struct app_view){ CALL_ECONNRESET, CALL_EOF, CALL_EPIPE };
	default:
		return (struct app_view){ CALL_UNKNOWN, CALL_UNKNOWN, CALL_UNKNOWN };
	}
}

static void set_views(const struct evidence *ev, struct verdict *v)
{
	struct app_view victim = { CALL_UNKNOWN, CALL_UNKNOWN, CALL_UNKNOWN };
	struct app_view resetter = victim;

	if (evidence_knows(ev, FACT_VICTIM_STATE))
		victim = victim_view((enum tcp_state)evidence_value(ev, FACT_VICTIM_STATE));
	else
		victim = victim_view(STATE_ESTABLISHED);
	if (v->cause && v->cause->owner_error)
		resetter.first_call = v->cause->owner_error == CAUSE_ETIMEDOUT ? CALL_ETIMEDOUT
									       : CALL_ECONNABORTED;
	v->client_sees = ev->resetter_is_client ? resetter : victim;
	v->server_sees = ev->resetter_is_client ? victim : resetter;
}

/* The pause that somebody's idle timer may have ended: before a FIN, or before the reset. */
static int64_t pause_us(const struct evidence *ev)
{
	int64_t before_request_us = evidence_value(ev, FACT_IDLE_BEFORE_REQUEST);
	int64_t silence_us = evidence_value(ev, FACT_SILENCE);

	if (evidence_is(ev, FACT_RESETTER_FIN, 1) && evidence_knows(ev, FACT_DATA_TO_FIN))
		return evidence_value(ev, FACT_DATA_TO_FIN);
	return before_request_us > silence_us ? before_request_us : silence_us;
}

/* The missing piece may have said anything. */
static void doubt(struct verdict *v)
{
	if (v->class_confidence > CONFIDENCE_POSSIBLE)
		v->class_confidence = CONFIDENCE_POSSIBLE;
	if (v->confidence > CONFIDENCE_POSSIBLE)
		v->confidence = CONFIDENCE_POSSIBLE;
	v->expected = false;
}

void verdict_reach(const struct evidence *ev, struct verdict *ret_verdict)
{
	struct verdict *v = ret_verdict;
	struct class_result class_;

	memset(v, 0, sizeof(*v));
	v->evidence = ev;
	v->count = 1;
	v->first_ns = v->last_ns = ev->reset_ns;
	v->decides = -1;
	if (ev->ignored != IGNORED_NOT)
		return;
	class_find(ev, &class_);
	v->class_ = class_.class_;
	v->class_confidence = class_.confidence;
	rank(ev, &class_, v);
	collect_shown(v->cause, &class_, ev, v);
	if (v->cause)
		v->expected =
			v->cause->expected || (v->cause->expected_if && v->cause->expected_if(ev));
	if (evidence_is(ev, FACT_TESTIMONY_MISSING, 1))
		doubt(v);
	v->from = from_of(ev, v);
	set_requests(ev, v);
	set_views(ev, v);
	v->idle_match_count = idle_match(pause_us(ev), 0, v->idle_match, IDLE_MATCHES_MAX);
}
