/* SPDX-License-Identifier: MIT */
#include "probe/ladder.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "host/boot.h"
#include "probe/finding.h"
#include "probe/hops.h"

#define MS_NS INT64_C(1000000)
#define SECOND_NS (1000 * MS_NS)
#define NEVER INT64_MAX
#define SHORTEST_NS SECOND_NS
/* Connections to one address are not opened faster than this. */
#define STAGGER_NS (25 * MS_NS)
/* What is narrowed down lies between two waits of this ratio: its middle is within 4 %. */
#define NARROW_STEP 1.08
#define NARROW_END 1.02
/* Where less is known, between 0.1 s and the first wait, or after one that was lost. */
#define NARROW_STEP_WIDE 1.25
#define NARROW_LEAST_NS (100 * MS_NS)
#define LAST_CLOSE_NS (2 * SECOND_NS)
#define CLOSE_GRACE_NS (400 * MS_NS)

struct engine {
	struct ladder *const *ladders;
	int count;
	const struct ladder_options *options;
	int epoll;
	struct hops *hops; /* NULL: no right to see packets */
	int64_t opened_ns[LADDER_ADDRESSES];
	int64_t told_ns;
};

void ladder_init(struct ladder *ladder, const struct target *target)
{
	*ladder = (struct ladder){ .target = *target };
}

void ladder_release(struct ladder *ladder)
{
	for (int i = 0; i < ladder->count; i++)
		trial_release(&ladder->trials[i]);
	ladder->count = 0;
}

/* --- which trials -------------------------------------------------------------------------------
 */

static bool asks(const struct ladder *ladder)
{
	return ladder->target.protocol->asks(&ladder->target);
}

static struct trial *add_trial(struct ladder *ladder, enum trial_purpose purpose, int64_t wait_ns)
{
	struct trial *trial;

	if (ladder->count == LADDER_TRIALS)
		return NULL;
	trial = &ladder->trials[ladder->count++];
	trial_init(trial, purpose, wait_ns);
	trial->asks_first =
		purpose != TRIAL_BEFORE && asks(ladder) &&
		!((purpose == TRIAL_KEEPALIVE || purpose == TRIAL_SIEVE) && ladder->trials[0].last);
	return trial;
}

static void add_waits(struct ladder *ladder, enum trial_purpose purpose, int64_t max_ns,
		      int longest)
{
	for (int64_t wait_ns = SHORTEST_NS; wait_ns < max_ns; wait_ns *= 2)
		add_trial(ladder, purpose, wait_ns);
	while (longest--)
		add_trial(ladder, purpose, max_ns);
}

/* The first connection has been answered: now the others. */
static void begin_climb(struct ladder *ladder, const struct ladder_options *options)
{
	const struct trial *first = &ladder->trials[0];
	struct trial *counter;

	ladder->phase = LADDER_CLIMB;
	if (first->purpose == TRIAL_AFTER) {
		add_waits(ladder, TRIAL_BEFORE, options->max_ns, 2);
		/* Where every answer is the last one, there is no idle time after it. */
		if (!first->last)
			add_waits(ladder, TRIAL_AFTER, options->max_ns, 1);
	} else {
		add_waits(ladder, TRIAL_BEFORE, options->max_ns, 1);
	}
	if (!options->requests_max || !asks(ladder))
		return;
	counter = add_trial(ladder, TRIAL_REQUESTS, LAST_CLOSE_NS);
	if (!counter)
		return;
	counter->requests_max = options->requests_max;
	counter->requests_ns = options->max_ns;
}

/* Of the trials that see a close, the first tries a late request at once, the second a while later.
 */
static void arrange_late(struct ladder *ladder, struct trial *trial)
{
	bool soon = false, later = false;

	if (trial->step != STEP_LATE_WAIT || trial->late_after_ns >= 0)
		return;
	for (int i = 0; i < ladder->count; i++) {
		const struct trial *other = &ladder->trials[i];

		if (other->purpose != trial->purpose || other->late_after_ns < 0)
			continue;
		soon |= other->late_after_ns == FINDING_SOON_NS;
		later |= other->late_after_ns == FINDING_LATER_NS;
	}
	if (!soon)
		trial->late_after_ns = FINDING_SOON_NS;
	else if (!later)
		trial->late_after_ns = FINDING_LATER_NS;
}

static bool has_trial(const struct ladder *ladder, enum trial_purpose purpose)
{
	for (int i = 0; i < ladder->count; i++) {
		if (ladder->trials[i].purpose == purpose)
			return true;
	}
	return false;
}

/* Whether TCP keepalive helps: idle for half as long again, probed twice as often as needed. */
static void add_keepalive(struct ladder *ladder, const struct finding_bounds *bounds,
			  int64_t max_ns)
{
	int64_t wait_ns = bounds->dead_ns + bounds->dead_ns / 2;
	int64_t least_ns = bounds->dead_ns + bounds->dead_ns / 10;
	int64_t survived_ns = bounds->alive_ns ? bounds->alive_ns : bounds->dead_ns / 2;
	struct trial *trial;

	/* TCP keepalive counts in seconds. */
	if (bounds->dead_ns <= 2 * SECOND_NS || has_trial(ladder, TRIAL_KEEPALIVE))
		return;
	if (wait_ns > max_ns)
		wait_ns = max_ns > least_ns ? max_ns : least_ns;
	trial = add_trial(ladder, TRIAL_KEEPALIVE, wait_ns);
	if (!trial)
		return;
	trial->keepalive_s = (int)(survived_ns / (2 * SECOND_NS));
	if (!trial->keepalive_s)
		trial->keepalive_s = 1;
}

/* Whose reset that is, where packets cannot be seen. */
static void add_sieve(struct ladder *ladder, enum trial_purpose purpose, int64_t dead_ns)
{
	bool reset = false;

	for (int i = 0; i < ladder->count; i++)
		reset |= ladder->trials[i].purpose == purpose &&
			 ladder->trials[i].outcome == TRIAL_RESET;
	if (reset && !ladder->sees_ttl && !has_trial(ladder, TRIAL_SIEVE))
		add_trial(ladder, TRIAL_SIEVE, dead_ns);
}

/* Waits between what was survived and what was not, in equal ratios. */
static void add_narrow(struct ladder *ladder, enum trial_purpose purpose,
		       const struct finding_bounds *bounds, int64_t max_ns)
{
	bool within_two = bounds->alive_ns && bounds->dead_ns / bounds->alive_ns <= 2;
	double step = within_two ? NARROW_STEP : NARROW_STEP_WIDE;
	double wait_ns = (double)(bounds->alive_ns ? bounds->alive_ns : NARROW_LEAST_NS);

	for (wait_ns *= step; wait_ns * NARROW_END < (double)bounds->dead_ns; wait_ns *= step)
		add_trial(ladder, purpose, (int64_t)wait_ns);
	/* And a longer one: whether that was the peer's own close, or chance. */
	add_trial(ladder, purpose, bounds->dead_ns + bounds->dead_ns / 10 + SECOND_NS);
	add_keepalive(ladder, bounds, max_ns);
	add_sieve(ladder, purpose, bounds->dead_ns);
}

/* Whether longer waits may still show that it was the peer's close that a request crossed. */
static bool may_close(const struct ladder *ladder, enum trial_purpose purpose, int64_t dead_ns,
		      int64_t now_ns)
{
	int64_t until_ns = dead_ns + finding_close_slack_ns(dead_ns) + CLOSE_GRACE_NS;

	for (int i = 0; i < ladder->count; i++) {
		const struct trial *trial = &ladder->trials[i];

		if (trial->purpose == purpose && trial->wait_ns > dead_ns &&
		    trial->step == STEP_IDLE && now_ns - trial->idle_from_ns < until_ns)
			return true;
	}
	return false;
}

/* Something forgets connections in silence: longer waits are no use, shorter ones are. */
static void narrow(struct ladder *ladder, enum trial_purpose purpose, int64_t max_ns,
		   int64_t now_ns)
{
	int mode = purpose == TRIAL_AFTER;
	struct finding_bounds bounds;

	if (ladder->narrowed[mode] || !finding_bounds(ladder, purpose, &bounds) || bounds.open ||
	    may_close(ladder, purpose, bounds.dead_ns, now_ns))
		return;
	ladder->narrowed[mode] = true;
	for (int i = 0; i < ladder->count; i++) {
		struct trial *trial = &ladder->trials[i];

		if (trial->purpose == purpose && trial->wait_ns > bounds.dead_ns &&
		    (trial->step == STEP_IDLE || trial->step == STEP_NEW))
			trial_cut(trial);
	}
	add_narrow(ladder, purpose, &bounds, max_ns);
}

static bool is_over(const struct ladder *ladder)
{
	for (int i = 0; i < ladder->count; i++) {
		if (ladder->trials[i].step != STEP_DONE)
			return false;
	}
	return true;
}

/* After anything has happened to one of its trials. */
static void advance(struct engine *engine, struct ladder *ladder, int64_t now_ns)
{
	const struct trial *first = &ladder->trials[0];

	if (ladder->phase == LADDER_FIRST && first->step > STEP_ASK &&
	    first->outcome != TRIAL_FAILED)
		begin_climb(ladder, engine->options);
	for (int i = 0; i < ladder->count; i++)
		arrange_late(ladder, &ladder->trials[i]);
	if (ladder->phase == LADDER_CLIMB) {
		narrow(ladder, TRIAL_BEFORE, engine->options->max_ns, now_ns);
		narrow(ladder, TRIAL_AFTER, engine->options->max_ns, now_ns);
	}
	if (is_over(ladder) && ladder->phase != LADDER_OVER) {
		ladder->phase = LADDER_OVER;
		ladder->ended_ns = now_ns;
		engine->options->progress(engine->options->context);
	}
}

/* --- the loop -----------------------------------------------------------------------------------
 */

static void watch_trial(struct engine *engine, struct trial *trial)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET,
				     .data.ptr = trial };

	if (trial->link.fd >= 0)
		epoll_ctl(engine->epoll, EPOLL_CTL_ADD, trial->link.fd, &event);
}

static int count_open(const struct engine *engine)
{
	int open = 0;

	for (int i = 0; i < engine->count; i++) {
		for (int n = 0; n < engine->ladders[i]->count; n++)
			open += trial_is_open(&engine->ladders[i]->trials[n]);
	}
	return open;
}

/* Opens what is waiting to be opened, one at a time, and says when the next one may be. */
static int64_t open_next(struct engine *engine, int at, int64_t now_ns)
{
	struct ladder *ladder = engine->ladders[at];

	for (int i = 0; i < ladder->count; i++) {
		struct trial *trial = &ladder->trials[i];

		if (trial->step != STEP_NEW)
			continue;
		if (now_ns < engine->opened_ns[at] + STAGGER_NS)
			return engine->opened_ns[at] + STAGGER_NS;
		if (count_open(engine) >= LADDER_CONNECTIONS)
			return NEVER;
		engine->opened_ns[at] = now_ns;
		if (trial_start(trial, &ladder->target, now_ns) == 0)
			watch_trial(engine, trial);
	}
	return NEVER;
}

static void note_ttl(void *context, uint16_t local_port, const struct hops_packet *packet)
{
	struct engine *engine = context;

	for (int i = 0; i < engine->count; i++) {
		struct ladder *ladder = engine->ladders[i];

		if (!endpoint_same(&ladder->target.address, &packet->from))
			continue;
		for (int n = 0; n < ladder->count; n++) {
			struct trial *trial = &ladder->trials[n];

			if (!trial_is_open(trial) || trial->link.local_port != local_port)
				continue;
			if (packet->reset && !trial->ttl_reset)
				trial->ttl_reset = packet->ttl;
			else if (packet->syn && !trial->ttl_handshake)
				trial->ttl_handshake = packet->ttl;
		}
	}
}

/* What every trial has to do now; returns when the next one has something to do. */
static int64_t handle_all(struct engine *engine, int64_t now_ns)
{
	int64_t due_ns = NEVER, next_ns;

	for (int i = 0; i < engine->count; i++) {
		struct ladder *ladder = engine->ladders[i];

		for (int n = 0; n < ladder->count; n++) {
			struct trial *trial = &ladder->trials[n];

			if (trial->ready || trial->due_ns <= now_ns)
				trial_handle(trial, &ladder->target, now_ns);
			arrange_late(ladder, trial);
			if (trial->step == STEP_LATE_WAIT)
				trial_handle(trial, &ladder->target, now_ns);
		}
		advance(engine, ladder, now_ns);
		next_ns = open_next(engine, i, now_ns);
		due_ns = next_ns < due_ns ? next_ns : due_ns;
		for (int n = 0; n < ladder->count; n++) {
			if (ladder->trials[n].due_ns < due_ns)
				due_ns = ladder->trials[n].due_ns;
		}
	}
	return due_ns;
}

static bool all_over(const struct engine *engine)
{
	for (int i = 0; i < engine->count; i++) {
		if (engine->ladders[i]->phase != LADDER_OVER)
			return false;
	}
	return true;
}

static void stop(struct engine *engine, int64_t now_ns)
{
	for (int i = 0; i < engine->count; i++) {
		struct ladder *ladder = engine->ladders[i];

		if (ladder->phase == LADDER_OVER)
			continue;
		ladder->stopped = true;
		ladder->phase = LADDER_OVER;
		ladder->ended_ns = now_ns;
		for (int n = 0; n < ladder->count; n++) {
			struct trial *trial = &ladder->trials[n];

			if (trial->step == STEP_IDLE)
				trial->idle_ns = now_ns - trial->idle_from_ns;
			trial_cut(trial);
		}
	}
}

/* One wait; 1 if somebody wants it to end. */
static int wait_once(struct engine *engine, int64_t due_ns, int64_t now_ns)
{
	struct epoll_event events[LADDER_CONNECTIONS];
	int64_t wait_ns = due_ns == NEVER ? SECOND_NS : due_ns - now_ns;
	int count;

	if (wait_ns > SECOND_NS)
		wait_ns = SECOND_NS;
	if (wait_ns < 0)
		wait_ns = 0;
	count = epoll_wait(engine->epoll, events, LADDER_CONNECTIONS,
			   (int)((wait_ns + MS_NS - 1) / MS_NS));
	if (count < 0 && errno != EINTR)
		return -errno;
	for (int i = 0; i < count; i++) {
		struct trial *trial = events[i].data.ptr;

		if (events[i].data.ptr == engine)
			return 1;
		if (trial)
			trial->ready = true;
	}
	return 0;
}

static int loop(struct engine *engine)
{
	int64_t now_ns = clock_monotonic_ns(), due_ns;
	int r = 0;

	engine->told_ns = now_ns;
	for (int i = 0; i < engine->count; i++)
		engine->ladders[i]->began_ns = now_ns;
	for (;;) {
		now_ns = clock_monotonic_ns();
		/* Before the sockets: a reset is seen here before its socket tells of it. */
		hops_read(engine->hops, note_ttl, engine);
		due_ns = handle_all(engine, now_ns);
		if (r || all_over(engine))
			break;
		if (now_ns - engine->told_ns >= SECOND_NS) {
			engine->told_ns = now_ns;
			engine->options->progress(engine->options->context);
		}
		r = wait_once(engine, due_ns, now_ns);
	}
	stop(engine, clock_monotonic_ns());
	return r < 0 ? r : 0;
}

int ladders_run(struct ladder *const *ladders, int count, const struct ladder_options *options)
{
	struct engine engine = { .ladders = ladders, .count = count, .options = options };
	struct epoll_event stopping = { .events = EPOLLIN, .data.ptr = &engine };
	int r;

	if (count > LADDER_ADDRESSES)
		return -E2BIG;
	engine.epoll = epoll_create1(EPOLL_CLOEXEC);
	if (engine.epoll < 0)
		return -errno;
	if (options->stop_fd >= 0)
		epoll_ctl(engine.epoll, EPOLL_CTL_ADD, options->stop_fd, &stopping);
	engine.hops = hops_new(ladders[0]->target.address.port);
	for (int i = 0; i < count; i++) {
		struct ladder *ladder = ladders[i];

		ladder->sees_ttl = engine.hops;
		add_trial(ladder, asks(ladder) ? TRIAL_AFTER : TRIAL_BEFORE, options->max_ns);
	}
	r = loop(&engine);
	hops_free(engine.hops);
	close(engine.epoll);
	return r;
}
