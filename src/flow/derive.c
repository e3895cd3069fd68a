/* SPDX-License-Identifier: MIT */
/*
 * Derived facts: what a rule over single facts could not say, because it needs "one of these" or
 * "this one only together with that one". Nothing here looks at packets, and nothing here names a
 * cause.
 */
#include "flow/evidence.h"

static bool evidence_true(const struct evidence *ev, enum fact_id fact)
{
	return evidence_is(ev, fact, 1);
}

static bool evidence_at_least(const struct evidence *ev, enum fact_id fact, int64_t least)
{
	return evidence_knows(ev, fact) && evidence_value(ev, fact) >= least;
}

/* What a segment built from its trigger alone says, without a SYN in play. -1 if it cannot be told.
 */
static int picture_of_passive(const struct evidence *ev)
{
	if (evidence_is(ev, FACT_RST_ANSWERS, TRIGGER_SYNACK))
		return PICTURE_SYNACK;
	if (!evidence_knows(ev, FACT_RESETTER_FIN)) {
		if (evidence_true(ev, FACT_FIRST_CONTACT) || evidence_is(ev, FACT_RESETTER_SEEN, 0))
			return PICTURE_FORGOTTEN;
		return -1;
	}
	if (evidence_true(ev, FACT_RESETTER_FIN))
		return PICTURE_LATE;
	if (evidence_true(ev, FACT_RESETTER_ONLY_SYNACK))
		return PICTURE_UNBORN;
	return PICTURE_FORGOTTEN;
}

static int picture_of(const struct evidence *ev)
{
	int64_t meets = evidence_value(ev, FACT_SYN_MEETS_OLD);

	if (!evidence_knows(ev, FACT_RST_FORM))
		return -1;
	switch ((enum rst_form)evidence_value(ev, FACT_RST_FORM)) {
	case FORM_FOREIGN:
		return PICTURE_ALIEN;
	case FORM_REFUSAL:
		return PICTURE_REFUSED;
	case FORM_ACTIVE:
	case FORM_BARE_ACTIVE:
		if (evidence_is(ev, FACT_RST_ANSWERS, TRIGGER_SYN))
			return PICTURE_REFUSED;
		return evidence_true(ev, FACT_RESETTER_FIN) ? PICTURE_ABORT_AFTER_FIN
							    : PICTURE_ABORT;
	case FORM_PASSIVE:
		if (evidence_is(ev, FACT_RST_ANSWERS, TRIGGER_SYN))
			return PICTURE_REFUSED;
		if (evidence_knows(ev, FACT_SYN_MEETS_OLD) && meets != SYN_MEETS_NOTHING &&
		    evidence_is(ev, FACT_RST_ANSWERS, TRIGGER_ACK))
			return PICTURE_OLD;
		return picture_of_passive(ev);
	case FORM_UNKNOWN:
		break;
	}
	return -1;
}

/* RFC 9293 section 3.6: after its FIN an end may get data that was under way; later data was sent
 * knowing it. */
static void derive_fin_crossed(struct evidence *ev)
{
	/* What crosses a client's FIN is an answer, or the server's own word: no request that met
	 * the end of an idle connection. Whether the server would have sent it all the same, the
	 * packets do not say. Who is the client may be a guess: it costs certainty, no more. */
	if (evidence_true(ev, FACT_RESETTER_IS_CLIENT) &&
	    !evidence_is(ev, FACT_TRIGGER_NEAR_FIN, 0))
		return;
	if (evidence_is(ev, FACT_TRIGGER_ACKS_FIN, 0) || evidence_true(ev, FACT_TRIGGER_NEAR_FIN))
		evidence_set(ev, FACT_FIN_CROSSED, 1);
	else if (evidence_true(ev, FACT_TRIGGER_ACKS_FIN) &&
		 evidence_is(ev, FACT_TRIGGER_NEAR_FIN, 0))
		evidence_set(ev, FACT_FIN_CROSSED, 0);
}

static void derive_handshake_wrong(struct evidence *ev)
{
	static const enum fact_id signs[] = { FACT_TRIGGER_ACK_WRONG, FACT_SYNACK_ACK_WRONG,
					      FACT_SYNACK_TS_WRONG };
	/* A SYN refused by an end that had just said SYN-ACK to the same four met that handshake.
	 */
	bool again = evidence_is(ev, FACT_PICTURE, PICTURE_REFUSED) &&
		     evidence_true(ev, FACT_RESETTER_ONLY_SYNACK);
	bool known = again || evidence_knows(ev, FACT_SYN_MEETS_OLD);
	bool wrong = again || evidence_is(ev, FACT_SYN_MEETS_OLD, SYN_MEETS_SYN_RECV);

	for (size_t i = 0; i < sizeof(signs) / sizeof(*signs); i++) {
		known |= evidence_knows(ev, signs[i]);
		wrong |= evidence_true(ev, signs[i]);
	}
	if (known)
		evidence_set(ev, FACT_HANDSHAKE_WRONG, wrong);
}

static void derive_no_connection(struct evidence *ev)
{
	/* Data with the sender's FIN right behind it was sent while its end was still open. */
	bool parting = evidence_is(ev, FACT_RST_ANSWERS, TRIGGER_DATA) &&
		       evidence_true(ev, FACT_TRIGGER_THEN_FIN);
	bool closed = evidence_true(ev, FACT_RESETTER_FIN) && evidence_true(ev, FACT_VICTIM_FIN) &&
		      evidence_true(ev, FACT_RESETTER_FIN_ACKED) && !parting;
	bool none = evidence_true(ev, FACT_FIRST_CONTACT) ||
		    evidence_true(ev, FACT_SYNACK_UNASKED) ||
		    evidence_true(ev, FACT_LOOKS_LIKE_SCAN) || closed;

	if (none || evidence_knows(ev, FACT_FIRST_CONTACT))
		evidence_set(ev, FACT_NO_CONNECTION, none);
}

/*
 * A TLS close_notify is an alert record (RFC 8446 section 6.1), encrypted 24 bytes or a little
 * more. A program sends it when it reads the peer's FIN, so it acknowledges that FIN; a next
 * request that was under way does not.
 */
static void derive_farewell(struct evidence *ev)
{
	bool small = evidence_true(ev, FACT_TRIGGER_SMALL) &&
		     !evidence_true(ev, FACT_TRIGGER_REQUEST) &&
		     evidence_true(ev, FACT_TRIGGER_ACKS_FIN) &&
		     evidence_at_least(ev, FACT_REQUESTS_ANSWERED, 1) &&
		     !evidence_knows(ev, FACT_HTTP_STATUS);

	/* A PING or a short query is small too: it comes from an end that stays. */
	bool parting = evidence_true(ev, FACT_TRIGGER_THEN_FIN) ||
		       (evidence_true(ev, FACT_FIN_AFTER_RESPONSE) &&
			evidence_true(ev, FACT_TRIGGER_ALERT_SIZED));

	if (evidence_true(ev, FACT_TRIGGER_TLS_ALERT) || (small && parting))
		evidence_set(ev, FACT_TRIGGER_FAREWELL, 1);
	else if (evidence_knows(ev, FACT_TRIGGER_SMALL) ||
		 evidence_knows(ev, FACT_TRIGGER_TLS_ALERT))
		evidence_set(ev, FACT_TRIGGER_FAREWELL, 0);
}

/* Statuses that a server gives without reading the body (RFC 9110 section 15.5), and then closes.
 */
static bool status_refuses_body(int64_t status)
{
	static const int refusing[] = { 401, 403, 411, 413, 414, 415, 417, 429, 431 };

	for (size_t i = 0; i < sizeof(refusing) / sizeof(*refusing); i++)
		if (status == refusing[i])
			return true;
	return false;
}

/*
 * To abort right behind the own answer puts that answer at risk: close() does it by itself if bytes
 * are left unread, a program has to ask for it otherwise.
 */
static void derive_aborted_answer(struct evidence *ev)
{
	int64_t near_us = evidence_value(ev, FACT_RTT) + 50000;
	bool begun_before =
		evidence_true(ev, FACT_MIDSTREAM) && evidence_at_least(ev, FACT_RESETTER_BYTES, 1);

	if (!evidence_knows(ev, FACT_PICTURE) || !evidence_knows(ev, FACT_SILENCE) ||
	    (!evidence_knows(ev, FACT_REQUESTS_ANSWERED) && !begun_before))
		return;
	evidence_set(ev, FACT_ABORTED_ANSWER,
		     evidence_is(ev, FACT_PICTURE, PICTURE_ABORT) &&
			     evidence_is(ev, FACT_RESETTER_IS_CLIENT, 0) &&
			     (evidence_at_least(ev, FACT_REQUESTS_ANSWERED, 1) || begun_before) &&
			     evidence_is(ev, FACT_REQUEST_ACKED_UNANSWERED, 0) &&
			     evidence_value(ev, FACT_SILENCE) <= near_us);
}

/*
 * Requests that fit into one segment each are no upload that was cut short: between them the victim
 * waits, however fast the answers come.
 */
#define ONE_SEGMENT 1460

static void derive_answered_early(struct evidence *ev)
{
	int64_t requests = evidence_value(ev, FACT_REQUESTS_ANSWERED) + 1;
	bool upload = evidence_value(ev, FACT_VICTIM_BYTES) > requests * ONE_SEGMENT;
	bool cut = upload && (evidence_true(ev, FACT_VICTIM_STILL_SENDING) ||
			      evidence_true(ev, FACT_ABORTED_ANSWER));
	bool refused = evidence_true(ev, FACT_HTTP_CLOSE) && upload &&
		       evidence_knows(ev, FACT_HTTP_STATUS) &&
		       status_refuses_body(evidence_value(ev, FACT_HTTP_STATUS));

	if (evidence_knows(ev, FACT_VICTIM_STILL_SENDING))
		evidence_set(ev, FACT_ANSWERED_EARLY, refused || cut);
}

/* What a server sent last is an answer, and wants none, unless the client never asked for anything.
 */
static void derive_answer_owed(struct evidence *ev)
{
	bool some = evidence_at_least(ev, FACT_REQUEST_ACKED_UNANSWERED, 1);

	if (!evidence_knows(ev, FACT_REQUEST_ACKED_UNANSWERED))
		return;
	if (!some || evidence_is(ev, FACT_RESETTER_IS_CLIENT, 0))
		evidence_set(ev, FACT_ANSWER_OWED, some);
	else if (evidence_knows(ev, FACT_RESETTER_NEVER_SENT))
		evidence_set(ev, FACT_ANSWER_OWED, evidence_true(ev, FACT_RESETTER_NEVER_SENT));
}

static void derive_farewell_left(struct evidence *ev)
{
	if (evidence_true(ev, FACT_UNREAD_TLS_FAREWELL) ||
	    evidence_true(ev, FACT_HOST_UNREAD_FAREWELL))
		evidence_set(ev, FACT_FAREWELL_LEFT, 1);
	else if (evidence_knows(ev, FACT_UNREAD_TLS_FAREWELL) ||
		 evidence_knows(ev, FACT_HOST_UNREAD_FAREWELL))
		evidence_set(ev, FACT_FAREWELL_LEFT, 0);
	/* Sockets count bytes and keep no records. */
	if (evidence_knows(ev, FACT_FAREWELL_LEFT))
		evidence_set(ev, FACT_FAREWELL_POSSIBLE, evidence_true(ev, FACT_FAREWELL_LEFT));
	else if (evidence_true(ev, FACT_RESETTER_IS_CLIENT) && evidence_true(ev, FACT_VICTIM_FIN) &&
		 evidence_at_least(ev, FACT_REQUESTS_ANSWERED, 1) &&
		 evidence_is(ev, FACT_PICTURE, PICTURE_ABORT))
		evidence_set(ev, FACT_FAREWELL_POSSIBLE, 1);
}

static void derive_victim_silent(struct evidence *ev)
{
	if (evidence_at_least(ev, FACT_VICTIM_BYTES, 1))
		evidence_set(ev, FACT_VICTIM_SILENT, 0);
	else if (evidence_is(ev, FACT_VICTIM_BYTES, 0) && evidence_true(ev, FACT_ROLES_SEEN) &&
		 evidence_is(ev, FACT_PACKETS_MISSING, 0))
		evidence_set(ev, FACT_VICTIM_SILENT, 1);
}

/*
 * A bare acknowledgement answers what has come within the last half second (RFC 1122 section
 * 4.2.3.2), or says that the window is open again. Linux sends both alike.
 */
#define ACK_DELAY_MAX_US 500000

static void derive_ack_reopens(struct evidence *ev)
{
	if (!evidence_is(ev, FACT_RST_ANSWERS, TRIGGER_ACK) || !evidence_knows(ev, FACT_SILENCE) ||
	    !evidence_knows(ev, FACT_SINCE_LAST) || !evidence_knows(ev, FACT_RESETTER_NEVER_SENT))
		return;
	evidence_set(ev, FACT_ACK_REOPENS,
		     evidence_value(ev, FACT_SILENCE) > ACK_DELAY_MAX_US &&
			     evidence_value(ev, FACT_SINCE_LAST) > ACK_DELAY_MAX_US &&
			     evidence_is(ev, FACT_RESETTER_FIN, 0) &&
			     evidence_is(ev, FACT_RESETTER_NEVER_SENT, 0));
}

static void derive_distance(struct evidence *ev)
{
	if (evidence_true(ev, FACT_RESETTER_IS_CLIENT) && evidence_knows(ev, FACT_TTL_DELTA))
		evidence_set(ev, FACT_CLIENT_AT_ITS_DISTANCE, evidence_is(ev, FACT_TTL_DELTA, 0));
}

static void derive_old_possible(struct evidence *ev)
{
	bool old = evidence_is(ev, FACT_SYN_MEETS_OLD, SYN_MEETS_FIN_WAIT2) ||
		   evidence_is(ev, FACT_SYN_MEETS_OLD, SYN_MEETS_TIME_WAIT);

	if (evidence_knows(ev, FACT_SYN_MEETS_OLD))
		evidence_set(ev, FACT_OLD_POSSIBLE, old);
	else if (evidence_true(ev, FACT_SAME_FOUR_BEFORE))
		evidence_set(ev, FACT_OLD_POSSIBLE, 1);
}

/* Port 139 asks for names before it serves (RFC 1002 section 4.3.2): no use of the connection yet.
 */
static void derive_unused(struct evidence *ev)
{
	bool smb = evidence_is(ev, FACT_PARALLEL_SIBLING, PARALLEL_SMB) ||
		   evidence_true(ev, FACT_HOST_SIBLING) ||
		   (evidence_true(ev, FACT_RESETTER_IS_CLIENT) && ev->server.port == PORT_NETBIOS);

	if (evidence_knows(ev, FACT_RESETTER_NEVER_SENT))
		evidence_set(ev, FACT_UNUSED,
			     evidence_true(ev, FACT_RESETTER_NEVER_SENT) ||
				     (smb && evidence_knows(ev, FACT_RESETTER_BYTES) &&
				      evidence_value(ev, FACT_RESETTER_BYTES) <=
					      NETBIOS_SESSION_REQUEST_BYTES));
}

void evidence_derive(struct evidence *ev)
{
	int picture = picture_of(ev);

	if (picture >= 0)
		evidence_set(ev, FACT_PICTURE, picture);
	derive_fin_crossed(ev);
	derive_handshake_wrong(ev);
	derive_no_connection(ev);
	derive_farewell(ev);
	derive_aborted_answer(ev);
	derive_answered_early(ev);
	derive_answer_owed(ev);
	derive_victim_silent(ev);
	derive_farewell_left(ev);
	derive_unused(ev);
	derive_ack_reopens(ev);
	derive_distance(ev);
	derive_old_possible(ev);
}
