/* SPDX-License-Identifier: MIT */
/* Findings as JSON Lines: docs/schema/finding.json. */
#include "cmds/audit.h"

#include <time.h>

#include "base/escape.h"

static void add_expanded(struct page *page, const struct finding *finding, const char *key,
			 const char *template_)
{
	struct buf line;

	if (!template_)
		return;
	buf_init(&line, 1 << 14);
	if (finding_expand(finding, page->lang, template_, &line))
		json_text(page, key, buf_text(&line));
	buf_release(&line);
}

static void add_time(struct page *page, const char *key, int64_t us)
{
	time_t seconds = us / 1000000;
	char text[32];
	struct tm tm;

	gmtime_r(&seconds, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	buf_printf(&page->out, ",\"%s\":\"%s.%06dZ\"", key, text, (int)(us % 1000000));
}

/* Numbers as they are, durations in seconds. */
static void add_value(struct page *page, const struct slot *slot)
{
	if (slot->kind == SLOT_TEXT) {
		json_text(page, "value", slot->text[LANG_EN]);
		return;
	}
	buf_add_text(&page->out, ",\"value\":");
	if (slot->kind == SLOT_DURATION)
		buf_printf(&page->out, "%lld.%06d", (long long)(slot->number / 1000000),
			   (int)(slot->number % 1000000));
	else
		buf_add_i64(&page->out, slot->number);
}

static void add_evidence(struct page *page, const struct finding *finding)
{
	const struct check_fact *facts = finding->check->facts;
	bool first = true;
	struct buf line;

	buf_init(&line, 1 << 14);
	buf_add_text(&page->out, ",\"evidence\":[");
	for (int i = 0; i < CHECK_FACTS_MAX && facts[i].name; i++) {
		const struct slot *slot =
			finding_slot(finding, facts[i].name, strlen(facts[i].name));

		buf_clear(&line);
		if (!slot ||
		    !finding_expand(finding, page->lang, facts[i].words[page->lang], &line))
			continue;
		buf_printf(&page->out, "%s{\"fact\":\"%s\"", first ? "" : ",", facts[i].name);
		add_value(page, slot);
		json_text(page, "text", buf_text(&line));
		buf_add_char(&page->out, '}');
		first = false;
	}
	buf_add_char(&page->out, ']');
	buf_release(&line);
}

/* "key":["a","b"], those that can be filled; @most: no more than so many. */
static void add_list(struct page *page, const struct finding *finding, const char *key,
		     const char *const *templates, int count)
{
	bool first = true;
	struct buf line;

	buf_init(&line, 1 << 14);
	buf_printf(&page->out, ",\"%s\":[", key);
	for (int i = 0; i < count && templates[i]; i++) {
		buf_clear(&line);
		if (!finding_expand(finding, page->lang, templates[i], &line))
			continue;
		buf_add_text(&page->out, first ? "\"" : ",\"");
		escape_json(&page->out, buf_text(&line), line.length);
		buf_add_char(&page->out, '"');
		first = false;
	}
	buf_add_char(&page->out, ']');
	buf_release(&line);
}

static void add_where(struct page *page, const struct finding *finding)
{
	struct buf line;

	buf_init(&line, 1 << 12);
	for (int i = 0; i < CHECK_PLACES_MAX && finding->check->where[i]; i++)
		if (finding_expand(finding, page->lang, finding->check->where[i], &line))
			break;
	json_bytes(page, "where", buf_text(&line), line.length);
	buf_release(&line);
}

static void add_changes(struct page *page, const struct finding *finding)
{
	if (!finding->change_count)
		return;
	buf_add_text(&page->out, ",\"changes\":[");
	for (int i = 0; i < finding->change_count; i++) {
		const struct change *change = &finding->changes[i];

		buf_add_text(&page->out, i ? ",{" : "{");
		if (change->kind == CHANGE_DESCRIPTORS)
			buf_printf(&page->out, "\"setting\":\"RLIMIT_NOFILE\",\"pid\":%u",
				   change->pid);
		else
			buf_printf(&page->out, "\"setting\":\"%s\"", change->name);
		json_text(page, "from", change->from);
		json_text(page, "to", change->to);
		buf_add_char(&page->out, '}');
	}
	buf_add_char(&page->out, ']');
}

static void add_finding(struct page *page, const struct finding *finding)
{
	const struct check *check = finding->check;
	const struct check_words *words = &check->words[page->lang];

	buf_add_text(&page->out, "{\"type\":\"finding\",\"schema\":1");
	json_text(page, "id", check->id);
	add_expanded(page, finding, "summary", words->title);
	buf_printf(&page->out, ",\"certainty\":\"%s\"",
		   finding->suggested ? "suggested" : "proven");
	add_time(page, "since", finding->since_us);
	if (finding->space)
		buf_printf(&page->out, ",\"netns\":%u", finding->space->inode);
	if (finding->pid)
		buf_printf(&page->out, ",\"pid\":%u", finding->pid);
	add_evidence(page, finding);
	add_list(page, finding, "causes", check->causes, CHECK_CAUSES_MAX);
	add_expanded(page, finding, "hurts", words->hurts);
	add_list(page, finding, "fix", words->fix, CHECK_FIXES_MAX);
	add_where(page, finding);
	add_changes(page, finding);
	add_expanded(page, finding, "cost", words->cost);
	add_expanded(page, finding, "folklore", words->folklore);
	buf_add_text(&page->out, "}\n");
}

void audit_json(struct page *page, const struct findings *findings)
{
	for (int i = 0; i < findings->count; i++)
		add_finding(page, &findings->items[i]);
}
