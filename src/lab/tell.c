/* SPDX-License-Identifier: MIT */
/* What happens in a scenario, a line each: who, what, and what came of it. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "draw/width.h"
#include "lab/lab_private.h"

#define WHO_COLUMNS 9
#define CALL_COLUMNS 22

/* At least one space stays. */
static void pad(struct buf *line, const char *text, int columns)
{
	width_pad(line, text, columns - 1);
	buf_add_char(line, ' ');
}

/* Both programs of a host bear its name, the second with a number. */
static void add_who(enum lang lang, enum lab_who who, struct buf *line)
{
	static const enum word words[LAB_HOSTS] = {
		[LAB_CLIENT] = WORD_CLIENT,
		[LAB_SERVER] = WORD_SERVER,
		[LAB_ROUTER] = WORD_LAB_ROUTER,
		[LAB_THIRD] = WORD_LAB_THIRD,
	};
	char name[32] = "";

	if (who != LAB_NOBODY)
		snprintf(name, sizeof(name), "%s%s", lang_word(lang, words[lab_host_of(who)]),
			 who < LAB_HOSTS ? "" : "-2");
	pad(line, name, WHO_COLUMNS);
}

static void begin(struct lab *lab, enum lab_who who, struct buf *line)
{
	int64_t now = lab_now_ns();

	if (!lab->begin_ns)
		lab->begin_ns = now;
	buf_init(line, 2048);
	buf_printf(line, "%9.1f ms  ", (double)(now - lab->begin_ns) / 1e6);
	add_who(lab->lang, who, line);
}

static void end(struct lab *lab, struct buf *line)
{
	buf_add_char(line, '\n');
	buf_add(&lab->notes, line->data, line->length);
	if (lab->live_page) {
		fprintf(lab->live_page, "  %s", buf_text(line));
		fflush(lab->live_page);
	}
	buf_release(line);
}

/* Words for the results people search for; the name alone for the others. */
static const char *means(enum lang lang, long result)
{
	switch (-result) {
	case ECONNRESET:
		return lang_call(lang, CALL_ECONNRESET);
	case EPIPE:
		return lang_call(lang, CALL_EPIPE);
	case ECONNREFUSED:
		return lang_call(lang, CALL_ECONNREFUSED);
	case ETIMEDOUT:
		return lang_call(lang, CALL_ETIMEDOUT);
	case ECONNABORTED:
		return lang_call(lang, CALL_ECONNABORTED);
	default:
		return NULL;
	}
}

void lab_record(struct lab *lab, enum lab_who who, const char *call, long result)
{
	const char *words = result < 0 ? means(lab->lang, result) : NULL;
	struct buf line;

	begin(lab, who, &line);
	pad(&line, call, CALL_COLUMNS);
	if (result == -EAGAIN)
		buf_add_text(&line, lang_word(lab->lang, WORD_LAB_NO_ANSWER));
	else if (result < 0)
		buf_add_text(&line, strerrorname_np((int)-result) ?: "?");
	else if (!result && (!strncmp(call, "recv", 4) || !strncmp(call, "drain", 5)))
		buf_printf(&line, "EOF (%s)", lang_call(lab->lang, CALL_EOF));
	else
		buf_add_i64(&line, result);
	if (words)
		buf_printf(&line, " (%s)", words);
	end(lab, &line);
}

void lab_record_text(struct lab *lab, enum lab_who who, const char *call, const char *result)
{
	struct buf line;

	begin(lab, who, &line);
	pad(&line, call, CALL_COLUMNS);
	buf_add_text(&line, result);
	end(lab, &line);
}

void tell(struct lab *lab, enum lab_who who, enum word what, const char *format, ...)
{
	struct buf line;
	va_list arguments;

	begin(lab, who, &line);
	pad(&line, lang_word(lab->lang, what), CALL_COLUMNS);
	va_start(arguments, format);
	buf_vprintf(&line, format, arguments);
	va_end(arguments);
	end(lab, &line);
}

void wait_name(struct lab *lab, const char *format, ...)
{
	va_list arguments;

	if (!lab->waiting)
		return;
	va_start(arguments, format);
	vsnprintf(lab->waiting, LAB_WAITING_MAX, format, arguments);
	va_end(arguments);
}
