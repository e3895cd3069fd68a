/* SPDX-License-Identifier: MIT */
#include "lab/page.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/escape.h"
#include "draw/table.h"
#include "draw/width.h"
#include "lab/lab_private.h"
#include "lab/list.h"

#define WIDTH_DEFAULT 80
#define NAME_COLUMNS 30
#define VIEW_COLUMNS 26
#define INDENT 2
#define EACH_MAX 8 /* more resets than that are not shown one by one */

const char *page_on(const struct runner_options *options, enum page_style style)
{
	static const char *const codes[] = { "", "\x1b[32m", "\x1b[1;31m", "\x1b[2m", "\x1b[1m" };

	return options->color ? codes[style] : "";
}

const char *page_off(const struct runner_options *options)
{
	return options->color ? "\x1b[0m" : "";
}

static const char *word(const struct runner_options *options, enum word id)
{
	return lang_word(options->lang, id);
}

/* Signs that tell without colour, too. */
static const char *sign(const struct runner_options *options, enum judge_result result)
{
	static const char *const signs[] = { "✓", "✗", "–" };
	static char text[48];
	const enum page_style styles[] = { PAGE_GOOD, PAGE_BAD, PAGE_DIM };

	snprintf(text, sizeof(text), "%s%s%s", page_on(options, styles[result]), signs[result],
		 page_off(options));
	return text;
}

static void put_wrapped(FILE *out, const struct runner_options *options, const char *text,
			int indent)
{
	struct buf line;

	buf_init(&line, 1 << 16);
	buf_add_repeated(&line, ' ', (size_t)indent);
	width_wrap(&line, text, indent, indent, options->width ?: WIDTH_DEFAULT);
	fprintf(out, "%s\n", buf_text(&line));
	buf_release(&line);
}

void page_title(FILE *out, const struct runner_options *options, const struct scenario *scenario,
		unsigned int ip)
{
	const char *story = scenario->story[options->lang] ?: scenario->story[LANG_EN];

	fprintf(out, "%s%s%s · IPv%u%s%s\n", page_on(options, PAGE_BOLD), scenario->name,
		page_off(options), ip, options->fixed ? " · " : "",
		options->fixed ? word(options, WORD_LAB_FIXED) : "");
	put_wrapped(out, options, story, INDENT);
	if (options->fixed && scenario->remedy[options->lang])
		put_wrapped(out, options, scenario->remedy[options->lang], INDENT);
	fputc('\n', out);
	fflush(out);
}

void page_packets(FILE *out, const struct lab *lab)
{
	struct buf line;
	unsigned int i;

	buf_init(&line, 1024);
	for (i = 0; i < lab->packet_count; i++) {
		/* The middle of a long transfer tells nothing. */
		if (i == 30 && lab->packet_count > 60) {
			fprintf(out, "    ... %u packets ...\n", lab->packet_count - 60);
			i = lab->packet_count - 30;
		}
		buf_clear(&line);
		capture_format(lab, &lab->packets[i], &line);
		fprintf(out, "    %s\n", buf_text(&line));
	}
	buf_release(&line);
}

static const char *view_name(const struct runner_options *options, const struct lab_result *result)
{
	static const struct {
		const char *id;
		enum word word;
	} names[] = {
		{ "stage", WORD_LAB_VIEW_STAGE },
		{ "sender", WORD_LAB_VIEW_SENDER },
		{ "receiver", WORD_LAB_VIEW_RECEIVER },
		{ "client", WORD_LAB_VIEW_CLIENT },
		{ "server", WORD_LAB_VIEW_SERVER },
		{ "router", WORD_LAB_VIEW_ROUTER },
		{ "third", WORD_LAB_VIEW_THIRD },
		{ "all", WORD_LAB_VIEW_ALL },
		{ "views", WORD_LAB_VIEWS },
		{ "capture-client", WORD_LAB_VIEW_CAPTURE_CLIENT },
		{ "capture-server", WORD_LAB_VIEW_CAPTURE_SERVER },
		{ "captures", WORD_LAB_VIEW_CAPTURES },
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(names[i].id, result->id))
			return word(options, names[i].word);
	return result->id;
}

static void add_confidence(const struct runner_options *options, const char *id, struct buf *out)
{
	int i;

	for (i = 0; i <= CONFIDENCE_CERTAIN; i++)
		if (!strcmp(lang_confidence(LANG_EN, (enum confidence)i), id))
			buf_add_text(out, lang_confidence(options->lang, (enum confidence)i));
}

static void add_got(const struct runner_options *options, const struct lab_result *result,
		    struct buf *out)
{
	if (result->class[0]) {
		buf_printf(out, "%s (", result->cause);
		add_confidence(options, result->confidence, out);
		buf_printf(out, ") · %s (", result->class);
		add_confidence(options, result->class_confidence, out);
		buf_add_char(out, ')');
		if (result->verdicts > 1)
			buf_printf(out, " ×%u", result->verdicts);
	} else if (result->result == JUDGE_SKIP) {
		buf_printf(out, "%s: %s", word(options, WORD_LAB_SKIPPED), result->why);
	} else if (result->view < 0) {
		buf_add_text(out, result->why[0] ? result->why : word(options, WORD_LAB_AS_STAGED));
		return;
	} else {
		buf_add_text(out, word(options, WORD_LAB_NOTHING));
	}
	if (result->result == JUDGE_FAIL)
		buf_printf(out, "; %s; %s %s", result->why, word(options, WORD_LAB_WANTED),
			   result->wanted);
}

static void put_result(FILE *out, const struct runner_options *options,
		       const struct lab_result *result, int indent, bool with_ip)
{
	struct buf line;
	int column;

	buf_init(&line, 4096);
	buf_add_repeated(&line, ' ', (size_t)indent);
	buf_add_text(&line, sign(options, result->result));
	buf_add_char(&line, ' ');
	if (with_ip)
		buf_printf(&line, "IPv%u ", result->ip);
	width_pad(&line, view_name(options, result), VIEW_COLUMNS);
	column = indent + 2 + (with_ip ? 5 : 0) + VIEW_COLUMNS;
	{
		struct buf got;

		buf_init(&got, 4096);
		add_got(options, result, &got);
		width_wrap(&line, buf_text(&got), column, column, options->width ?: WIDTH_DEFAULT);
		buf_release(&got);
	}
	fprintf(out, "%s\n", buf_text(&line));
	buf_release(&line);
}

void page_views(FILE *out, const struct runner_options *options, const struct lab_result *results,
		int count)
{
	int i;

	fprintf(out, "\n  %s%s%s\n", page_on(options, PAGE_BOLD), word(options, WORD_LAB_SAYS),
		page_off(options));
	for (i = 0; i < count; i++)
		put_result(out, options, &results[i], INDENT, false);
	fputc('\n', out);
	fflush(out);
}

static void put_item(FILE *out, const struct runner_options *options, const char *bullet,
		     const char *text)
{
	int column = 5 + width_of(bullet);
	struct buf line, clean;

	buf_init(&line, 1 << 16);
	buf_init(&clean, 1 << 16);
	escape_terminal(&clean, text, strlen(text));
	buf_printf(&line, "    %s ", bullet);
	width_wrap(&line, buf_text(&clean), column, column, options->width ?: WIDTH_DEFAULT);
	fprintf(out, "%s\n", buf_text(&line));
	buf_release(&line);
	buf_release(&clean);
}

static void put_list(FILE *out, const struct runner_options *options, json_t *list, enum word title,
		     const char *key, bool numbered)
{
	char bullet[24] = "·";
	json_t *entry;
	size_t i;

	if (!json_array_size(list))
		return;
	fprintf(out, "\n  %s\n", word(options, title));
	json_array_foreach(list, i, entry)
	{
		const char *text = json_string_value(key ? json_object_get(entry, key) : entry);

		if (numbered)
			snprintf(bullet, sizeof(bullet), "%zu.", i + 1);
		if (text)
			put_item(out, options, bullet, text);
	}
}

void page_verdict(FILE *out, const struct runner_options *options, const struct lab_result *result)
{
	json_t *event = result->line ? json_loads(result->line, 0, NULL) : NULL;
	json_t *verdict = json_object_get(event, "verdict");
	const char *summary = json_string_value(json_object_get(verdict, "summary"));
	struct buf line;

	if (summary) {
		buf_init(&line, 1 << 16);
		buf_add_text(&line, page_on(options, PAGE_BOLD));
		add_confidence(options, result->confidence, &line);
		buf_printf(&line, "%s%s", page_off(options),
			   options->lang == LANG_ZH ? "：" : ": ");
		escape_terminal(&line, summary, strlen(summary));
		put_wrapped(out, options, buf_text(&line), INDENT);
		buf_release(&line);
		if (options->verbose)
			put_list(out, options, json_object_get(event, "evidence"), WORD_EVIDENCE,
				 "text", false);
		put_list(out, options, json_object_get(event, "fix"), WORD_FIX, NULL, true);
		fputc('\n', out);
	}
	json_decref(event);
}

static int count_of(const struct lab_result *results, int count, enum judge_result result)
{
	int i, found = 0;

	for (i = 0; i < count; i++)
		found += results[i].result == result;
	return found;
}

/* What was left out altogether has passed nothing. */
static enum judge_result overall(const struct lab_result *results, int count)
{
	if (count_of(results, count, JUDGE_FAIL))
		return JUDGE_FAIL;
	return count_of(results, count, JUDGE_PASS) ? JUDGE_PASS : JUDGE_SKIP;
}

static bool is_rung(const char *line)
{
	return strstr(line, "│") != NULL;
}

/*
 * Of the page of `read -v` the lines that are its first ladder, from its heading to before the next
 * empty line, or all the others. False if there is none.
 */
static bool put_page(FILE *out, const char *page, bool ladder)
{
	char *copy = strdup(page), *rest = copy, *line, *next;
	bool inside = false, found = false;

	while (copy && (line = strsep(&rest, "\n")) && rest) {
		next = strndup(rest, strcspn(rest, "\n"));
		if (!found && next && is_rung(next) && !is_rung(line))
			found = inside = true;
		else if (inside && !*line)
			inside = false;
		free(next);
		if (inside == ladder)
			fprintf(out, "%s\n", line);
	}
	free(copy);
	return found;
}

static void put_captures(FILE *out, const struct runner_options *options, const char *page)
{
	if (!*page)
		return;
	fprintf(out, "  %s%s%s\n", page_on(options, PAGE_BOLD),
		word(options, WORD_LAB_FROM_CAPTURES), page_off(options));
	put_page(out, page, false);
	fputc('\n', out);
}

static void put_why(FILE *out, const struct runner_options *options, const char *why)
{
	if (!why)
		return;
	fprintf(out, "  %s%s%s\n", page_on(options, PAGE_BOLD), word(options, WORD_LAB_WHY_SILENT),
		page_off(options));
	put_wrapped(out, options, why, INDENT);
	fputc('\n', out);
}

void page_end(FILE *out, const struct runner_options *options, const struct scenario *scenario,
	      const struct lab_result *results, int count, const char *skipped,
	      const char *captures)
{
	enum judge_result all = skipped[0] ? JUDGE_SKIP : overall(results, count);
	int i;

	if (all == JUDGE_SKIP) {
		fprintf(out, "%s %s: %s: %s\n", sign(options, all), scenario->name,
			word(options, WORD_LAB_SKIPPED),
			skipped[0] || !count ? skipped : results[0].why);
		return;
	}
	/* The end that did it knows best why. */
	for (i = 0; i < count; i++)
		if (!strcmp(results[i].id, "sender") && results[i].line) {
			page_verdict(out, options, &results[i]);
			break;
		}
	if (options->verbose) {
		put_why(out, options, options->fixed ? NULL : scenario->why[options->lang]);
		put_captures(out, options, captures);
	}
	if (options->fixed && all == JUDGE_PASS)
		put_wrapped(out, options, word(options, WORD_LAB_GONE), 0);
	fprintf(out, "%s %s\n", sign(options, all),
		word(options, all == JUDGE_PASS ? WORD_LAB_PASS : WORD_LAB_FAIL));
}

void page_brief(FILE *out, const struct runner_options *options, const struct scenario *scenario,
		const struct lab_result *results, int count, const char *skipped, int64_t ms)
{
	enum judge_result all = skipped[0] ? JUDGE_SKIP : overall(results, count);
	struct buf line;
	int i;

	if (options->quiet && all != JUDGE_FAIL)
		return;
	buf_init(&line, 4096);
	buf_printf(&line, "%s ", sign(options, all));
	width_pad(&line, scenario->name, NAME_COLUMNS);
	if (skipped[0])
		buf_printf(&line, " %s: %s", word(options, WORD_LAB_SKIPPED), skipped);
	else
		buf_printf(&line, " %s%-22s %2d %s %5.1f s%s", page_on(options, PAGE_DIM),
			   scenario->cause, count_of(results, count, JUDGE_PASS),
			   word(options, WORD_LAB_VIEWS), (double)ms / 1000, page_off(options));
	fprintf(out, "%s\n", buf_text(&line));
	for (i = 0; i < count; i++)
		if (results[i].result == JUDGE_FAIL ||
		    (results[i].result == JUDGE_SKIP && !skipped[0]))
			put_result(out, options, &results[i], 4, true);
	buf_release(&line);
}

static json_t *view_json(const struct lab_result *result)
{
	char got[4 * WATCH_WORD + 300];

	if (result->class[0])
		snprintf(got, sizeof(got), "%s/%s %s/%s%s", result->class, result->cause,
			 result->class_confidence, result->confidence,
			 result->expected ? " expected" : "");
	else if (result->view < 0)
		snprintf(got, sizeof(got), "%s", result->why[0] ? result->why : "as staged");
	else
		snprintf(got, sizeof(got), "silence");
	return json_pack("{s:s,s:i,s:s,s:s,s:b}", "view", result->id, "ip", (int)result->ip,
			 "expected", result->view < 0 ? "as staged" : result->wanted, "got", got,
			 "pass", result->result == JUDGE_PASS);
}

void page_json(FILE *out, const struct runner_options *options, const struct scenario *scenario,
	       const struct lab_result *results, int count, const char *skipped, int64_t ms)
{
	json_t *object = scenario_json(scenario, options->lang), *views = json_array();
	bool all = skipped[0] || overall(results, count) == JUDGE_SKIP;
	json_t *left_out = json_array();
	int i;

	for (i = 0; i < count; i++)
		if (results[i].result != JUDGE_SKIP)
			json_array_append_new(views, view_json(&results[i]));
		else if (!all)
			json_array_append_new(
				left_out, json_pack("{s:s,s:i,s:s}", "view", results[i].id, "ip",
						    (int)results[i].ip, "why", results[i].why));
	json_object_set_new(object, "views", views);
	if (json_array_size(left_out))
		json_object_set(object, "left_out", left_out);
	json_decref(left_out);
	json_object_set_new(object, "ms", json_integer(ms));
	if (options->fixed)
		json_object_set_new(object, "fixed", json_true());
	if (all)
		json_object_set_new(object, "skipped",
				    json_string(skipped[0] || !count ? skipped : results[0].why));
	json_dumpf(object, out, JSON_COMPACT);
	fputc('\n', out);
	json_decref(object);
}

void page_ladder(FILE *out, const struct runner_options *options, struct lab *lab,
		 struct buf *ret_page)
{
	bool crowd = lab->resets_at[LAB_CLIENT] > EACH_MAX || lab->resets_at[LAB_SERVER] > EACH_MAX;

	if (reread_page(lab, options, crowd ? REREAD_FIRST : REREAD_EACH, ret_page) < 0)
		buf_clear(ret_page);
	fputc('\n', out);
	if (!put_page(out, buf_text(ret_page), true))
		page_packets(out, lab);
	if (!crowd || !options->verbose)
		return;
	buf_clear(ret_page);
	if (reread_page(lab, options, REREAD_FOLDED, ret_page) < 0)
		buf_clear(ret_page);
}
