/* SPDX-License-Identifier: MIT */
#include "run/live.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/boot.h"
#include "host/counters.h"
#include "host/netns.h"
#include "run/confine.h"
#include "run/fold.h"
#include "run/live_words.h"
#include "run/recording.h"
#include "run/storm.h"
#include "run/watching.h"
#include "run/wire.h"
#include "sources/filter.h"
#include "sources/live.h"

#define SECOND_NS 1000000000ll
#define ROWS_MAX 8
#define WORDS 512

/* JSON: at most once a second; a terminal rewrites its line; a log is told once a minute. */
#define UPDATE_JSON_NS SECOND_NS
#define UPDATE_TERMINAL_NS (SECOND_NS / 4)
#define UPDATE_LOG_NS (60 * SECOND_NS)

struct watch {
	const struct live_options *options;
	struct live *live;
	struct filter *filter; /* NULL: all */
	struct storms *storms;
	struct fold *fold;
	struct sink_state *state;
	struct recorder *recorder; /* NULL: nothing is recorded */
	char problem[LIVE_PROBLEM_BYTES];
	int signals;
	int64_t started_ns, heartbeat_ns;
	uint64_t told, ignored, last_id;
	int error;
	bool full, failed;
	uint32_t netns; /* inode number of the namespace whose counters are asked: has_sent */
	bool has_sent;
	uint64_t sent, unseen; /* TcpOutRsts at the start; of those since, never shown */
	unsigned int missing;  /* optional privileges, before all others were given up */
	struct verdict verdict;
	struct {
		uint64_t id;
		const struct cause *cause;
		uint8_t class_, confidence;
		uint32_t owner;
	} said[256]; /* by id: what an update would change */
};

/* --- one reset ---------------------------------------------------------------------------------
 */

static bool is_selected(struct watch *watch, const struct evidence *ev)
{
	struct observation there = { .source = ev->client, .destination = ev->server };
	struct observation back = { .source = ev->server, .destination = ev->client };

	if (!watch->filter)
		return true;
	there.flags = back.flags = TCP_RST;
	return filter_pass_text(watch->filter, &there) || filter_pass_text(watch->filter, &back);
}

static void tell(void *context, const struct verdict *verdict)
{
	struct watch *watch = context;

	if (watch->full)
		return;
	watch->error = watch->options->sink->verdict(watch->state, verdict);
	if (watch->error < 0)
		watch->full = true;
}

/* An update is worth a line if it changes what was said. */
static bool is_news(struct watch *watch, const struct verdict *verdict, uint64_t id, bool again)
{
	size_t at = id % (sizeof(watch->said) / sizeof(*watch->said));
	uint32_t owner = verdict->evidence->story.owner.pid ^ verdict->evidence->story.sufferer.pid;
	bool same = watch->said[at].id == id && watch->said[at].cause == verdict->cause &&
		    watch->said[at].class_ == verdict->class_ &&
		    watch->said[at].confidence == verdict->confidence &&
		    watch->said[at].owner == owner;

	if (again && (same || watch->said[at].id != id))
		return false;
	watch->said[at].id = id;
	watch->said[at].cause = verdict->cause;
	watch->said[at].class_ = (uint8_t)verdict->class_;
	watch->said[at].confidence = (uint8_t)verdict->confidence;
	watch->said[at].owner = owner;
	return true;
}

static void take(void *context, struct evidence *ev, uint64_t id, bool again)
{
	struct watch *watch = context;
	struct verdict *verdict = &watch->verdict;

	if (watch->full || !is_selected(watch, ev))
		return;
	verdict_reach(ev, verdict);
	verdict->id = id;
	verdict->update = again;
	verdict->pending = !again;
	if (ev->ignored != IGNORED_NOT) {
		watch->ignored += !again;
		if (!again)
			tell(watch, verdict);
		return;
	}
	if (!is_news(watch, verdict, id, again))
		return;
	if (!again) {
		fold_add(watch->fold, verdict);
		recording_keep(watch->options, watch->recorder, verdict);
		watch->told++;
	}
	storms_add(watch->storms, verdict, clock_monotonic_ns());
	if (watch->options->stop_after && watch->told >= watch->options->stop_after)
		watch->full = true;
}

/* --- words on standard error
 * ------------------------------------------------------------------------ */

static void note_start(const struct watch *watch)
{
	const struct live_options *options = watch->options;
	const struct live_gap *gaps;
	int count = live_gaps(watch->live, &gaps);
	enum live_packets packets = live_packets(watch->live);
	unsigned int missing = watch->missing;
	char en[1024], zh[1024];
	size_t at_en, at_zh;

	if (options->sink_options.quiet)
		return;
	at_en = (size_t)snprintf(
		en, sizeof(en), "%s, %s",
		options->one_netns ? "one network namespace" : "all network namespaces",
		packets == LIVE_PACKETS_ALL	  ? "every packet looked at for its flags"
		: packets == LIVE_PACKETS_LEAVING ? "every packet that leaves looked at for its "
						    "flags"
						  : "light: no hooks on packets");
	at_zh = (size_t)snprintf(zh, sizeof(zh), "%s，%s",
				 options->one_netns ? "一个网络命名空间" : "所有网络命名空间",
				 packets == LIVE_PACKETS_ALL ? "检查每个包的标志位"
				 : packets == LIVE_PACKETS_LEAVING ? "检查每个发出的包的标志位"
								   : "轻量模式，不检查每个包");
	for (int i = 0; i < count; i++) {
		if (at_en < sizeof(en))
			at_en += (size_t)snprintf(en + at_en, sizeof(en) - at_en, "; %s",
						  gaps[i].en);
		if (at_zh < sizeof(zh))
			at_zh += (size_t)snprintf(zh + at_zh, sizeof(zh) - at_zh, "；%s",
						  gaps[i].zh);
	}
	if (missing & CONFINE_SYSLOG && at_en < sizeof(en) && at_zh < sizeof(zh)) {
		snprintf(en + at_en, sizeof(en) - at_en,
			 "; without CAP_SYSLOG no kernel stacks: who acted is not proven");
		snprintf(zh + at_zh, sizeof(zh) - at_zh,
			 "；没有 CAP_SYSLOG，看不到内核调用栈：无法证明是谁做的");
	}
	options->note(options->context, "watching %s; Ctrl-C ends", "正在观察：%s；按 Ctrl-C 结束",
		      options->sink_options.lang == LANG_ZH ? zh : en);
}

/* What the kernel itself counts in the namespace that is watched, or in our own; false: unknown. */
static bool read_sent(const struct watch *watch, uint64_t *ret_sent)
{
	static const char *const names[] = { "TcpOutRsts" };

	return counters_read(watch->netns, names, 1, ret_sent) == 0 && *ret_sent != COUNTER_UNKNOWN;
}

/* Resets that the kernel counted, and that no program was shown. */
static uint64_t unseen(const struct watch *watch)
{
	uint64_t sent, shown;

	if (!watch->has_sent || !read_sent(watch, &sent))
		return 0;
	sent -= watch->sent;
	shown = live_sent_in(watch->live, watch->netns);
	return sent > shown ? sent - shown : 0;
}

static void note_heartbeat(struct watch *watch)
{
	struct live_counts counts;

	live_count(watch->live, &counts);
	watch->options->note(watch->options->context,
			     "alive: %llu connections seen closing, %llu resets, %llu lost",
			     "运行中：看到 %llu 条连接关闭，%llu 个 RST，丢失 %llu 个事件",
			     (unsigned long long)counts.closings,
			     (unsigned long long)(counts.sent + counts.received),
			     (unsigned long long)counts.lost);
}

static void note_end(struct watch *watch, const struct live_counts *counts)
{
	const struct live_options *options = watch->options;

	if (options->sink_options.quiet)
		return;
	options->note(
		options->context,
		"%llu resets sent and %llu received by this host's TCP; %llu told, %llu further "
		"ones of connections already reset, %llu ignored, %llu events lost (the ring was "
		"full)",
		"本机 TCP 发出 %llu 个 RST，收到 %llu 个；已报告 %llu 个，同一连接的后续 RST %llu "
		"个，被忽略 %llu 个，丢失 %llu 个（事件缓冲区已满）",
		(unsigned long long)counts->sent, (unsigned long long)counts->received,
		(unsigned long long)watch->told, (unsigned long long)counts->repeated,
		(unsigned long long)watch->ignored, (unsigned long long)counts->lost);
	if (counts->forgotten)
		options->note(
			options->context,
			"%llu connections seen ending, the memory of %llu of them had to make room "
			"for newer ones",
			"看到 %llu 条连接结束，其中 %llu 条的记录已让位给更新的连接",
			(unsigned long long)counts->closings,
			(unsigned long long)counts->forgotten);
	if (watch->unseen)
		options->note(options->context,
			      "%llu resets that the kernel counted as sent (TcpOutRsts) were not "
			      "shown to "
			      "the watching programs: no verdict is about them",
			      "内核计数（TcpOutRsts）中有 %llu 个发出的 RST "
			      "没有交给观察程序：结论里不包含它们",
			      (unsigned long long)watch->unseen);
	if (counts->missed)
		options->note(
			options->context,
			"%llu times the kernel left out a watching program, for an interrupt had "
			"come while it ran: what happened just then is told with less confidence",
			"内核有 %llu 次跳过了观察程序（它运行时恰好来了中断）：此刻发生的事，"
			"结论的把握会相应降低",
			(unsigned long long)counts->missed);
	if (counts->headless)
		options->note(options->context,
			      "of %llu resets received the header was not found in the kernel: who "
			      "sent them is told with less confidence",
			      "有 %llu 个收到的 RST 在内核中找不到报头：是谁发的，把握会相应降低",
			      (unsigned long long)counts->headless);
	if (counts->unjoined)
		options->note(
			options->context,
			"%llu resets came too fast for all that belongs to them to be waited for: "
			"told with less confidence",
			"有 %llu 个 RST 来得太快，没有等到与它们有关的全部信息：结论的把握会相应"
			"降低",
			(unsigned long long)counts->unjoined);
}

/* What the ring had no room for: by mechanism and listener. */
static void note_lost(const struct watch *watch)
{
	const struct live_options *options = watch->options;
	bool zh = options->sink_options.lang == LANG_ZH;
	struct live_row rows[ROWS_MAX];
	int count = live_lost_rows(watch->live, rows, ROWS_MAX);

	for (int i = 0; i < count; i++) {
		char where[48] = "";

		/* Port 0: at an end that does not listen. */
		if (rows[i].port)
			snprintf(where, sizeof(where), zh ? "，端口 %u" : ", port %u",
				 rows[i].port);
		options->note(options->context, "lost: %llu of %llu resets %s%s%s%s",
			      "丢失：%llu / %llu 个%s的 RST%s%s%s",
			      (unsigned long long)rows[i].lost, (unsigned long long)rows[i].seen,
			      rows[i].sent ? zh ? "发出" : "sent"
			      : zh	   ? "收到"
					   : "received",
			      !*rows[i].word ? ""
			      : zh	     ? "，"
					     : ", ",
			      rows[i].word, where);
	}
}

/* --- the run -------------------------------------------------------------------------------------
 */

static void loop(struct watch *watch)
{
	const struct live_options *options = watch->options;
	struct pollfd fds[] = { { .fd = -1, .events = POLLIN },
				{ .fd = watch->signals, .events = POLLIN },
				{ .fd = -1, .events = POLLIN } };
	int64_t end_ns = options->stop_after_ns ? watch->started_ns + options->stop_after_ns : 0;

	while (!watch->full) {
		int64_t now_ns = clock_monotonic_ns();
		int wait_ms = watching_soonest(live_poll(watch->live),
					       storms_tick(watch->storms, now_ns));
		int recorder_ms;

		if (recording_poll(options, watch->recorder, &recorder_ms) < 0)
			watch->failed = true;
		wait_ms = watching_soonest(wait_ms, recorder_ms);
		fds[0].fd = live_fd(watch->live);
		fds[2].fd = watch->recorder ? recorder_fd(watch->recorder) : -1;
		/* Nobody reads any more, or the disk is full. */
		if (fflush(options->out) && watch->error >= 0) {
			watch->error = -errno;
			return;
		}
		if (end_ns)
			wait_ms = watching_soonest(wait_ms, watching_until_ms(end_ns, now_ns));
		if (options->sink_options.terminal)
			wait_ms = watching_soonest(wait_ms,
						   watching_until_ms(watch->heartbeat_ns, now_ns));
		if (end_ns && now_ns >= end_ns)
			return;
		if (options->sink_options.terminal && now_ns >= watch->heartbeat_ns) {
			note_heartbeat(watch);
			watch->heartbeat_ns = now_ns + HEARTBEAT_NS;
		}
		if (poll(fds, 3, wait_ms) > 0 && fds[1].revents)
			return;
	}
}

static void finish(struct watch *watch)
{
	const struct live_options *options = watch->options;
	struct tracker_counts tracker = { 0 };
	struct run_summary summary = { .tracker = &tracker, .input_count = 1 };
	struct live_counts counts;

	live_finish(watch->live);
	storms_finish(watch->storms);
	live_count(watch->live, &counts);
	tracker.connections = counts.closings;
	tracker.resets = counts.sent + counts.received;
	tracker.repeated = counts.repeated;
	tracker.ignored = watch->ignored;
	tracker.evicted_connections = counts.forgotten;
	summary.events_lost = counts.lost;
	summary.runs_missed = counts.missed;
	summary.unseen = watch->unseen = unseen(watch);
	summary.span_ns = clock_monotonic_ns() - watch->started_ns;
	fold_finish(watch->fold, &summary);
	if (watch->error >= 0)
		watch->error = options->sink->summary(watch->state, &summary);
	note_end(watch, &counts);
	if (counts.lost && !watch->options->sink_options.quiet)
		note_lost(watch);
	if (recording_end(options, watch->recorder) < 0)
		watch->failed = true;
}

static int check_rights(const struct live_options *options)
{
	char en[WORDS], zh[WORDS];

	if (confine_missing(CONFINE_ATTACH, en, zh, WORDS) == 0)
		return 0;
	options->note(
		options->context,
		"missing %s: run whyrst live as root (sudo whyrst live), or see whyrst live --wire",
		"缺少权限 %s：请用 root 运行（sudo whyrst live），或改用 whyrst live --wire",
		options->sink_options.lang == LANG_ZH ? zh : en);
	return -EPERM;
}

static void confine(const struct live_options *options)
{
	/* Questions to other namespaces, /proc of other users, reading our own maps. */
	if (confine_drop(CONFINE_SYS_ADMIN | CONFINE_SYS_PTRACE | CONFINE_BPF |
			 CONFINE_DAC_READ_SEARCH | CONFINE_NET_ADMIN) < 0 ||
	    confine_seccomp(CONFINE_ALLOW_SETNS | CONFINE_ALLOW_MAP_WRITE) < 0)
		options->note(options->context, "privileges could not be dropped",
			      "无法放弃多余的权限");
}

/* In the namespace that is watched: its sockets stay in it. */
static int open_recording(void *context)
{
	struct watch *watch = context;

	return recording_open(watch->options, &watch->recorder, watch->problem);
}

static int open_watch(struct watch *watch)
{
	const struct live_options *options = watch->options;
	const struct live_words words = live_words_simple(options->filter);
	struct live_source_options source = {
		.first_port = words.first_port,
		.last_port = words.last_port,
		.has_host = words.has_host,
		.host = words.host,
		.one_netns = options->one_netns,
		.netns = options->netns,
		.pid = options->pid,
		.light = options->light,
		.debug = options->debug,
		.emit = take,
		.context = watch,
	};
	int64_t update_ns = !strcmp(options->sink->name, "json") ? UPDATE_JSON_NS
			    : options->sink_options.terminal	 ? UPDATE_TERMINAL_NS
								 : UPDATE_LOG_NS;
	int r;

	watch->storms = storms_new(update_ns, tell, watch);
	watch->fold = fold_new();
	if (!watch->storms || !watch->fold ||
	    (options->filter && filter_new(options->filter, &watch->filter) < 0))
		return -ENOMEM;
	r = live_open(&source, &watch->live, watch->problem);
	if (r == 0)
		r = netns_run(options->one_netns ? options->netns_fd : -1, open_recording, watch);
	if (r < 0) {
		options->note(options->context, "%s", "%s",
			      watch->problem[0] ? watch->problem : strerror(-r));
		return r;
	}
	return options->sink->open(options->out, &options->sink_options, &watch->state);
}

static void release(struct watch *watch)
{
	live_close(watch->live);
	storms_free(watch->storms);
	fold_free(watch->fold);
	filter_free(watch->filter);
	if (watch->signals >= 0)
		close(watch->signals);
	free(watch);
}

static int run_bpf(const struct live_options *options)
{
	struct watch *watch;
	bool failed;
	int r;

	if (check_rights(options) < 0)
		return 1;
	watch = calloc(1, sizeof(*watch));
	if (!watch)
		return 1;
	watch->options = options;
	if (options->one_netns)
		netns_learn_fd(options->netns, options->netns_fd);
	watch->signals = watching_signals();
	r = open_watch(watch);
	if (r < 0) {
		recorder_close(watch->recorder, NULL);
		release(watch);
		return 1;
	}
	watch->started_ns = clock_monotonic_ns();
	watch->heartbeat_ns = watch->started_ns + HEARTBEAT_NS;
	watch->netns = options->one_netns ? options->netns : netns_own();
	watch->has_sent = read_sent(watch, &watch->sent);
	watch->missing = confine_optional_missing();
	confine(options);
	note_start(watch);
	loop(watch);
	finish(watch);
	r = options->sink->close(watch->state);
	if (!watch->error)
		watch->error = r;
	r = watching_end_output(options, watch->error);
	failed = watch->failed;
	release(watch);
	return r < 0 || failed;
}

int run_live(const struct live_options *options)
{
	return options->wire ? run_wire(options) : run_bpf(options);
}
