/* SPDX-License-Identifier: MIT */
/* One verdict, or one group of verdicts alike, as a block of text. */
#include "sinks/text_sink.h"

#include <stdlib.h>
#include <time.h>

#include "base/escape.h"
#include "draw/width.h"
#include "sinks/diagram.h"
#include "verdict/idle.h"
#include "wire/observation.h"

#define INDENT 2

void text_add_item(struct sink_state *state, const char *heading, const char *bullet,
		   const char *text)
{
	struct buf *out = &state->buf;
	int column = INDENT + state->label + 2;
	int wide = width_of(bullet);

	buf_add_repeated(out, ' ', INDENT);
	if (heading)
		text_add_styled(state, STYLE_DIM, heading);
	wide = wide ? wide + 1 : 0;
	buf_add_repeated(out, ' ', (size_t)(column - INDENT - (heading ? width_of(heading) : 0)));
	if (wide) {
		buf_add_text(out, bullet);
		buf_add_char(out, ' ');
	}
	width_wrap(out, text, column + wide, column + wide, state->width);
	buf_add_char(out, '\n');
}

void text_add_section(struct sink_state *state, const char *heading, const char *text)
{
	text_add_item(state, heading, "", text);
}

void text_add_time(struct sink_state *state, bool has_date, int64_t ns, bool with_date)
{
	time_t second = (time_t)(ns / 1000000000);
	int64_t rest = ns % 1000000000;
	char text[64];
	struct tm tm;

	if (rest < 0) {
		second--;
		rest += 1000000000;
	}
	/* A time of day without a date was printed by somebody's tcpdump: it is local already. */
	if (has_date && !state->options.utc ? !localtime_r(&second, &tm) : !gmtime_r(&second, &tm))
		return;
	strftime(text, sizeof(text), has_date && with_date ? "%Y-%m-%d %H:%M:%S" : "%H:%M:%S", &tm);
	buf_printf(&state->buf, "%s.%03d", text, (int)(rest / 1000000));
}

static void add_span(struct sink_state *state, const struct verdict *verdict, struct buf *out)
{
	buf_printf(out, "×%llu", (unsigned long long)verdict->count);
	if (!verdict->evidence->has_time || verdict->last_ns <= verdict->first_ns)
		return;
	buf_printf(out, " %s ", text_word(state, WORD_WITHIN));
	lang_add_duration(state->lang, (verdict->last_ns - verdict->first_ns) / 1000, out);
}

/* The answer: how sure, what happened, how often. */
static void add_answer(struct sink_state *state, const struct verdict *verdict)
{
	enum text_style style = text_style_of(verdict->confidence);
	struct buf line;
	int column;

	buf_init(&line, 1 << 16);
	buf_printf(&line, "%s %s", text_symbol(verdict->confidence),
		   lang_confidence(state->lang, verdict->confidence));
	text_add_styled(state, style, buf_text(&line));
	column = width_of(buf_text(&line));
	buf_add_text(&state->buf, text_pick(state, ": ", "："));
	column += 2;
	buf_clear(&line);
	lang_add_summary(state->lang, verdict, &line);
	if (verdict->count > 1) {
		buf_add_text(&line, text_pick(state, " (", "（"));
		add_span(state, verdict, &line);
		buf_add_text(&line, text_pick(state, ")", "）"));
	}
	buf_add_text(&state->buf, text_on(state, STYLE_BOLD));
	width_wrap(&state->buf, buf_text(&line), column, INDENT, state->width);
	buf_add_text(&state->buf, text_off(state, STYLE_BOLD));
	buf_add_char(&state->buf, '\n');
	buf_release(&line);
}

static enum word reset_by(const struct verdict *verdict)
{
	switch (verdict->from) {
	case FROM_CLIENT:
	case FROM_SERVER:
		return WORD_RESET_BY;
	case FROM_BETWEEN:
		return verdict->class_confidence == CONFIDENCE_CERTAIN ? WORD_RESET_BETWEEN
								       : WORD_RESET_BETWEEN_MAYBE;
	case FROM_THIRD:
		return WORD_RESET_THIRD;
	default:
		return WORD_RESET_UNKNOWN;
	}
}

/* Who reset whom, and the id by which documents and searches find the cause. */
static void add_who(struct sink_state *state, const struct verdict *verdict)
{
	struct buf line;

	buf_init(&line, 1 << 16);
	lang_expand(state->lang, text_word(state, reset_by(verdict)), verdict, &line);
	buf_printf(&line, " · %s", verdict->cause ? verdict->cause->id : "unknown");
	buf_add_repeated(&state->buf, ' ', INDENT);
	buf_add_text(&state->buf, text_on(state, STYLE_DIM));
	width_wrap(&state->buf, buf_text(&line), INDENT, INDENT, state->width);
	buf_add_text(&state->buf, text_off(state, STYLE_DIM));
	buf_add_char(&state->buf, '\n');
	buf_release(&line);
}

static void add_class(struct sink_state *state, const struct verdict *verdict)
{
	struct buf line;

	buf_init(&line, 4096);
	buf_add_text(&line, class_name(verdict->class_));
	if (verdict->class_confidence != CONFIDENCE_NONE)
		buf_printf(&line, text_pick(state, " (%s)", "（%s）"),
			   lang_confidence(state->lang, verdict->class_confidence));
	buf_printf(&line, "%s%s", text_pick(state, ": ", "："),
		   lang_class_means(state->lang, verdict->class_));
	text_add_section(state, text_word(state, WORD_CLASS), buf_text(&line));
	buf_release(&line);
}

static void add_evidence(struct sink_state *state, const struct verdict *verdict)
{
	const char *heading = text_word(state, WORD_EVIDENCE);
	struct buf line;

	buf_init(&line, 1 << 16);
	for (int i = 0; i < verdict->shown_count; i++) {
		buf_clear(&line);
		lang_add_fact(state->lang, verdict->shown[i], verdict, &line);
		if (!line.length)
			continue;
		text_add_item(state, heading, "·", buf_text(&line));
		heading = NULL;
	}
	buf_release(&line);
}

static void add_call(const struct sink_state *state, struct buf *out, const char *comma,
		     enum word when, enum call_result result)
{
	const char *means = lang_call(state->lang, result);

	if (result == CALL_UNKNOWN)
		return;
	if (out->length)
		buf_add_text(out, comma);
	buf_printf(out, "%s %s", text_word(state, when), call_result_name(result));
	if (*means)
		buf_printf(out, text_pick(state, " (%s)", "（%s）"), means);
}

static const char *add_program(struct sink_state *state, const char *heading, enum word end,
			       const struct app_view *view, const char *otherwise)
{
	const char *comma = text_pick(state, ", ", "，");
	const char *semicolon = text_pick(state, "; ", "；");
	struct buf line;

	buf_init(&line, 4096);
	/* After a FIN the first read is like every later one: said once. */
	if (view->first_call != view->later_read) {
		add_call(state, &line, comma, WORD_FIRST_CALL, view->first_call);
		add_call(state, &line, semicolon, WORD_THEN_READ, view->later_read);
	} else {
		add_call(state, &line, comma, WORD_CALL_READ, view->later_read);
	}
	add_call(state, &line, comma, WORD_CALL_WRITE, view->later_write);
	if (!line.length && otherwise)
		buf_add_text(&line, otherwise);
	if (line.length) {
		struct buf whole;

		buf_init(&whole, 8192);
		buf_printf(&whole, "%s%s%s", text_word(state, end), text_pick(state, ": ", "："),
			   buf_text(&line));
		text_add_section(state, heading, buf_text(&whole));
		heading = NULL;
		buf_release(&whole);
	}
	buf_release(&line);
	return heading;
}

/* What the end whose address the reset carries has to do with it, where no call of it fails. */
static const char *own_part(const struct sink_state *state, const struct verdict *verdict)
{
	const struct app_view *other = verdict->evidence->resetter_is_client
					       ? &verdict->server_sees
					       : &verdict->client_sees;

	if (other->later_write == CALL_UNKNOWN && other->first_call == CALL_UNKNOWN)
		return NULL;
	if (verdict->class_ == CLASS_OWNER_ABORT)
		return text_word(state, WORD_SEES_OWN_ABORT);
	if (verdict->class_ == CLASS_NO_SOCKET || verdict->class_ == CLASS_REFUSED)
		return text_word(state, WORD_SEES_NOTHING);
	return NULL;
}

static void add_programs(struct sink_state *state, const struct verdict *verdict)
{
	const char *heading = text_word(state, WORD_PROGRAMS_SEE);
	const char *own = own_part(state, verdict);
	bool by_client = verdict->evidence->resetter_is_client;

	heading = add_program(state, heading, WORD_CLIENT, &verdict->client_sees,
			      by_client ? own : NULL);
	add_program(state, heading, WORD_SERVER, &verdict->server_sees, by_client ? NULL : own);
}

static void add_retry(struct sink_state *state, const struct verdict *verdict)
{
	struct buf line;

	if (verdict->why == REQUEST_NONE)
		return;
	buf_init(&line, 4096);
	buf_printf(&line, "%s%s%s", lang_retry(state->lang, verdict->executed),
		   text_pick(state, ": ", "："), lang_request_why(state->lang, verdict->why));
	text_add_section(state, text_word(state, WORD_RETRY), buf_text(&line));
	buf_release(&line);
}

static void add_silence(struct sink_state *state, const struct verdict *verdict)
{
	static const enum fact_id pauses[] = { FACT_SILENCE, FACT_DATA_TO_FIN,
					       FACT_IDLE_BEFORE_REQUEST };
	int64_t idle_us, best = 0;
	struct buf line;

	if (!verdict->idle_match_count)
		return;
	/* The pause that was matched is the one nearest to the match. */
	for (size_t i = 0; i < sizeof(pauses) / sizeof(*pauses); i++) {
		idle_us = evidence_value(verdict->evidence, pauses[i]);
		if (llabs(idle_us - verdict->idle_match[0]->seconds * 1000000) <
		    llabs(best - verdict->idle_match[0]->seconds * 1000000))
			best = idle_us;
	}
	buf_init(&line, 1 << 14);
	lang_add_duration(state->lang, best, &line);
	buf_add_char(&line, ' ');
	buf_add_text(&line, text_word(state, WORD_IDLE_MATCH));
	for (int i = 0; i < verdict->idle_match_count; i++) {
		if (i)
			buf_add_text(&line, text_pick(state, "; ", "；"));
		lang_add_idle(state->lang, verdict->idle_match[i], &line);
	}
	text_add_section(state, text_word(state, WORD_SILENCE), buf_text(&line));
	buf_release(&line);
}

static void add_reason(struct sink_state *state, const struct evidence *ev)
{
	struct buf line;

	buf_init(&line, 1 << 12);
	if (ev->reason_bytes) {
		buf_add_char(&line, '"');
		escape_terminal(&line, ev->reason, ev->reason_bytes);
		buf_add_char(&line, '"');
	}
	if (evidence_knows(ev, FACT_MPTCP_REASON)) {
		if (line.length)
			buf_add_text(&line, "; ");
		buf_printf(&line, "MP_TCPRST: %s",
			   lang_mptcp_reason(state->lang, evidence_value(ev, FACT_MPTCP_REASON)));
	}
	if (line.length)
		text_add_section(state, text_word(state, WORD_REASON), buf_text(&line));
	buf_release(&line);
}

/* Small print: when, between whom, what the segment looked like, and where to find it. */
static void add_where(struct sink_state *state, const struct verdict *verdict)
{
	const struct evidence *ev = verdict->evidence;
	const struct buf before = state->buf;
	char client[ENDPOINT_TEXT_MAX], server[ENDPOINT_TEXT_MAX];
	struct buf line;

	buf_init(&line, 1 << 16);
	buf_init(&state->buf, 1 << 12);
	if (ev->has_time) {
		text_add_time(state, ev->has_date,
			      verdict->count > 1 ? verdict->first_ns : ev->reset_ns, true);
		if (verdict->count > 1 &&
		    verdict->last_ns / 1000000 != verdict->first_ns / 1000000) {
			buf_add_text(&state->buf, " – ");
			text_add_time(state, ev->has_date, verdict->last_ns, false);
		}
	}
	buf_add_text(&line, buf_text(&state->buf));
	buf_release(&state->buf);
	state->buf = before;
	endpoint_format(&ev->client, client);
	endpoint_format(&ev->server, server);
	buf_printf(&line, "%s%s%s → %s", line.length ? " · " : "",
		   verdict->count > 1 ? text_pick(state, "for example ", "例如 ") : "", client,
		   server);
	if (ev->rst_known & SEEN_TTL)
		buf_printf(&line, " · TTL %u", ev->rst_ttl);
	if (ev->rst_known & SEEN_WINDOW)
		buf_printf(&line, " · win %u", ev->rst_window);
	if (state->options.file_names && state->options.file_names[ev->file]) {
		const char *name = state->options.file_names[ev->file];

		if (!strcmp(name, "-"))
			name = text_word(state, WORD_STANDARD_INPUT);
		buf_add_text(&line, " · ");
		escape_terminal(&line, name, strlen(name));
		buf_printf(&line, " #%llu", (unsigned long long)ev->frame);
	}
	text_add_section(state, text_word(state, WORD_WHERE), buf_text(&line));
	buf_release(&line);
}

static void add_mixed(struct sink_state *state, const struct fold_group *group)
{
	const char *comma = "";
	struct buf line;
	int levels = 0;

	for (int i = 0; i <= CONFIDENCE_CERTAIN; i++)
		levels += group->by_confidence[i] > 0;
	if (levels < 2)
		return;
	buf_init(&line, 1024);
	for (int i = CONFIDENCE_CERTAIN; i >= 0; i--) {
		if (!group->by_confidence[i])
			continue;
		buf_printf(&line, "%s%s ×%llu", comma,
			   lang_confidence(state->lang, (enum confidence)i),
			   (unsigned long long)group->by_confidence[i]);
		comma = text_pick(state, ", ", "，");
	}
	text_add_section(state, text_word(state, WORD_MIXED_CONFIDENCE), buf_text(&line));
	buf_release(&line);
}

void text_add_verdict(struct sink_state *state, const struct verdict *verdict,
		      const struct fold_group *group)
{
	struct ladder_style style = {
		.ascii = state->ascii,
		.color = state->options.color,
		.indent = INDENT,
		.width = state->width,
	};

	add_answer(state, verdict);
	add_who(state, verdict);
	if (group)
		add_mixed(state, group);
	add_class(state, verdict);
	add_evidence(state, verdict);
	add_reason(state, verdict->evidence);
	add_silence(state, verdict);
	if (group)
		text_add_knee(state, group, verdict);
	add_programs(state, verdict);
	add_retry(state, verdict);
	text_add_advice(state, verdict, group && !state->options.verbose);
	add_where(state, verdict);
	if (state->options.verbose) {
		text_add_rivals(state, verdict);
		buf_add_char(&state->buf, '\n');
		diagram_add(verdict->evidence, state->lang, &style, &state->buf);
	}
	buf_add_char(&state->buf, '\n');
}
