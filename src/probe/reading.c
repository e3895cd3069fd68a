/* SPDX-License-Identifier: MIT */
#include "probe/reading.h"

#include <string.h>

#define BANNER_NS INT64_C(1000000000)

static void take_answer(struct reading *reading, const uint8_t *bytes, size_t count)
{
	struct trial *trial = reading->trial;
	enum answer_state state = reading->target->protocol->take(&trial->answer, bytes, count);

	/* A second answer that is no good shows that somebody is there: the test asks no more. */
	if (state == ANSWER_BAD && trial->step == STEP_TEST)
		state = ANSWER_DONE;
	reading->foreign = state == ANSWER_BAD;
	if (state != ANSWER_DONE && state != ANSWER_LAST)
		return;
	trial->answered = true;
	trial->last = state == ANSWER_LAST;
	if (trial->status || !trial->answer.http.status)
		return;
	trial->status = trial->answer.http.status;
	trial->announced_s = trial->answer.http.announced_s;
	trial->announced_max = trial->answer.http.announced_max;
	memcpy(trial->server, trial->answer.http.server, sizeof(trial->server));
}

/*
 * Bytes that nobody asked for. A banner begins the idle time; what comes just before the end (408)
 * belongs to it; others keep the connection busy.
 */
static void take_unasked(struct reading *reading, const uint8_t *bytes, size_t count,
			 int64_t now_ns)
{
	struct trial *trial = reading->trial;

	if (now_ns - trial->idle_from_ns < BANNER_NS) {
		trial->idle_from_ns = now_ns;
		return;
	}
	if (trial->farewell_ns && now_ns - trial->farewell_ns > READING_FAREWELL_NS) {
		trial->idle_from_ns = trial->heard_ns;
		trial->farewell_ns = 0;
	}
	trial->heard_ns = now_ns;
	if (trial->farewell_ns)
		return;
	trial->farewell_ns = now_ns;
	if (!reading->target->protocol->asks(reading->target))
		return;
	reading->target->protocol->begin(reading->target, &trial->answer);
	reading->target->protocol->take(&trial->answer, bytes, count);
	trial->farewell_status = trial->answer.http.status;
}

void reading_take(void *context, const uint8_t *bytes, size_t count, int64_t now_ns)
{
	struct reading *reading = context;
	struct trial *trial = reading->trial;

	switch (trial->step) {
	case STEP_ASK:
	case STEP_TEST:
		if (!trial->answered && reading->target->protocol->asks(reading->target))
			take_answer(reading, bytes, count);
		break;
	case STEP_IDLE:
		take_unasked(reading, bytes, count, now_ns);
		break;
	case STEP_LATE:
		if (trial->late == LATE_NOT_TRIED) {
			trial->late = LATE_ANSWER;
			trial->late_took_ns = now_ns - trial->late_sent_ns;
		}
		break;
	default:
		break;
	}
}

void reading_take_end(struct reading *reading)
{
	take_answer(reading, NULL, 0);
}
