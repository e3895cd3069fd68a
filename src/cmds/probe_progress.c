/* SPDX-License-Identifier: MIT */
/* What a probe knows so far, while it waits. */
#include "cmds/probe.h"

#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/escape.h"
#include "draw/width.h"
#include "host/boot.h"

#define SECOND_NS INT64_C(1000000000)

static const char *pick(const struct probe_progress *progress, const char *en, const char *zh)
{
	return progress->common->lang == LANG_ZH ? zh : en;
}

static void add_seconds(const struct probe_progress *progress, int64_t us, struct buf *out)
{
	buf_printf(out, pick(progress, "%.1f s", "%.1f 秒"), (double)us / 1e6);
}

static void add_lapse(const struct probe_progress *progress, const struct finding *finding,
		      enum finding_mode mode, struct buf *out)
{
	const struct lapse *lapse = &finding->lapse[mode];
	const char *label = mode == FINDING_BEFORE ? pick(progress, "before a request", "请求之前")
						   : pick(progress, "after an answer", "应答之后");

	if (!finding->asked[mode])
		return;
	buf_printf(out, pick(progress, "; %s: ", "；%s："), label);
	switch (lapse->kind) {
	case LAPSE_CLOSED:
		buf_add_text(out, pick(progress, "closed after ", "已被关闭，空闲 "));
		add_seconds(progress, lapse->idle_us, out);
		break;
	case LAPSE_FORGOTTEN:
		buf_add_text(out, pick(progress, "forgotten after ", "被遗忘，空闲 "));
		add_seconds(progress, lapse->idle_us, out);
		buf_printf(out, " ± %.1f", (double)lapse->error_us / 1e6);
		break;
	case LAPSE_SURVIVED:
		buf_add_text(out, pick(progress, "alive after ", "仍存活，空闲 "));
		add_seconds(progress, lapse->survived_us, out);
		break;
	case LAPSE_UNKNOWN:
	default:
		buf_add_text(out, pick(progress, "waiting", "等待中"));
		break;
	}
}

static void add_ladder(const struct probe_progress *progress, const struct ladder *ladder,
		       struct buf *out)
{
	struct finding finding;
	int open = 0;

	finding_make(ladder, &finding);
	for (int i = 0; i < ladder->count; i++) {
		open += trial_is_open(&ladder->trials[i]);
		if (ladder->trials[i].purpose == TRIAL_REQUESTS && ladder->trials[i].requests)
			finding.requests = ladder->trials[i].requests;
	}
	buf_printf(out, pick(progress, "%d connection%s open", "%d 条连接打开%s"), open,
		   open == 1 || progress->common->lang == LANG_ZH ? "" : "s");
	if (!finding.answers || ladder->phase == LADDER_FIRST)
		return;
	add_lapse(progress, &finding, FINDING_BEFORE, out);
	add_lapse(progress, &finding, FINDING_AFTER, out);
	if (finding.requests)
		buf_printf(out, pick(progress, "; %u requests", "；%u 个请求"), finding.requests);
}

/* A line that is wider than the terminal would not be written over: its end is left out. */
static void fit(struct buf *line)
{
	struct winsize size;
	size_t at = 0, wide = 0, n;
	uint32_t character;

	if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col < 2)
		return;
	for (; at < line->length; at += n) {
		n = escape_decode(line->data + at, line->length - at, &character);
		if (!n)
			return;
		wide += (size_t)width_of_character(character);
		if (wide >= size.ws_col)
			break;
	}
	line->length = at;
}

void probe_progress_tell(void *context)
{
	struct probe_progress *progress = context;
	struct buf known, line;
	int64_t elapsed_s;

	if (progress->common->quiet)
		return;
	buf_init(&known, 4096);
	buf_init(&line, 8192);
	elapsed_s = (clock_monotonic_ns() - progress->ladders[0]->began_ns) / SECOND_NS;
	for (int i = 0; i < progress->count; i++) {
		if (progress->ladders[i]->phase == LADDER_OVER)
			continue;
		if (known.length)
			buf_add_text(&known, " | ");
		add_ladder(progress, progress->ladders[i], &known);
	}
	/* A log is not told every second what a terminal shows. */
	if (known.length && (progress->terminal || strncmp(progress->last, buf_text(&known),
							   sizeof(progress->last) - 1))) {
		buf_printf(&line,
			   pick(progress, "%lld s of at most %lld: %s (Ctrl-C: what is known)",
				"%lld 秒，最多 %lld 秒：%s（按 Ctrl-C 输出已知结果）"),
			   (long long)elapsed_s, (long long)(progress->max_ns / SECOND_NS),
			   buf_text(&known));
		if (progress->terminal)
			fit(&line);
		fprintf(stderr, "%s%s%s",
			progress->terminal ? "\r\033[K" : "whyrst: ", buf_text(&line),
			progress->terminal ? "" : "\n");
		fflush(stderr);
		progress->shown = true;
		strncpy(progress->last, buf_text(&known), sizeof(progress->last) - 1);
	}
	buf_release(&known);
	buf_release(&line);
}

void probe_progress_end(struct probe_progress *progress)
{
	if (progress->terminal && progress->shown)
		fputs("\r\033[K", stderr);
	progress->shown = false;
}
