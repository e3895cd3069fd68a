/* SPDX-License-Identifier: MIT */
#include "run/wire.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "flow/tracker.h"
#include "host/boot.h"
#include "host/netns.h"
#include "run/confine.h"
#include "run/fold.h"
#include "run/recorder.h"
#include "run/recording.h"
#include "run/storm.h"
#include "run/watching.h"
#include "run/wire_note.h"
#include "run/wire_witness.h"
#include "sources/wire.h"

#define SECOND_NS 1000000000ll
#define MILLISECOND_NS 1000000ll
#define WORDS 512
#define BATCH 128
#define ROUNDS_MAX 64 /* batches before the rest has its turn */
/* What follows a reset is evidence too; somebody waits for the verdict. */
#define HOLD_US 300000
/* A packet may be in the kernel's hands for so long before it is here. */
#define BEHIND_NS (2 * WIRE_LATENCY_MS * MILLISECOND_NS)
#define WAIT_PENDING_MS WIRE_LATENCY_MS
#define WAIT_IDLE_MS 500

/* As in run/live.c: JSON once a second, a terminal in place, a log once a minute. */
#define UPDATE_JSON_NS SECOND_NS
#define UPDATE_TERMINAL_NS (SECOND_NS / 4)
#define UPDATE_LOG_NS (60 * SECOND_NS)

struct watch {
	const struct live_options *options;
	struct wire *wire;
	struct witness *witness;   /* NULL: nothing can be asked of this host */
	struct recorder *recorder; /* NULL: nothing is recorded */
	struct tracker *tracker;
	struct storms *storms;
	struct fold *fold;
	struct sink_state *state;
	const char *names[1]; /* of the input, for the sink */
	int signals;
	int64_t started_ns, heartbeat_ns;
	int64_t reset_ns; /* CLOCK_MONOTONIC: when the last reset passed */
	uint64_t told;
	int error; /* of the sink */
	int status;
	bool full;
	bool entered; /* the namespace */
	struct evidence evidence;
	struct verdict verdict;
	struct observation batch[BATCH];
};

/* --- one reset ---------------------------------------------------------------------------------
 */

static void tell(void *context, const struct verdict *verdict)
{
	struct watch *watch = context;

	if (watch->full)
		return;
	if (!verdict->update)
		recording_keep(watch->options, watch->recorder, verdict);
	watch->error = watch->options->sink->verdict(watch->state, verdict);
	if (watch->error < 0)
		watch->full = true;
}

static struct evidence *reserve(void *context)
{
	struct watch *watch = context;

	memset(&watch->evidence.story, 0, sizeof(watch->evidence.story));
	return &watch->evidence;
}

static void take(void *context, struct evidence *ev)
{
	struct watch *watch = context;
	struct verdict *verdict = &watch->verdict;

	if (watch->full || !wire_selects(watch->wire, &ev->client, &ev->server))
		return;
	if (watch->witness)
		witness_tell(watch->witness, ev);
	verdict_reach(ev, verdict);
	if (ev->ignored != IGNORED_NOT) {
		tell(watch, verdict);
		return;
	}
	verdict->id = ++watch->told;
	fold_add(watch->fold, verdict);
	storms_add(watch->storms, verdict, clock_monotonic_ns());
	if (watch->options->stop_after && watch->told >= watch->options->stop_after)
		watch->full = true;
}

/* --- the run -----------------------------------------------------------------------------------
 */

static int64_t wall_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * SECOND_NS + t.tv_nsec;
}

static bool has_reset(const struct observation *obs, int count)
{
	for (int i = 0; i < count; i++)
		if (obs[i].flags & TCP_RST)
			return true;
	return false;
}

/* Takes what has passed; what is due is decided, whether something passed or not. */
static int read_wire(struct watch *watch)
{
	int count = BATCH;

	for (int i = 0; i < ROUNDS_MAX && count == BATCH && !watch->full; i++) {
		int64_t before_ns = wall_ns();

		count = wire_read(watch->wire, watch->batch, BATCH);
		if (count < 0)
			return count;
		if (watch->witness)
			witness_see(watch->witness, watch->batch, count);
		if (has_reset(watch->batch, count))
			watch->reset_ns = clock_monotonic_ns();
		tracker_push_many(watch->tracker, watch->batch, count);
		if (count < BATCH)
			tracker_advance_to(watch->tracker, before_ns - BEHIND_NS);
	}
	return 0;
}

static int wait_ms_of(struct watch *watch, int64_t now_ns, int64_t end_ns)
{
	int wait_ms = now_ns - watch->reset_ns < SECOND_NS ? WAIT_PENDING_MS : WAIT_IDLE_MS;

	wait_ms = watching_soonest(wait_ms, storms_tick(watch->storms, now_ns));
	if (end_ns)
		wait_ms = watching_soonest(wait_ms, watching_until_ms(end_ns, now_ns));
	if (watch->options->sink_options.terminal)
		wait_ms = watching_soonest(wait_ms, watching_until_ms(watch->heartbeat_ns, now_ns));
	return wait_ms;
}

static struct wire_noted noted_of(const struct watch *watch)
{
	return (struct wire_noted){ watch->options, watch->wire, watch->witness, watch->tracker,
				    watch->told };
}

static void loop(struct watch *watch)
{
	const struct live_options *options = watch->options;
	struct pollfd fds[] = { { .fd = wire_fd(watch->wire), .events = POLLIN },
				{ .fd = watch->signals, .events = POLLIN } };
	int64_t end_ns = options->stop_after_ns ? watch->started_ns + options->stop_after_ns : 0;

	while (!watch->full) {
		struct wire_noted noted;
		int64_t now_ns;
		int recorder_ms, witness_ms = -1;

		if (read_wire(watch) < 0) {
			options->note(options->context,
				      "%s: the capture ends here: the interface went down or is "
				      "gone",
				      "%s：抓包到此结束：接口已关闭或消失",
				      wire_interface(watch->wire));
			watch->status = 1;
			return;
		}
		if (watch->witness)
			witness_ms = witness_tick(watch->witness);
		if (recording_poll(options, watch->recorder, &recorder_ms) < 0)
			watch->status = 1;
		now_ns = clock_monotonic_ns();
		if (end_ns && now_ns >= end_ns)
			return;
		if (options->sink_options.terminal && now_ns >= watch->heartbeat_ns) {
			noted = noted_of(watch);
			wire_note_heartbeat(&noted);
			watch->heartbeat_ns = now_ns + HEARTBEAT_NS;
		}
		/* Nobody reads any more, or the disk is full. */
		if (fflush(options->out) && watch->error >= 0) {
			watch->error = -errno;
			return;
		}
		if (poll(fds, 2,
			 watching_soonest(wait_ms_of(watch, now_ns, end_ns),
					  watching_soonest(recorder_ms, witness_ms))) > 0 &&
		    fds[1].revents)
			return;
	}
}

static void finish(struct watch *watch)
{
	const struct live_options *options = watch->options;
	struct run_summary summary = { .input_count = 1 };
	const struct tracker_counts *tracker;
	struct wire_noted noted;
	struct wire_counts wire;

	/* What passed until now counts, even if it has no time to wait. */
	if (!watch->full)
		read_wire(watch);
	if (!watch->full)
		tracker_finish(watch->tracker);
	storms_finish(watch->storms);
	tracker = tracker_get_counts(watch->tracker);
	wire_count(watch->wire, &wire);
	summary.tracker = tracker;
	summary.packets = wire.packets;
	summary.bytes = wire.bytes;
	summary.not_tcp = wire.not_tcp;
	summary.undecodable = wire.undecodable;
	summary.cut_short = wire.cut_short;
	summary.fragments = wire.fragments;
	summary.bad_checksum = wire.bad_checksum;
	summary.events_lost = wire.lost;
	summary.span_ns = tracker->last_ns - tracker->first_ns;
	fold_measure(watch->fold, watch->tracker);
	fold_finish(watch->fold, &summary);
	if (watch->error >= 0)
		watch->error = options->sink->summary(watch->state, &summary);
	noted = noted_of(watch);
	wire_note_end(&noted);
}

static int check_rights(const struct live_options *options)
{
	unsigned needs = CONFINE_NET_RAW | (options->one_netns ? CONFINE_SYS_ADMIN : 0);
	char en[WORDS], zh[WORDS];

	if (options->pid) {
		options->note(options->context,
			      "-p does not go with --wire: packets do not say whose they are",
			      "-p 不能与 --wire 同用：报文不说明属于哪个进程");
		return -EINVAL;
	}
	if (confine_missing(needs, en, zh, WORDS) == 0)
		return 0;
	options->note(options->context, "missing %s: run whyrst live --wire as root",
		      "缺少权限 %s：请用 root 运行 whyrst live --wire",
		      options->sink_options.lang == LANG_ZH ? zh : en);
	return -EPERM;
}

static void confine(const struct live_options *options)
{
	/* /proc of other users. Everything else is open. */
	if (confine_drop(CONFINE_SYS_PTRACE | CONFINE_DAC_READ_SEARCH) < 0 ||
	    confine_seccomp(0) < 0)
		options->note(options->context, "privileges could not be dropped",
			      "无法放弃多余的权限");
}

/* What is recorded comes from the same capture: a second one would double the price. */
static void hand_on(void *context, const struct wire_packet *packet, const struct observation *obs)
{
	struct watch *watch = context;

	if (watch->recorder)
		recorder_take(watch->recorder, packet, obs);
}

static int open_record(struct watch *watch)
{
	const struct live_options *options = watch->options;
	struct recorder_options recorder = {
		.interface = options->interface,
		.filter = options->filter,
		.payload = options->record_payload,
		.lang = options->sink_options.lang,
	};
	char problem[RECORDER_PROBLEM_BYTES];
	int r = recorder_open_file(options->record, &recorder, wire_link(watch->wire),
				   &watch->recorder, problem);

	if (r < 0)
		options->note(options->context, "%s", "%s", problem);
	return r;
}

/* In the namespace that is watched: its sockets stay in it. */
static int open_there(void *context)
{
	struct watch *watch = context;
	const struct live_options *options = watch->options;
	struct wire_options wire = {
		.interface = options->interface,
		.filter = options->filter,
		.snap_bytes = options->record && options->record_payload ? WIRE_SNAP_WHOLE : 0,
		.tap = options->record ? hand_on : NULL,
		.context = watch,
	};
	char problem[WIRE_PROBLEM_BYTES];
	int r = wire_open(&wire, &watch->wire, problem);

	watch->entered = true;
	if (r < 0)
		options->note(options->context, "cannot capture on %s: %s", "无法在 %s 上抓包：%s",
			      options->interface ? options->interface : WIRE_ANY, problem);
	if (r == 0 && options->record)
		r = open_record(watch);
	if (r == 0)
		watch->witness = witness_new(options->hash_key,
					     options->one_netns ? options->netns : netns_own());
	return r;
}

static int open_watch(struct watch *watch)
{
	const struct live_options *options = watch->options;
	struct sink_options sink_options = options->sink_options;
	struct tracker_config config = {
		.hash_key = { options->hash_key[0], options->hash_key[1] },
		.memory_bytes = options->memory_bytes,
		.hold_us = HOLD_US,
		.reserve = reserve,
		.emit = take,
		.context = watch,
	};
	int64_t update_ns = !strcmp(options->sink->name, "json") ? UPDATE_JSON_NS
			    : options->sink_options.terminal	 ? UPDATE_TERMINAL_NS
								 : UPDATE_LOG_NS;
	int r;

	watch->storms = storms_new(update_ns, tell, watch);
	watch->fold = fold_new();
	watch->tracker = tracker_new(&config);
	if (!watch->storms || !watch->fold || !watch->tracker) {
		options->note(options->context, "out of memory: lower --memory",
			      "内存不足：请减小 --memory");
		return -ENOMEM;
	}
	r = netns_run(options->one_netns ? options->netns_fd : -1, open_there, watch);
	if (r < 0) {
		if (!watch->entered)
			options->note(options->context, "--netns: %s", "--netns：%s", strerror(-r));
		return r;
	}
	watch->names[0] = wire_interface(watch->wire);
	sink_options.file_names = watch->names;
	sink_options.source_kind = "wire";
	return options->sink->open(options->out, &sink_options, &watch->state);
}

static void release(struct watch *watch)
{
	tracker_free(watch->tracker);
	witness_free(watch->witness);
	wire_close(watch->wire);
	storms_free(watch->storms);
	fold_free(watch->fold);
	if (watch->signals >= 0)
		close(watch->signals);
	free(watch);
}

int run_wire(const struct live_options *options)
{
	struct wire_noted noted;
	struct watch *watch;
	int r;

	if (check_rights(options) < 0)
		return 1;
	watch = calloc(1, sizeof(*watch));
	if (!watch)
		return 1;
	watch->options = options;
	watch->signals = watching_signals();
	r = open_watch(watch);
	if (r < 0) {
		recorder_close(watch->recorder, NULL);
		release(watch);
		return 1;
	}
	watch->started_ns = clock_monotonic_ns();
	watch->heartbeat_ns = watch->started_ns + HEARTBEAT_NS;
	watch->reset_ns = watch->started_ns - SECOND_NS;
	noted = noted_of(watch);
	wire_note_start(&noted);
	confine(options);
	loop(watch);
	finish(watch);
	r = options->sink->close(watch->state);
	if (!watch->error)
		watch->error = r;
	if (watching_end_output(options, watch->error) < 0)
		watch->status = 1;
	if (recording_end(options, watch->recorder) < 0)
		watch->status = 1;
	watch->recorder = NULL;
	r = watch->status;
	release(watch);
	return r;
}
