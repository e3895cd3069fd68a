/* SPDX-License-Identifier: MIT */
/*
 * A live host: each reset as it comes, in three lines. The first is the answer, the second says who
 * and where, the third what to change. -v shows the whole block instead, -q the first line only.
 */
#include "sinks/text_sink.h"

#include "base/escape.h"
#include "draw/width.h"
#include "lang/lang.h"

#define PROOFS_SHOWN 2

static void add_wrapped(struct sink_state *state, struct buf *line, int column)
{
	width_wrap(&state->buf, buf_text(line), column, 2, state->width);
	buf_add_char(&state->buf, '\n');
	buf_clear(line);
}

/* "14:01:03.568 ● certain: nginx (pid 812) closed ..." */
static void add_answer(struct sink_state *state, const struct verdict *verdict)
{
	const struct evidence *ev = verdict->evidence;
	enum text_style style = verdict->expected ? STYLE_DIM : text_style_of(verdict->confidence);
	struct buf line;
	int column;

	buf_init(&line, 1 << 16);
	text_add_time(state, true, ev->reset_ns, false);
	buf_printf(&line, " %s %s", verdict->expected ? "·" : text_symbol(verdict->confidence),
		   verdict->expected ? text_word(state, WORD_EXPECTED)
				     : lang_confidence(state->lang, verdict->confidence));
	text_add_styled(state, style, buf_text(&line));
	column = 12 + width_of(buf_text(&line)) + 2;
	buf_add_text(&state->buf, text_pick(state, ": ", "："));
	buf_clear(&line);
	lang_add_summary(state->lang, verdict, &line);
	if (!verdict->expected)
		buf_add_text(&state->buf, text_on(state, STYLE_BOLD));
	width_wrap(&state->buf, buf_text(&line), column, 2, state->width);
	if (!verdict->expected)
		buf_add_text(&state->buf, text_off(state, STYLE_BOLD));
	buf_add_char(&state->buf, '\n');
	buf_release(&line);
}

/* "nginx[812] www-data": the path of the program only with -v, in the whole block. */
static void add_program(const struct program *program, struct buf *line)
{
	const char *const parts[] = { program->user, program->pod, program->container };

	escape_terminal(line, program->comm, strnlen(program->comm, sizeof(program->comm)));
	buf_printf(line, "[%u]", program->pid);
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		if (!*parts[i])
			continue;
		buf_add_char(line, ' ');
		escape_terminal(line, parts[i], strlen(parts[i]));
	}
}

/* "killed by SIGKILL from systemd-oomd (pid 411)" */
static void add_death(const struct sink_state *state, const struct host_story *story,
		      struct buf *line)
{
	struct buf from;

	if (!story->signal)
		return;
	buf_init(&from, 256);
	escape_terminal(&from, story->signal_from_comm,
			strnlen(story->signal_from_comm, sizeof(story->signal_from_comm)));
	buf_printf(line, text_pick(state, " · signal %u", " · 信号 %u"), story->signal);
	if (story->oom == OOM_CGROUP)
		buf_add_text(line, text_pick(state, " of the OOM killer (limit of its cgroup)",
					     "（OOM killer，cgroup 上限）"));
	else if (story->oom == OOM_HOST)
		buf_add_text(line, text_pick(state, " of the OOM killer (memory of the host)",
					     "（OOM killer，整机内存）"));
	else if (story->oom)
		buf_add_text(line, text_pick(state, " of the OOM killer", "（OOM killer）"));
	else if (story->signal_from)
		buf_printf(line, text_pick(state, " from %s (pid %u)", "，来自 %s（进程 %u）"),
			   buf_text(&from), story->signal_from);
	buf_release(&from);
}

/* Who reset whom, in which direction, under which name it is found in the documents. */
static void add_who(struct sink_state *state, const struct verdict *verdict)
{
	const struct evidence *ev = verdict->evidence;
	const struct endpoint *from = ev->resetter_is_client ? &ev->client : &ev->server;
	const struct endpoint *to = ev->resetter_is_client ? &ev->server : &ev->client;
	char a[ENDPOINT_TEXT_MAX], b[ENDPOINT_TEXT_MAX];
	struct buf line;

	endpoint_format(from, a);
	endpoint_format(to, b);
	buf_init(&line, 1 << 16);
	buf_printf(&line, "%s → %s · %s", a, b, verdict->cause ? verdict->cause->id : "unknown");
	if (ev->story.owner.pid) {
		buf_add_text(&line, text_pick(state, " · by ", " · 由 "));
		add_program(&ev->story.owner, &line);
	}
	add_death(state, &ev->story, &line);
	if (ev->story.sufferer.pid) {
		buf_add_text(&line, text_pick(state, " · hit ", " · 受影响 "));
		add_program(&ev->story.sufferer, &line);
	}
	buf_add_repeated(&state->buf, ' ', 2);
	buf_add_text(&state->buf, text_on(state, STYLE_DIM));
	add_wrapped(state, &line, 2);
	state->buf.length--;
	buf_add_text(&state->buf, text_off(state, STYLE_DIM));
	buf_add_char(&state->buf, '\n');
	buf_release(&line);
}

/* What the host saw proves more than the shape of a segment: first, and alone if there is enough.
 */
static void add_proofs(struct sink_state *state, const struct verdict *verdict)
{
	struct buf line;
	int shown = 0;

	buf_init(&line, 1 << 16);
	for (int pass = 0; pass < 2; pass++) {
		for (int i = 0; i < verdict->shown_count && shown < PROOFS_SHOWN; i++) {
			bool host = fact_origin(verdict->shown[i]) == ORIGIN_HOST;
			size_t before;

			if (host != !pass)
				continue;
			if (shown)
				buf_add_text(&line, text_pick(state, "; ", "；"));
			before = line.length;
			lang_add_fact(state->lang, verdict->shown[i], verdict, &line);
			shown += line.length > before;
		}
	}
	if (shown)
		text_add_section(state, text_word(state, WORD_EVIDENCE), buf_text(&line));
	buf_release(&line);
}

static void add_fix(struct sink_state *state, const struct verdict *verdict)
{
	const struct cause_words *words;
	uint8_t places[CAUSE_FIXES_MAX];
	struct buf line;

	if (!verdict->cause || verdict->expected)
		return;
	words = lang_cause(state->lang, verdict->cause);
	if (!cause_fixes(verdict->cause, verdict->evidence, places))
		return;
	buf_init(&line, 1 << 16);
	lang_expand(state->lang, words->fix[places[0]], verdict, &line);
	text_add_section(state, text_word(state, WORD_FIX), buf_text(&line));
	buf_clear(&line);
	for (int i = 0; i < verdict->alternative_count && verdict->confidence != CONFIDENCE_CERTAIN;
	     i++)
		buf_printf(&line, "%s%s", i ? text_pick(state, ", ", "、") : "",
			   verdict->alternatives[i].cause->id);
	if (line.length)
		text_add_section(state, text_word(state, WORD_OR_ELSE), buf_text(&line));
	buf_release(&line);
}

/* A storm's count: rewritten in place where that can be done, a line of its own elsewhere. */
static void add_count(struct sink_state *state, const struct verdict *verdict)
{
	struct buf line;

	buf_init(&line, 1024);
	if (state->options.terminal && state->storm == verdict->id)
		buf_add_text(&state->buf, "\x1b[1A\x1b[2K");
	state->storm = verdict->id;
	buf_printf(&line, "×%llu ", (unsigned long long)verdict->count);
	buf_printf(&line, "%s ", text_word(state, WORD_WITHIN));
	lang_add_duration(state->lang, (verdict->last_ns - verdict->first_ns) / 1000, &line);
	buf_printf(&line, " · %s", verdict->cause ? verdict->cause->id : "unknown");
	if (!verdict->pending)
		buf_add_text(&line, text_pick(state, " · over", " · 已结束"));
	buf_add_repeated(&state->buf, ' ', 2);
	text_add_styled(state, STYLE_WARN, buf_text(&line));
	buf_add_char(&state->buf, '\n');
	if (!verdict->pending)
		state->storm = 0;
	buf_release(&line);
}

void text_add_live(struct sink_state *state, const struct verdict *verdict)
{
	if (verdict->evidence->ignored != IGNORED_NOT) {
		if (state->options.verbose)
			text_add_ignored(state, verdict);
		return;
	}
	if (verdict->update && verdict->count > 1) {
		add_count(state, verdict);
		return;
	}
	state->storm = 0;
	if (state->options.verbose && !state->options.quiet) {
		text_add_verdict(state, verdict, NULL);
		return;
	}
	add_answer(state, verdict);
	if (state->options.quiet || verdict->expected)
		return;
	add_who(state, verdict);
	add_proofs(state, verdict);
	add_fix(state, verdict);
}
