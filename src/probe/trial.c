/* SPDX-License-Identifier: MIT */
#include "probe/trial.h"

#include <errno.h>

#include "probe/reading.h"

#define MS_NS INT64_C(1000000)
#define SECOND_NS (1000 * MS_NS)
#define NEVER INT64_MAX

#define CONNECT_NS (10 * SECOND_NS)
#define ANSWER_NS (30 * SECOND_NS)
#define POLL_NS (50 * MS_NS)
/* Long enough for four retransmissions on a path of ordinary length; longer paths get more. */
#define TEST_NS (3500 * MS_NS)
#define TEST_ROUND_TRIPS 8
/* After an alert of TLS the FIN is due at once. */
#define ALERT_NS SECOND_NS
#define LATE_NS (2 * SECOND_NS)
#define LAST_NS (2 * SECOND_NS)
#define PARTING_NS SECOND_NS
/* Requests in a row: at most 200 a second. */
#define PACE_NS (5 * MS_NS)
/* Who has not been idle for so long, for three times what was to be waited, will not be. */
#define BUSY_TIMES 3
#define BUSY_NS (5 * SECOND_NS)

void trial_init(struct trial *trial, enum trial_purpose purpose, int64_t wait_ns)
{
	*trial = (struct trial){ .purpose = purpose,
				 .wait_ns = wait_ns,
				 .late_after_ns = -1,
				 .due_ns = NEVER,
				 .announced_s = -1,
				 .announced_max = -1 };
	link_init(&trial->link);
}

void trial_release(struct trial *trial)
{
	link_release(&trial->link);
}

static void enter(struct trial *trial, enum trial_step step, int64_t now_ns, int64_t due_ns)
{
	trial->step = step;
	trial->step_ns = now_ns;
	trial->due_ns = due_ns;
}

static void finish(struct trial *trial, enum trial_outcome outcome)
{
	bool parting = link_part(&trial->link);

	trial->outcome = outcome;
	trial->step = parting ? STEP_PARTING : STEP_DONE;
	trial->due_ns = parting ? 0 : NEVER;
}

/* The peer's own farewell is waited for: a closed socket would answer it with a reset. */
static void handle_parting(struct trial *trial, int64_t now_ns)
{
	if (!trial->due_ns)
		trial->due_ns = now_ns + PARTING_NS;
	if (!link_drain(&trial->link) && now_ns < trial->due_ns)
		return;
	link_release(&trial->link);
	trial->step = STEP_DONE;
	trial->due_ns = NEVER;
}

static void fail(struct trial *trial, enum trial_problem problem)
{
	trial->problem = problem;
	finish(trial, TRIAL_FAILED);
}

void trial_cut(struct trial *trial)
{
	if (trial->step == STEP_NEW || trial->step == STEP_PARTING || !trial_is_open(trial)) {
		trial->step = STEP_DONE;
		return;
	}
	finish(trial, trial->outcome);
}

int trial_start(struct trial *trial, const struct target *target, int64_t now_ns)
{
	int r = link_open(&trial->link, target, now_ns);

	enter(trial, STEP_CONNECT, now_ns, now_ns + CONNECT_NS);
	if (r < 0) {
		trial->link.error = -r;
		trial->link.end = LINK_END_LOCAL;
		fail(trial, r == -ENOENT ? TRIAL_PROBLEM_NO_TLS : TRIAL_PROBLEM_LINK);
	}
	return r;
}

static void send_request(struct trial *trial, const struct target *target, int64_t now_ns)
{
	struct buf request;

	buf_init(&request, 64 * 1024);
	target->protocol->request(target, &request);
	target->protocol->begin(target, &trial->answer);
	link_send(&trial->link, request.data, request.length, now_ns);
	buf_release(&request);
	trial->answered = false;
}

static void begin_idle(struct trial *trial, int64_t now_ns)
{
	if (trial->purpose == TRIAL_SIEVE && !trial->sieve.low) {
		sieve_begin(&trial->sieve, &trial->link, now_ns);
		enter(trial, STEP_SIEVE, now_ns, now_ns + POLL_NS);
		return;
	}
	trial->idle_from_ns = now_ns;
	trial->farewell_ns = 0;
	/* Who was told that the connection closes now sends nothing more on it. */
	if (trial->last && trial->wait_ns > LAST_NS)
		trial->wait_ns = LAST_NS;
	enter(trial, STEP_IDLE, now_ns, now_ns + trial->wait_ns);
	if (trial->keepalive_s)
		link_keep_alive(&trial->link, trial->keepalive_s);
}

/* --- steps --------------------------------------------------------------------------------------
 */

static bool has_ended(const struct trial *trial)
{
	return trial->link.state == LINK_ENDED || trial->link.alert;
}

/* How it ended while idle is known: now or later somebody may still try to use it. */
static void closed(struct trial *trial, int64_t now_ns)
{
	const struct link *link = &trial->link;
	int64_t end_ns = link->alert ? link->alert_ns : link->end_ns;

	if (trial->farewell_ns && end_ns - trial->farewell_ns <= READING_FAREWELL_NS)
		end_ns = trial->farewell_ns;
	else if (trial->farewell_ns)
		trial->idle_from_ns = trial->heard_ns;
	trial->idle_ns = end_ns - trial->idle_from_ns;
	trial->outcome = TRIAL_CLOSED;
	if (link->state == LINK_ENDED && link->end != LINK_END_FIN) {
		finish(trial, TRIAL_CLOSED);
		return;
	}
	enter(trial, STEP_LATE_WAIT, now_ns, NEVER);
}

static void handle_idle(struct trial *trial, const struct target *target, int64_t now_ns)
{
	if (has_ended(trial)) {
		/* Whether FIN or RST follows an alert is worth a moment. */
		if (trial->link.state != LINK_ENDED)
			enter(trial, STEP_ENDING, now_ns, now_ns + ALERT_NS);
		else
			closed(trial, now_ns);
		return;
	}
	if (now_ns - trial->step_ns > BUSY_TIMES * trial->wait_ns + BUSY_NS) {
		finish(trial, TRIAL_BUSY);
		return;
	}
	/* No farewell, as nothing ended: it began to be idle with the last of those bytes. */
	if (now_ns - trial->idle_from_ns >= trial->wait_ns && trial->farewell_ns) {
		trial->idle_from_ns = trial->heard_ns;
		trial->farewell_ns = 0;
	}
	if (now_ns - trial->idle_from_ns < trial->wait_ns) {
		trial->due_ns = trial->idle_from_ns + trial->wait_ns;
		return;
	}
	trial->idle_ns = now_ns - trial->idle_from_ns;
	if (trial->last) {
		finish(trial, TRIAL_ALIVE);
		return;
	}
	enter(trial, STEP_TEST, now_ns, now_ns + POLL_NS);
	trial->answered = false;
	if (trial->purpose == TRIAL_SIEVE)
		sieve_arm(&trial->sieve, &trial->link, now_ns);
	if (target->protocol->asks(target))
		send_request(trial, target, now_ns);
	else
		link_keep_alive(&trial->link, 1);
}

static int64_t test_limit_ns(const struct link_path *path)
{
	int64_t limit = (int64_t)path->rtt_us * 1000 * TEST_ROUND_TRIPS;

	return limit > TEST_NS ? limit : TEST_NS;
}

static void handle_sieve(struct trial *trial, int64_t now_ns)
{
	if (has_ended(trial))
		finish(trial, TRIAL_MUTE);
	else if (sieve_search(&trial->sieve, &trial->link, now_ns))
		begin_idle(trial, now_ns);
	else
		trial->due_ns = now_ns + POLL_NS;
}

/* The test of a connection whose reset passes a sieve. */
static void handle_sifted_test(struct trial *trial, int64_t now_ns)
{
	if (trial->link.state == LINK_ENDED) {
		if (trial->link.end == LINK_END_RST)
			sieve_note_reset(&trial->sieve);
		finish(trial, trial->link.end == LINK_END_RST ? TRIAL_RESET : TRIAL_SILENT);
	} else if (trial->answered) {
		finish(trial, TRIAL_ALIVE);
	} else if (!sieve_widen(&trial->sieve, &trial->link, now_ns)) {
		finish(trial, TRIAL_SILENT);
	} else {
		trial->due_ns = now_ns + POLL_NS;
	}
}

static void handle_test(struct trial *trial, const struct target *target, int64_t now_ns)
{
	int64_t since_ns = now_ns - trial->step_ns;
	bool asks = target->protocol->asks(target);
	struct link_path path;

	link_ask_path(&trial->link, &path);
	if (trial->answered) {
		finish(trial, TRIAL_ALIVE);
	} else if (trial->link.state == LINK_ENDED) {
		if (trial->link.end == LINK_END_RST)
			finish(trial, TRIAL_RESET);
		else if (trial->link.end == LINK_END_FIN)
			finish(trial, asks ? TRIAL_CLOSED : TRIAL_ALIVE);
		else
			finish(trial, TRIAL_SILENT);
	} else if (!asks && since_ns >= POLL_NS && path.last_ack_ms * MS_NS < since_ns) {
		finish(trial, TRIAL_ALIVE);
	} else if (since_ns >= test_limit_ns(&path) && (!asks || path.unacked)) {
		finish(trial, TRIAL_SILENT);
	} else if (since_ns >= ANSWER_NS) {
		finish(trial, TRIAL_MUTE);
	} else {
		trial->due_ns = now_ns + POLL_NS;
	}
}

static void handle_late_wait(struct trial *trial, const struct target *target, int64_t now_ns)
{
	const struct link *link = &trial->link;
	int64_t end_ns = link->alert ? link->alert_ns : link->end_ns;
	struct buf bytes;

	/* A reset that came by itself after the FIN leaves nothing to send on. */
	if (trial->late_after_ns < 0 || link->late_reset ||
	    (link->state == LINK_ENDED && link->end != LINK_END_FIN)) {
		finish(trial, TRIAL_CLOSED);
		return;
	}
	if (now_ns < end_ns + trial->late_after_ns) {
		trial->due_ns = end_ns + trial->late_after_ns;
		return;
	}
	enter(trial, STEP_LATE, now_ns, now_ns + POLL_NS);
	trial->late_sent_ns = now_ns;
	if (target->protocol->asks(target)) {
		send_request(trial, target, now_ns);
		return;
	}
	if (!target->protocol->late) {
		secure_close(trial->link.secure);
		link_send(&trial->link, NULL, 0, now_ns);
		return;
	}
	buf_init(&bytes, 64 * 1024);
	target->protocol->late(target, &bytes);
	link_send(&trial->link, bytes.data, bytes.length, now_ns);
	buf_release(&bytes);
}

static void handle_late(struct trial *trial, int64_t now_ns)
{
	const struct link *link = &trial->link;
	struct link_path path;

	if (link->late_reset || (link->state == LINK_ENDED && link->end == LINK_END_RST)) {
		trial->late = LATE_RST;
		trial->late_took_ns = (link->late_reset ? link->late_reset_ns : link->end_ns) -
				      trial->late_sent_ns;
	} else if (trial->late == LATE_NOT_TRIED && now_ns - trial->late_sent_ns >= LATE_NS) {
		link_ask_path(link, &path);
		trial->late = path.unacked ? LATE_SILENCE : LATE_IGNORED;
	}
	if (trial->late == LATE_NOT_TRIED)
		trial->due_ns = now_ns + POLL_NS;
	else
		finish(trial, TRIAL_CLOSED);
}

/* The answer to a request is complete. */
static void answered(struct trial *trial, const struct target *target, int64_t now_ns)
{
	trial->requests++;
	if (trial->purpose != TRIAL_REQUESTS) {
		begin_idle(trial, now_ns);
		return;
	}
	if (trial->last || has_ended(trial)) {
		/* Its close is awaited, and a late request tried. */
		begin_idle(trial, now_ns);
	} else if (trial->requests >= trial->requests_max ||
		   now_ns - trial->link.ready_ns > trial->requests_ns) {
		finish(trial, TRIAL_ALIVE);
	} else if (now_ns - trial->step_ns < PACE_NS) {
		trial->requests--;
		trial->due_ns = trial->step_ns + PACE_NS;
	} else {
		enter(trial, STEP_ASK, now_ns, now_ns + ANSWER_NS);
		send_request(trial, target, now_ns);
	}
}

static void handle_ask(struct trial *trial, const struct target *target, int64_t now_ns)
{
	if (!trial->answered && has_ended(trial)) {
		struct reading at_end = { .trial = trial, .target = target };

		reading_take_end(&at_end);
	}
	if (trial->answered) {
		answered(trial, target, now_ns);
		return;
	}
	if (has_ended(trial) && trial->requests) {
		/* Closed while a request was under way: a race that the peer won. */
		trial->idle_from_ns = now_ns;
		closed(trial, now_ns);
	} else if (trial->link.state == LINK_ENDED) {
		fail(trial, TRIAL_PROBLEM_LINK);
	} else if (now_ns >= trial->step_ns + ANSWER_NS) {
		fail(trial, TRIAL_PROBLEM_MUTE);
	}
}

static void handle_connect(struct trial *trial, const struct target *target, int64_t now_ns)
{
	if (trial->link.state == LINK_ENDED && !trial->link.ready_ns) {
		fail(trial, TRIAL_PROBLEM_LINK);
	} else if (trial->link.ready_ns) {
		if (trial->asks_first) {
			enter(trial, STEP_ASK, now_ns, now_ns + ANSWER_NS);
			send_request(trial, target, now_ns);
		} else {
			begin_idle(trial, trial->link.ready_ns);
		}
	} else if (now_ns >= trial->due_ns) {
		fail(trial, TRIAL_PROBLEM_TIMEOUT);
	}
}

static void handle_step(struct trial *trial, const struct target *target, int64_t now_ns)
{
	switch (trial->step) {
	case STEP_CONNECT:
		handle_connect(trial, target, now_ns);
		break;
	case STEP_ASK:
		handle_ask(trial, target, now_ns);
		break;
	case STEP_IDLE:
		handle_idle(trial, target, now_ns);
		break;
	case STEP_SIEVE:
		handle_sieve(trial, now_ns);
		break;
	case STEP_TEST:
		if (trial->purpose == TRIAL_SIEVE)
			handle_sifted_test(trial, now_ns);
		else
			handle_test(trial, target, now_ns);
		break;
	case STEP_ENDING:
		if (trial->link.state == LINK_ENDED || now_ns >= trial->due_ns)
			closed(trial, now_ns);
		break;
	case STEP_LATE_WAIT:
		handle_late_wait(trial, target, now_ns);
		break;
	case STEP_LATE:
		handle_late(trial, now_ns);
		break;
	case STEP_PARTING:
		handle_parting(trial, now_ns);
		break;
	default:
		break;
	}
}

void trial_handle(struct trial *trial, const struct target *target, int64_t now_ns)
{
	struct reading reading = { .trial = trial, .target = target };
	const struct link_reader reader = { .take = reading_take, .context = &reading };
	enum trial_step before;

	trial->ready = false;
	if (!trial_is_open(trial))
		return;
	if (trial->step == STEP_PARTING) {
		handle_parting(trial, now_ns);
		return;
	}
	trial->ready = link_handle(&trial->link, &reader, now_ns);
	if (reading.foreign) {
		fail(trial, TRIAL_PROBLEM_FOREIGN);
		return;
	}
	do {
		before = trial->step;
		handle_step(trial, target, now_ns);
		/* Whether it tries a late request is for the ladder to say. */
	} while (trial->step != before && trial->step != STEP_LATE_WAIT && trial_is_open(trial));
}
