/* SPDX-License-Identifier: MIT */
#include "run/recorder.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "run/recorder_private.h"
#include "wire/packet.h"

#define PATH_SHOWN 120
#define ROUNDS_MAX 32 /* batches at once, so that the watch is not kept waiting */
/* A verdict about one of the last packets may still come. */
#define LATE_NS RECORDER_AFTER_NS
/* What falls due in one such step is written together, in order of time. */
#define STEP_NS 250000000ll
#define BEHIND_NS 1000000 /* a reset's time as the kernel told it, and as it was captured */

/* --- opening -----------------------------------------------------------------------------------
 */

static struct recorder *make(const struct recorder_options *options)
{
	struct recorder *recorder = calloc(1, sizeof(*recorder));

	if (!recorder)
		return NULL;
	recorder->options = *options;
	recorder->file.fd = -1;
	if (!recorder->options.memory_bytes)
		recorder->options.memory_bytes = RECORDER_MEMORY_DEFAULT;
	if (!recorder->options.file_bytes)
		recorder->options.file_bytes = RECORDER_FILE_DEFAULT;
	recorder->batch = calloc(RECORDER_BATCH_MAX, sizeof(struct kept *));
	if (!recorder->batch || tracks_init(&recorder->tracks, recorder->options.memory_bytes)) {
		free(recorder->batch);
		free(recorder);
		return NULL;
	}
	return recorder;
}

static void destroy(struct recorder *recorder)
{
	wire_close(recorder->wire);
	tracks_release(&recorder->tracks);
	free(recorder->batch);
	free(recorder);
}

static void describe(const struct recorder_options *options, int r, const char *path,
		     char problem[RECORDER_PROBLEM_BYTES])
{
	static const struct {
		int r;
		const char *en, *zh;
	} words[] = {
		{ -EEXIST, "exists already and is not written over: name another file",
		  "已存在，不会覆盖：请换一个文件名" },
		{ -ELOOP, "is a symbolic link, which is not followed: name the file itself",
		  "是符号链接，不会跟随：请给出文件本身" },
		{ -EINVAL, "is no file: verdicts go to standard output",
		  "不是文件：标准输出用于结论" },
	};
	bool zh = options->lang == LANG_ZH;
	const char *said = strerror(-r);

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (words[i].r == r)
			said = zh ? words[i].zh : words[i].en;
	/* The end of a long path says more than its beginning. */
	if (strlen(path) > PATH_SHOWN)
		path += strlen(path) - PATH_SHOWN;
	snprintf(problem, RECORDER_PROBLEM_BYTES, "%s%s%s", path, zh ? "：" : ": ", said);
}

static int open_file(struct recorder *recorder, const char *path, uint16_t link,
		     char problem[RECORDER_PROBLEM_BYTES])
{
	const struct recorder_options *options = &recorder->options;
	struct pcapng_head head = {
		.interface = options->interface ? options->interface : WIRE_ANY,
		.filter = options->filter,
		.link = link,
		.snap_bytes = options->payload ? WIRE_SNAP_WHOLE : WIRE_SNAP_BYTES,
	};
	int r = strcmp(path, "-")
			? recorder_file_open(path, options->file_bytes, &head, &recorder->file)
			: -EINVAL;

	if (r < 0)
		describe(options, r, path, problem);
	return r;
}

int recorder_open_file(const char *path, const struct recorder_options *options, uint16_t link,
		       struct recorder **ret_recorder, char problem[RECORDER_PROBLEM_BYTES])
{
	struct recorder *recorder = make(options);
	int r;

	if (!recorder) {
		describe(options, -ENOMEM, path, problem);
		return -ENOMEM;
	}
	r = open_file(recorder, path, link, problem);
	if (r < 0)
		destroy(recorder);
	else
		*ret_recorder = recorder;
	return r;
}

int recorder_open(const char *path, const struct recorder_options *options,
		  struct recorder **ret_recorder, char problem[RECORDER_PROBLEM_BYTES])
{
	struct recorder *recorder = make(options);
	struct wire_options wire = {
		.interface = options->interface,
		.filter = options->filter,
		.snap_bytes = options->payload ? WIRE_SNAP_WHOLE : WIRE_SNAP_BYTES,
		.tap = recorder_take,
		.context = recorder,
	};
	char words[WIRE_PROBLEM_BYTES];
	int r;

	if (!recorder) {
		describe(options, -ENOMEM, path, problem);
		return -ENOMEM;
	}
	/* First the capture: a file shall not be left behind by one that cannot be. */
	r = wire_open(&wire, &recorder->wire, words);
	if (r < 0)
		snprintf(problem, RECORDER_PROBLEM_BYTES, "%s%s%.200s",
			 wire.interface ? wire.interface : WIRE_ANY,
			 options->lang == LANG_ZH ? "：" : ": ", words);
	if (r == 0)
		r = open_file(recorder, path, wire_link(recorder->wire), problem);
	if (r < 0)
		destroy(recorder);
	else
		*ret_recorder = recorder;
	return r;
}

int recorder_fd(const struct recorder *recorder)
{
	return recorder->wire && !recorder->error ? wire_fd(recorder->wire) : -1;
}

/* --- packets -----------------------------------------------------------------------------------
 */

/* Whether @bytes of the frame are enough for all of the TCP header, options and all. */
static bool has_headers(const struct wire_packet *packet, uint32_t bytes)
{
	struct observation obs;

	return packet_decode(packet->link, packet->bytes, bytes, packet->length, false, &obs) ==
		       PACKET_TCP &&
	       obs.seen & SEEN_OPTIONS;
}

/*
 * How much of the frame is link layer, IP and TCP headers, tunnels and all: the least with which
 * they can be read. Mostly what is left when the payload is taken off, but for short frames that
 * were filled up.
 */
static uint32_t header_bytes(const struct wire_packet *packet, uint32_t payload_bytes)
{
	uint32_t low = 0, high = packet->captured;
	uint32_t guess = packet->length - payload_bytes;

	if (payload_bytes < packet->length && guess <= high && has_headers(packet, guess)) {
		if (!has_headers(packet, guess - 1))
			return guess;
		high = guess;
	}
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (has_headers(packet, middle))
			high = middle;
		else
			low = middle + 1;
	}
	return high;
}

static void renew_for(struct recorder *recorder, struct track *track, const struct observation *obs)
{
	bool opens = (obs->flags & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_SYN;

	/* The four are used again; a SYN sent again belongs to what is there. */
	if (opens && !track->is_open && track->first && track->first->seq != obs->seq)
		track_clear(&recorder->tracks, track);
}

void recorder_take(void *context, const struct wire_packet *packet, const struct observation *obs)
{
	struct recorder *recorder = context;
	struct track *track;
	struct kept *kept;
	struct kept like = {
		.time_ns = packet->time_ns,
		.captured = packet->captured,
		.length = packet->length,
		.seq = obs->seq,
		.ack = obs->ack,
		.payload_bytes = obs->payload_bytes,
		.ip_id = obs->ip_id,
		.flags = obs->flags,
		.has_direction = obs->seen & SEEN_DIRECTION,
		.outgoing = obs->outgoing,
	};
	bool swapped;

	recorder->counts.packets++;
	if (recorder->error)
		return;
	track = tracks_find(&recorder->tracks, &obs->source, &obs->destination, true, &swapped);
	if (!track) {
		recorder->tracks.dropped++;
		return;
	}
	renew_for(recorder, track, obs);
	if (!recorder->options.payload)
		like.captured = header_bytes(packet, obs->payload_bytes);
	like.from_first = !swapped;
	kept = tracks_add(&recorder->tracks, track, &like, packet->bytes);
	if (kept && track->is_open)
		kept->wanted = kept->time_ns <= track->until_ns;
}

/* --- what is wanted ----------------------------------------------------------------------------
 */

/* The first ones, up to RECORDER_BEFORE before the reset, and what came soon after it. */
static void mark_wanted(struct track *track, int64_t reset_ns)
{
	uint32_t before = 0, at = 0;
	bool head = track->head_last || !track->head_done;
	struct kept *kept;

	for (kept = track->first; kept; kept = kept->next)
		if (kept->time_ns < reset_ns + BEHIND_NS)
			before += !kept->is_copy;
	for (kept = track->first; kept; kept = kept->next) {
		bool is_before = kept->time_ns < reset_ns + BEHIND_NS;

		/* The reset itself is one more than those before it. */
		if (is_before)
			at += !kept->is_copy;
		if (head || (is_before && at + RECORDER_BEFORE >= before) ||
		    (!is_before && kept->time_ns <= reset_ns + RECORDER_AFTER_NS))
			kept->wanted = true;
		if (kept == track->head_last)
			head = false;
	}
}

/* False when it found no room. */
static bool add_remark(struct track *track, const struct evidence *ev, const char *comment,
		       bool from_first)
{
	struct remark *remark = &track->remarks[track->remark_count];

	if (track->remark_count == TRACK_REMARKS_MAX)
		return false;
	remark->text = strdup(comment);
	if (!remark->text)
		return false;
	remark->reset_ns = ev->reset_ns;
	remark->seq = ev->rst_seq;
	remark->has_seq = ev->rst_known & SEEN_SEQ;
	remark->from_first = from_first;
	track->remark_count++;
	return true;
}

void recorder_keep(struct recorder *recorder, const struct verdict *verdict, const char *comment)
{
	const struct evidence *ev = verdict->evidence;
	const struct endpoint *from = ev->resetter_is_client ? &ev->client : &ev->server;
	const struct endpoint *to = ev->resetter_is_client ? &ev->server : &ev->client;
	int64_t until_ns = ev->reset_ns + RECORDER_AFTER_NS;
	struct track *track;
	bool swapped;

	if (recorder->error || verdict->update || ev->ignored != IGNORED_NOT || !ev->has_time)
		return;
	track = tracks_find(&recorder->tracks, from, to, true, &swapped);
	if (!track || (!track->is_open && recorder->open_count == RECORDER_OPEN_MAX) ||
	    !add_remark(track, ev, comment, !swapped)) {
		recorder->counts.left_out++;
		return;
	}
	mark_wanted(track, ev->reset_ns);
	if (!track->is_open) {
		track->is_open = true;
		track->after = 0;
		track->until_ns = until_ns;
		recorder->open[recorder->open_count++] = track;
	}
	if (track->until_ns < until_ns)
		track->until_ns = until_ns;
	track->due_ns = (track->until_ns + LATE_NS + STEP_NS - 1) / STEP_NS * STEP_NS;
}

void recorder_add_comment(enum lang lang, const struct verdict *verdict, struct buf *out)
{
	bool zh = lang == LANG_ZH;

	buf_printf(out, "%s%s", lang_confidence(lang, verdict->confidence), zh ? "：" : ": ");
	lang_add_summary(lang, verdict, out);
	buf_printf(out,
		   zh ? "（whyrst %llu：类别 %s，原因 %s）" : " (whyrst %llu: class %s, cause %s)",
		   (unsigned long long)verdict->id, class_name(verdict->class_),
		   verdict->cause ? verdict->cause->id : "unknown");
}

static int64_t wall_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static int read_packets(struct recorder *recorder)
{
	int got = RECORDER_READ_MAX;

	for (int i = 0; i < ROUNDS_MAX && got == RECORDER_READ_MAX; i++)
		got = wire_read(recorder->wire, recorder->obs, RECORDER_READ_MAX);
	return got < 0 ? got : 0;
}

int recorder_poll(struct recorder *recorder, int *ret_wait_ms)
{
	int64_t now_ns = wall_ns();
	int r = 0;

	*ret_wait_ms = -1;
	if (!recorder->error && recorder->wire)
		r = read_packets(recorder);
	recorder_write_due(recorder, now_ns);
	if (r < 0 && !recorder->error)
		recorder->error = r;
	if (recorder->error && !recorder->error_told) {
		recorder->error_told = true;
		return recorder->error;
	}
	for (uint32_t i = 0; i < recorder->open_count; i++) {
		int64_t wait_ns = recorder->open[i]->due_ns - now_ns;
		/* Should the clock be set back, nothing waits for ever. */
		int wait_ms = wait_ns > 2000000000 ? 2000
			      : wait_ns > 0	   ? (int)(wait_ns / 1000000) + 1
						   : 0;

		if (*ret_wait_ms < 0 || wait_ms < *ret_wait_ms)
			*ret_wait_ms = wait_ms;
	}
	return 0;
}

void recorder_count(const struct recorder *recorder, struct recorder_counts *ret_counts)
{
	*ret_counts = recorder->counts;
	ret_counts->bytes = recorder->file.bytes;
	ret_counts->forgotten = recorder->tracks.forgotten;
	ret_counts->dropped = recorder->tracks.dropped;
	if (recorder->wire) {
		struct wire_counts wire;

		wire_count(recorder->wire, &wire);
		ret_counts->lost = wire.lost;
	}
}

int recorder_close(struct recorder *recorder, struct recorder_counts *ret_counts)
{
	int r, closed;

	if (ret_counts)
		memset(ret_counts, 0, sizeof(*ret_counts));
	if (!recorder)
		return 0;
	if (recorder->wire && !recorder->error)
		read_packets(recorder);
	while (recorder->open_count && !recorder->error)
		recorder_write_due(recorder, INT64_MAX);
	r = recorder->error_told ? 0 : recorder->error;
	if (ret_counts)
		recorder_count(recorder, ret_counts);
	closed = recorder_file_close(&recorder->file);
	destroy(recorder);
	return r ? r : closed;
}
