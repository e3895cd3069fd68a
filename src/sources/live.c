/* SPDX-License-Identifier: MIT */
/*
 * Joining: what the kernel tells of one reset comes in up to five pieces, in no fixed order (an
 * active reset leaves before its tracepoint fires, a passive one after). They are gathered by
 * addresses and sequence number for a few milliseconds, then judged as one.
 */
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

#include "host/boot.h"
#include "host/netns.h"
#include "sources/live_private.h"

#define MILLISECOND_NS 1000000ll
/* From the first piece to the verdict. The pieces of one host come within microseconds; crossing a
 * device of this host takes a softirq. */
#define HOLD_NS (8 * MILLISECOND_NS)
/* A reset that arrived and that nothing took: longer, for a socket may be busy (backlog). */
#define HOLD_ARRIVAL_NS (40 * MILLISECOND_NS)
#define ASK_AGAIN_NS (400 * MILLISECOND_NS)
#define AFFAIRS_MAX 2048
/* After few events the next are left to gather: a verdict waits for its pieces anyway. After many,
 * the ring could fill up meanwhile. */
#define LATER_MS 4
#define EVENTS_MANY 64
#define DUE_LOOKS 4 /* at the oldest open affairs, an event */

int64_t live_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void affair_tell(struct live *live, struct affair *affair);
static int64_t affair_advance(struct live *live, struct affair *affair, int64_t now_ns);

static int64_t due_ns(const struct affair *affair)
{
	bool arrived_only = !affair->has_sent && !affair->has_received && !affair->has_out;

	return affair->first_ns + (arrived_only || affair->postponed ? HOLD_ARRIVAL_NS : HOLD_NS);
}

/* Between two questions: when it was is not told. */
static void note_missed(struct live *live, int64_t now_ns)
{
	uint64_t missed = kernel_missed(&live->kernel);

	if (missed != live->missed) {
		if (!live->missed_from_ns)
			live->missed_from_ns = live->missed_asked_ns;
		live->missed_until_ns = now_ns;
		live->missed = missed;
	} else if (live->missed_until_ns < now_ns - REPEAT_NS) {
		live->missed_from_ns = live->missed_until_ns = 0;
	}
	live->missed_asked_ns = now_ns;
}

static void note_hurry(struct live *live, int64_t first_ns)
{
	if (!live->hurried_from_ns)
		live->hurried_from_ns = first_ns;
	live->hurried_until_ns = first_ns;
}

/* What is older than a repeat has been decided. */
static void note_losses(struct live *live, int64_t now_ns)
{
	if (!kernel_losses(&live->kernel, now_ns - REPEAT_NS, &live->lost_from_ns,
			   &live->lost_until_ns))
		live->lost_from_ns = live->lost_until_ns = 0;
	if (live->hurried_until_ns < now_ns - REPEAT_NS)
		live->hurried_from_ns = live->hurried_until_ns = 0;
	/* Each program is asked: often enough that what is told was asked about after it came. */
	if (live->open.after != &live->open && now_ns - live->missed_asked_ns > HOLD_NS / 2)
		note_missed(live, now_ns);
}

/*
 * Tells what is due when the event happened that is being read: all its pieces have been read. A
 * storm never lets the ring be read empty. What is not due yet, or waits for an answer, may stand
 * before it.
 */
static void tell_due(struct live *live, int64_t time_ns)
{
	struct affair *affair = live->open.after, *next;

	for (int i = 0; i < DUE_LOOKS && affair != &live->open; i++, affair = next) {
		next = affair->after;
		if (affair->told || due_ns(affair) > time_ns)
			continue;
		note_losses(live, live_now_ns());
		affair_advance(live, affair, time_ns);
	}
}

/*
 * Drops the oldest if there is no room: told as always if it is due at @time_ns, that of the event
 * that is being read, for then all its pieces have been read; else decided early. A piece that
 * finds its reset gone looks like another reset, of which only that half is known.
 */
static void make_room(struct live *live, int64_t time_ns)
{
	struct affair *oldest = live->all.newer;

	if (live->affair_count < AFFAIRS_MAX)
		return;
	if (oldest->first_ns + HOLD_ARRIVAL_NS > time_ns)
		note_hurry(live, oldest->first_ns);
	if (!oldest->told) {
		note_losses(live, live_now_ns());
		live->unjoined += due_ns(oldest) > time_ns;
		oldest->postponed = true;
		affair_tell(live, oldest);
	}
	affair_drop(live, oldest);
}

/* Whether TCP only acts as if a reset had come (data met a closed socket): its answer is the event.
 */
static bool is_bogus(struct live *live, const struct event_reset *event)
{
	struct live_made made;

	if (event->head.kind != EVENT_RECEIVED)
		return false;
	made_find(live->symbols, event->stack, event->stack_count, event, &made);
	return made.bogus;
}

static void note_received(struct live *live, const struct event_reset *event)
{
	live->recent[live->recent_at++ % 64] = (struct live_recent){
		.server = live_endpoint(event->tuple.remote, event->tuple.remote_port),
		.time_ns = (int64_t)event->head.time_ns,
		.netns = event->tuple.netns,
		.refused = event->sock.state == KERNEL_SYN_SENT,
	};
}

static void note_repeat(struct live *live, struct affair *aborted, const struct event_reset *event)
{
	aborted->repeat_seq = event->segment.ack;
	aborted->has_repeat = event->segment.tcp_flags & TCP_ACK;
	live->repeated++;
}

/* The kernel tells of an abort after it has sent the reset, and on the way has answered what was
 * under way. */
static void absorb_repeats(struct live *live, struct affair *aborted)
{
	struct affair *after;

	while ((after = affair_after(live, aborted))) {
		note_repeat(live, aborted, &after->sent);
		affair_drop(live, after);
	}
}

static void take_reset(struct live *live, const struct event_reset *event)
{
	struct affair *affair, *before;
	bool sent = event->head.kind == EVENT_SENT;

	/* Found now, it need not be searched for when a question about it comes up. */
	netns_learn(event->task.netns, event->head.tgid);
	tell_due(live, (int64_t)event->head.time_ns);
	if (is_bogus(live, event))
		return;
	affair = affair_find(live, event);
	if (!affair && sent && event->segment.flags & SEGMENT_KNOWN &&
	    !(event->segment.tcp_flags & TCP_SYN) && (before = affair_before(live, event))) {
		note_repeat(live, before, event);
		return;
	}
	if (!affair && affair_repeats(live, event))
		return;
	if (!affair) {
		make_room(live, (int64_t)event->head.time_ns);
		affair = affair_new(live, event);
	}
	if (!affair)
		return;
	if (event->head.kind == EVENT_RECEIVED) {
		note_received(live, event);
		live->headless +=
			!live->kernel.sees_arriving && !(event->segment.flags & SEGMENT_KNOWN);
	}
	affair_take(affair, event);
	if (sent && !(event->segment.flags & SEGMENT_KNOWN))
		absorb_repeats(live, affair);
	if (affair->told && event->head.kind != EVENT_IN && event->head.kind != EVENT_OUT)
		affair_tell(live, affair);
}

static void take_owner(struct live *live, const struct event_owner *event)
{
	for (struct affair *affair = live->all.older; affair != &live->all;
	     affair = affair->older) {
		if (!affair->has_received || affair->received.head.socket != event->head.socket)
			continue;
		affair->owner_task = event->task;
		affair->owner_pid = event->head.tgid;
		process_cache_learn(live->processes, event->head.tgid);
		if (affair->told && !affair->told_owner)
			affair_tell(live, affair);
		return;
	}
}

static int take(void *context, void *data, size_t bytes)
{
	struct live *live = context;
	const struct event_header *head = data;

	if (bytes < sizeof(*head) || head->version != EVENT_VERSION)
		return 0;
	if (head->kind == EVENT_OWNER && bytes >= sizeof(struct event_owner))
		take_owner(live, data);
	else if (bytes >= sizeof(struct event_reset))
		take_reset(live, data);
	return 0;
}

/* --- deciding ------------------------------------------------------------------------------------
 */

static bool only_passes(const struct affair *affair)
{
	return !affair->has_sent && !affair->has_received &&
	       (affair->has_out ? affair->out.segment.flags & SEGMENT_FORWARDED : false);
}

/*
 * On kernels whose tracepoint is silent the function is asked at its beginning, before it may
 * decide to send nothing (no route, a signature without its key).
 */
static bool was_not_sent(const struct live *live, const struct affair *affair)
{
	return !affair_is_lossy(live, affair) && !live->kernel.has_reason &&
	       live->kernel.sees_leaving && affair->has_sent &&
	       affair->sent.segment.flags & SEGMENT_KNOWN && !affair->has_out &&
	       !affair->has_received;
}

/* -p: whose business is it? */
static bool is_wanted(const struct live *live, const struct evidence *ev)
{
	uint32_t pid = live->options.pid;

	return !pid || ev->story.owner.pid == pid || ev->story.sufferer.pid == pid ||
	       ev->story.actor_pid == pid;
}

static void affair_tell(struct live *live, struct affair *affair)
{
	struct evidence *ev = &live->evidence;
	bool again = affair->told;

	affair->told = true;
	if (only_passes(affair) || was_not_sent(live, affair))
		return;
	if (!again)
		past_find_dead(live, affair);
	memset(ev, 0, sizeof(*ev));
	live->astray = false;
	affair_evidence(live, affair, ev);
	/* A namespace is being searched for: once, a moment more may bring its answer. */
	if (live->astray && !affair->postponed && !again) {
		affair->postponed = true;
		affair->told = false;
		return;
	}
	/* That nothing took it is not known: its event may be lost, as is counted. */
	if (ev->ignored != IGNORED_NOT && evidence_is(ev, FACT_TESTIMONY_MISSING, 1))
		return;
	if (ev->ignored == IGNORED_NO_CONNECTION && !affair->has_refused && !affair->has_in)
		return;
	if (!is_wanted(live, ev))
		return;
	affair->told_owner = ev->story.sufferer.pid;
	affair->unanswered = live->astray && !again;
	if (!again)
		live->told++;
	live->options.emit(live->options.context, ev, affair->id, again);
}

/* The namespace was not found in time: an update may still bring what it says. */
static void affair_ask_again(struct live *live, struct affair *affair)
{
	affair->unanswered = false;
	affair_tell(live, affair);
}

/* Tells what is due of one; INT64_MAX or when to come again. */
static int64_t affair_advance(struct live *live, struct affair *affair, int64_t now_ns)
{
	if (!affair->told && due_ns(affair) <= now_ns)
		affair_tell(live, affair);
	else if (affair->unanswered &&
		 time_apart((uint64_t)now_ns, (uint64_t)affair->first_ns) >= ASK_AGAIN_NS)
		affair_ask_again(live, affair);
	/* What was put off has another time now. */
	if (!affair->told)
		return due_ns(affair);
	if (affair->unanswered)
		return affair->first_ns + ASK_AGAIN_NS;
	affair_close(affair);
	return INT64_MAX;
}

int live_poll(struct live *live)
{
	int64_t now_ns, next_ns = INT64_MAX;
	int events = ring_buffer__consume(live->ring), wait_ms;

	now_ns = live_now_ns();
	note_losses(live, now_ns);
	for (struct affair *affair = live->open.after, *next; affair != &live->open;
	     affair = next) {
		int64_t again_ns;

		next = affair->after;
		again_ns = affair_advance(live, affair, now_ns);
		if (again_ns < next_ns)
			next_ns = again_ns;
	}
	while (live->all.newer != &live->all && live->all.newer->told &&
	       time_apart((uint64_t)now_ns, (uint64_t)live->all.newer->first_ns) > REPEAT_NS)
		affair_drop(live, live->all.newer);
	live->reads_later = events > 0 && events < EVENTS_MANY;
	if (next_ns == INT64_MAX)
		return live->reads_later ? LATER_MS : -1;
	wait_ms = (int)((next_ns - now_ns) / MILLISECOND_NS) + 1;
	return live->reads_later && wait_ms > LATER_MS ? LATER_MS : wait_ms;
}

void live_finish(struct live *live)
{
	ring_buffer__consume(live->ring);
	note_losses(live, live_now_ns());
	for (struct affair *affair = live->open.after; affair != &live->open;
	     affair = affair->after)
		if (!affair->told) {
			affair->postponed = true;
			affair_tell(live, affair);
		}
}

/* --- opening and closing
 * --------------------------------------------------------------------------- */

int live_open(const struct live_source_options *options, struct live **ret_live,
	      char problem[LIVE_PROBLEM_BYTES])
{
	struct live *live = calloc(1, sizeof(*live));
	int r;

	if (!live)
		return -ENOMEM;
	live->options = *options;
	prctl(PR_SET_NAME, EVENT_WATCHER); /* our looks at files are no closes: event.h */
	live->all.older = live->all.newer = &live->all;
	live->open.before = live->open.after = &live->open;
	live->symbols = symbols_new(live_symbol_prefixes);
	live->processes = process_cache_new(512);
	live->wall_ns = clock_wall_minus_monotonic_ns();
	r = kernel_attach(options, live->symbols, &live->kernel, problem);
	if (r < 0)
		goto fail;
	live->started_ns = live->missed_asked_ns = live_now_ns();
	live->ring = ring_buffer__new(live->kernel.ring_fd, take, live, NULL);
	if (!live->ring) {
		r = -errno;
		snprintf(problem, LIVE_PROBLEM_BYTES, "the ring of events: %s", strerror(-r));
		kernel_detach(&live->kernel);
		goto fail;
	}
	*ret_live = live;
	return 0;
fail:
	symbols_free(live->symbols);
	process_cache_free(live->processes);
	free(live);
	return r;
}

void live_close(struct live *live)
{
	if (!live)
		return;
	ring_buffer__free(live->ring);
	kernel_detach(&live->kernel);
	while (live->all.newer != &live->all)
		affair_drop(live, live->all.newer);
	symbols_free(live->symbols);
	process_cache_free(live->processes);
	free(live);
}

int live_fd(const struct live *live)
{
	return live->reads_later ? -1 : ring_buffer__epoll_fd(live->ring);
}

int live_gaps(const struct live *live, const struct live_gap **ret_gaps)
{
	*ret_gaps = live->kernel.gaps;
	return live->kernel.gap_count;
}

enum live_packets live_packets(const struct live *live)
{
	if (live->kernel.sees_arriving)
		return LIVE_PACKETS_ALL;
	return live->kernel.sees_leaving ? LIVE_PACKETS_LEAVING : LIVE_PACKETS_NONE;
}

void live_count(struct live *live, struct live_counts *counts)
{
	memset(counts, 0, sizeof(*counts));
	kernel_count(&live->kernel, counts);
	counts->told = live->told;
	counts->repeated = live->repeated;
	counts->unjoined = live->unjoined;
	counts->headless = live->headless;
	counts->missed = kernel_missed(&live->kernel);
}

uint64_t live_sent_in(const struct live *live, uint32_t netns)
{
	return kernel_sent_in(&live->kernel, netns);
}

int live_lost_rows(const struct live *live, struct live_row *rows, int max)
{
	return kernel_lost_rows(&live->kernel, rows, max);
}
