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

/* What is known comes first: a terminal of 80 columns shows that much. */
static void add_lapse(const struct probe_progress *progress, const struct finding *finding,
		      enum finding_mode mode, struct buf *out)
{
	const struct lapse *lapse = &finding->lapse[mode];

	if (!finding->asked[mode])
		return;
	buf_add_text(out, mode == FINDING_BEFORE ? pick(progress, "before request: ", "请求前：")
						 : pick(progress, "after answer: ", "应答后："));
	switch (lapse->kind) {
	case LAPSE_CLOSED:
		buf_printf(out, pick(progress, "closed at %.1f s", "空闲 %.1f 秒被关闭"),
			   (double)lapse->idle_us / 1e6);
		break;
	case LAPSE_FORGOTTEN:
		buf_printf(
			out,
			pick(progress, "forgotten at %.1f s ± %.1f", "空闲 %.1f ± %.1f 秒被遗忘"),
			(double)lapse->idle_us / 1e6, (double)lapse->error_us / 1e6);
		break;
	case LAPSE_SURVIVED:
		buf_printf(out, pick(progress, "alive at %.1f s", "空闲 %.1f 秒仍存活"),
			   (double)lapse->survived_us / 1e6);
		break;
	case LAPSE_UNKNOWN:
	default:
		buf_add_text(out, pick(progress, "waiting", "等待中"));
		break;
	}
	buf_add_text(out, pick(progress, "; ", "；"));
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
	if (finding.answers && ladder->phase != LADDER_FIRST) {
		add_lapse(progress, &finding, FINDING_BEFORE, out);
		add_lapse(progress, &finding, FINDING_AFTER, out);
		if (finding.requests)
			buf_printf(out, pick(progress, "%u requests; ", "%u 个请求；"),
				   finding.requests);
	}
	buf_printf(out, pick(progress, "%d open", "%d 条连接"), open);
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

/* Until the last connection that is idle has been so for long enough; a late request may follow. */
static int64_t longest_wait_ns(const struct probe_progress *progress, int64_t now_ns)
{
	int64_t longest_ns = 0;

	for (int i = 0; i < progress->count; i++)
		for (int n = 0; n < progress->ladders[i]->count; n++) {
			const struct trial *trial = &progress->ladders[i]->trials[n];
			int64_t left_ns = trial->wait_ns;

			if (trial->step >= STEP_TEST)
				continue;
			if (trial->step == STEP_IDLE)
				left_ns += trial->idle_from_ns - now_ns;
			longest_ns = left_ns > longest_ns ? left_ns : longest_ns;
		}
	return longest_ns;
}

static void add_clock(const struct probe_progress *progress, struct buf *out)
{
	int64_t now_ns = clock_monotonic_ns(), left_ns = longest_wait_ns(progress, now_ns);

	buf_printf(out, pick(progress, "%lld s", "%lld 秒"),
		   (long long)((now_ns - progress->ladders[0]->began_ns) / SECOND_NS));
	if (left_ns > 0)
		buf_printf(out, pick(progress, ", %lld s to wait", "，还要等 %lld 秒"),
			   (long long)((left_ns + SECOND_NS - 1) / SECOND_NS));
	buf_add_text(out, pick(progress, ": ", "："));
}

void probe_progress_tell(void *context)
{
	struct probe_progress *progress = context;
	struct buf known, line;

	if (progress->common->quiet)
		return;
	buf_init(&known, 4096);
	buf_init(&line, 8192);
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
		add_clock(progress, &line);
		buf_printf(&line,
			   pick(progress, "%s (Ctrl-C: what is known)",
				"%s（按 Ctrl-C 输出已知结果）"),
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
