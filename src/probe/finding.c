/* SPDX-License-Identifier: MIT */
#include "probe/finding.h"

#include <stdlib.h>

#define SECOND_US INT64_C(1000000)
#define LEAST_ERROR_US 50000 /* timers of servers, and of this host */

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return x < y ? -1 : x > y;
}

static int64_t median(int64_t *values, int count)
{
	if (!count)
		return 0;
	qsort(values, (size_t)count, sizeof(*values), compare);
	return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

static bool is_dead(const struct trial *trial)
{
	return trial->outcome == TRIAL_RESET || trial->outcome == TRIAL_SILENT;
}

/* The shortest idle time after which the peer itself closed; 0: none. */
static int64_t first_close_ns(const struct ladder *ladder, enum trial_purpose purpose)
{
	int64_t first = 0;

	for (int i = 0; i < ladder->count; i++) {
		const struct trial *trial = &ladder->trials[i];

		if (trial->purpose == purpose && trial->outcome == TRIAL_CLOSED &&
		    (!first || trial->idle_ns < first))
			first = trial->idle_ns;
	}
	return first;
}

bool finding_bounds(const struct ladder *ladder, enum trial_purpose purpose,
		    struct finding_bounds *ret_bounds)
{
	int64_t close_ns = first_close_ns(ladder, purpose);
	struct finding_bounds bounds = { 0 };

	for (int i = 0; i < ladder->count; i++) {
		const struct trial *trial = &ladder->trials[i];

		if (trial->purpose != purpose)
			continue;
		if ((trial->outcome == TRIAL_ALIVE || trial->outcome == TRIAL_MUTE) &&
		    trial->idle_ns > bounds.alive_ns)
			bounds.alive_ns = trial->idle_ns;
	}
	for (int i = 0; i < ladder->count; i++) {
		const struct trial *trial = &ladder->trials[i];

		/* A shorter wait than one that was survived was lost by chance. */
		if (trial->purpose != purpose || !is_dead(trial) ||
		    trial->idle_ns <= bounds.alive_ns)
			continue;
		if (close_ns && close_ns <= trial->idle_ns + finding_close_slack_ns(trial->idle_ns))
			continue;
		if (!bounds.dead_ns || trial->idle_ns < bounds.dead_ns)
			bounds.dead_ns = trial->idle_ns;
	}
	for (int i = 0; i < ladder->count; i++) {
		const struct trial *trial = &ladder->trials[i];

		bounds.open |= trial->purpose == purpose && trial->outcome == TRIAL_NONE &&
			       trial->step != STEP_DONE && trial->wait_ns < bounds.dead_ns;
	}
	*ret_bounds = bounds;
	return bounds.dead_ns;
}

/* --- what the peer closes -----------------------------------------------------------------------
 */

static void note_late(struct lapse *lapse, const struct trial *trial)
{
	struct finding_late late = { .got = trial->late,
				     .after_us = trial->late_after_ns / 1000,
				     .took_us = trial->late_took_ns / 1000 };
	int at = lapse->lates;

	if (trial->late == LATE_NOT_TRIED || lapse->lates == 2)
		return;
	if (at && lapse->late[0].after_us > late.after_us) {
		lapse->late[1] = lapse->late[0];
		at = 0;
	}
	lapse->late[at] = late;
	lapse->lates++;
}

static void note_ttl(struct lapse *lapse, const struct trial *trial)
{
	if (!trial->ttl_reset || !trial->ttl_handshake)
		return;
	lapse->ttl_reset = trial->ttl_reset;
	lapse->ttl_handshake = trial->ttl_handshake;
	lapse->ttl = trial->ttl_reset == trial->ttl_handshake  ? SIEVE_SAME
		     : trial->ttl_reset > trial->ttl_handshake ? SIEVE_HIGHER
							       : SIEVE_LOWER;
}

static void note_close(struct lapse *lapse, const struct trial *trial)
{
	/* An end that the others agree with is told: FIN unless one was different. */
	if (!lapse->samples || trial->link.end == LINK_END_RST)
		lapse->end = trial->link.end;
	lapse->alert |= trial->link.alert;
	lapse->then_reset |= trial->link.late_reset && trial->late == LATE_NOT_TRIED;
	lapse->samples++;
	if (trial->farewell_status && !lapse->farewell_status)
		lapse->farewell_status = trial->farewell_status;
	note_ttl(lapse, trial);
	note_late(lapse, trial);
}

static void gather_closes(const struct ladder *ladder, enum trial_purpose purpose,
			  struct lapse *lapse, int64_t rtt_us)
{
	int64_t idle_us[LADDER_TRIALS], spread_us;
	int count = 0;

	for (int i = 0; i < ladder->count; i++) {
		const struct trial *trial = &ladder->trials[i];

		if (trial->purpose != purpose || trial->outcome != TRIAL_CLOSED)
			continue;
		/*
		 * The peer's clock starts when our ACK arrives, and its FIN takes as long to come
		 * back; after an answer both ends start within half a round trip of each other.
		 */
		idle_us[count] = trial->idle_ns / 1000 - (purpose == TRIAL_BEFORE ? rtt_us : 0);
		if (idle_us[count] < 0)
			idle_us[count] = 0;
		count++;
		note_close(lapse, trial);
	}
	if (!count)
		return;
	lapse->kind = LAPSE_CLOSED;
	lapse->idle_us = median(idle_us, count);
	lapse->shortest_us = idle_us[0];
	lapse->longest_us = idle_us[count - 1];
	spread_us = lapse->longest_us - lapse->shortest_us;
	lapse->error_us = spread_us / 2 > rtt_us ? spread_us / 2 : rtt_us;
	if (lapse->error_us < LEAST_ERROR_US)
		lapse->error_us = LEAST_ERROR_US;
	lapse->varies = spread_us > SECOND_US && spread_us > lapse->idle_us / 15;
}

/* --- what is forgotten in silence ---------------------------------------------------------------
 */

static void note_keepalive(const struct ladder *ladder, struct lapse *lapse)
{
	for (int i = 0; i < ladder->count; i++) {
		const struct trial *trial = &ladder->trials[i];

		if (trial->purpose != TRIAL_KEEPALIVE || trial->outcome == TRIAL_NONE ||
		    trial->outcome == TRIAL_FAILED)
			continue;
		lapse->keepalive_s = trial->keepalive_s;
		lapse->keepalive_us = trial->idle_ns / 1000;
		/* A close by the peer itself came through, too. */
		lapse->keepalive = is_dead(trial) || (trial->outcome == TRIAL_CLOSED &&
						      trial->link.end != LINK_END_FIN)
					   ? KEEPALIVE_NO_HELP
					   : KEEPALIVE_HOLDS;
	}
}

static void gather_forgotten(const struct ladder *ladder, enum trial_purpose purpose,
			     const struct finding_bounds *bounds, struct lapse *lapse)
{
	int64_t alive_us = bounds->alive_ns / 1000, dead_us = bounds->dead_ns / 1000;

	if (lapse->kind == LAPSE_CLOSED)
		lapse->closes_us = lapse->shortest_us;
	lapse->kind = LAPSE_FORGOTTEN;
	lapse->idle_us = (alive_us + dead_us) / 2;
	lapse->error_us = (dead_us - alive_us) / 2;
	lapse->varies = false;
	lapse->samples = 0;
	for (int i = 0; i < ladder->count; i++) {
		const struct trial *trial = &ladder->trials[i];

		if (trial->purpose != purpose || !is_dead(trial) ||
		    trial->idle_ns < bounds->dead_ns)
			continue;
		lapse->samples++;
		lapse->reset |= trial->outcome == TRIAL_RESET;
		note_ttl(lapse, trial);
	}
	note_keepalive(ladder, lapse);
	for (int i = 0; i < ladder->count && lapse->reset && !lapse->ttl; i++) {
		const struct sieve *sieve = &ladder->trials[i].sieve;

		if (sieve->reset == SIEVE_UNKNOWN)
			continue;
		lapse->ttl = sieve->reset;
		lapse->ttl_handshake = sieve->low;
	}
}

static void gather_lapse(const struct ladder *ladder, enum trial_purpose purpose,
			 struct lapse *lapse, int64_t rtt_us)
{
	struct finding_bounds bounds;

	gather_closes(ladder, purpose, lapse, rtt_us);
	for (int i = 0; i < ladder->count; i++) {
		const struct trial *trial = &ladder->trials[i];
		/* Cut off while it was idle, it has outlived that much. */
		bool outlived = trial->outcome == TRIAL_ALIVE || trial->outcome == TRIAL_MUTE ||
				(trial->outcome == TRIAL_NONE && ladder->stopped);

		lapse->busy |= trial->purpose == purpose && trial->outcome == TRIAL_BUSY;
		if (trial->purpose == purpose && outlived &&
		    trial->idle_ns / 1000 > lapse->survived_us)
			lapse->survived_us = trial->idle_ns / 1000;
	}
	if (finding_bounds(ladder, purpose, &bounds))
		gather_forgotten(ladder, purpose, &bounds, lapse);
	else if (lapse->kind == LAPSE_UNKNOWN && lapse->survived_us)
		lapse->kind = LAPSE_SURVIVED;
}

/* --- all of it ----------------------------------------------------------------------------------
 */

static void gather_handshakes(const struct ladder *ladder, struct finding *finding)
{
	int64_t rtt_us[LADDER_TRIALS], tls_us[LADDER_TRIALS];
	int rtts = 0, handshakes = 0;

	for (int i = 0; i < ladder->count; i++) {
		const struct trial *trial = &ladder->trials[i];

		if (trial->step == STEP_NEW || !trial->link.began_ns)
			continue;
		finding->connections++;
		if (trial->outcome == TRIAL_FAILED && !finding->failed++)
			finding->failure = trial;
		if (!trial->link.connected_ns)
			continue;
		finding->lost += trial->link.lost;
		if (trial->link.rtt_us)
			rtt_us[rtts++] = trial->link.rtt_us;
		if (trial->link.tls_version[0])
			tls_us[handshakes++] =
				(trial->link.ready_ns - trial->link.connected_ns) / 1000;
	}
	finding->rtt_us = (uint32_t)median(rtt_us, rtts);
	finding->tls_us = median(tls_us, handshakes);
}

static void gather_requests(const struct ladder *ladder, struct finding *finding)
{
	for (int i = 0; i < ladder->count; i++) {
		const struct trial *trial = &ladder->trials[i];

		if (trial->purpose != TRIAL_REQUESTS || trial->outcome == TRIAL_FAILED)
			continue;
		finding->requests = trial->requests;
		finding->requests_all = trial->outcome == TRIAL_CLOSED || trial->last;
		finding->requests_late = (struct finding_late){
			.got = trial->late,
			.after_us = trial->late_after_ns / 1000,
			.took_us = trial->late_took_ns / 1000,
		};
	}
}

void finding_make(const struct ladder *ladder, struct finding *ret_finding)
{
	struct finding *finding = ret_finding;
	const struct trial *first = &ladder->trials[0];

	*finding = (struct finding){ .first = first };
	finding->answers = first->idle_from_ns && first->outcome != TRIAL_FAILED;
	finding->stopped = ladder->stopped;
	finding->over = ladder->phase == LADDER_OVER;
	finding->took_ns = ladder->ended_ns - ladder->began_ns;
	if (!ladder->count)
		return;
	gather_handshakes(ladder, finding);
	if (!finding->answers)
		return;
	finding->status = first->status;
	finding->closes_each = first->last;
	gather_lapse(ladder, TRIAL_BEFORE, &finding->lapse[FINDING_BEFORE], finding->rtt_us);
	finding->asked[FINDING_BEFORE] = true;
	if (first->purpose == TRIAL_AFTER) {
		finding->asked[FINDING_AFTER] = true;
		gather_lapse(ladder, TRIAL_AFTER, &finding->lapse[FINDING_AFTER], finding->rtt_us);
	}
	gather_requests(ladder, finding);
}

const struct lapse *finding_main(const struct finding *finding, enum finding_mode *ret_mode)
{
	enum finding_mode mode = finding->asked[FINDING_AFTER] && !finding->closes_each
					 ? FINDING_AFTER
					 : FINDING_BEFORE;

	if (ret_mode)
		*ret_mode = mode;
	return &finding->lapse[mode];
}
