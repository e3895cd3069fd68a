/* SPDX-License-Identifier: MIT */
/* Findings as a screen for people. */
#include "cmds/audit.h"

#include <stdio.h>

#include "draw/width.h"

#define RED "\033[31m"
#define YELLOW "\033[33m"
#define GREEN "\033[32m"
#define PLAIN "\033[0m"

static void colored(struct page *page, const char *color, const char *text)
{
	if (page->common->use_color)
		buf_add_text(&page->out, color);
	buf_add_text(&page->out, text);
	if (page->common->use_color)
		buf_add_text(&page->out, PLAIN);
}

static void add_row(struct page *page, const struct finding *finding, const char *label,
		    const char *bullet, const char *template_, struct buf *line)
{
	buf_clear(line);
	if (template_ && finding_expand(finding, page->lang, template_, line))
		page_row(page, label, bullet, buf_text(line));
}

static void add_facts(struct page *page, const struct finding *finding, struct buf *line)
{
	const struct check_fact *facts = finding->check->facts;
	const char *label = finding->suggested ? page_pick(page, "hint", "线索")
					       : page_pick(page, "proof", "依据");

	for (int i = 0; i < CHECK_FACTS_MAX && facts[i].name; i++) {
		buf_clear(line);
		if (!finding_slot(finding, facts[i].name, strlen(facts[i].name)) ||
		    !finding_expand(finding, page->lang, facts[i].words[page->lang], line))
			continue;
		page_row(page, label, NULL, buf_text(line));
		label = NULL;
	}
	add_row(page, finding, NULL, NULL,
		page_pick(page, "in network namespace {namespace}",
			  "所在网络命名空间：{namespace}"),
		line);
}

static void add_fixes(struct page *page, const struct finding *finding, struct buf *line)
{
	const struct check_words *words = &finding->check->words[page->lang];
	const char *label = page_pick(page, "change", "怎么改");
	int number = 0;

	for (int i = 0; i < CHECK_FIXES_MAX && words->fix[i]; i++) {
		char bullet[16];

		buf_clear(line);
		if (!finding_expand(finding, page->lang, words->fix[i], line))
			continue;
		snprintf(bullet, sizeof(bullet), "%d. ", ++number);
		page_row(page, label, bullet, buf_text(line));
		label = NULL;
	}
}

static void add_causes(struct page *page, const struct finding *finding, struct buf *line)
{
	buf_clear(line);
	for (int i = 0; i < CHECK_CAUSES_MAX && finding->check->causes[i]; i++) {
		buf_add_text(line, i ? ", " : "");
		buf_add_text(line, finding->check->causes[i]);
	}
	page_row(page, page_pick(page, "seen as", "表现为"), NULL, buf_text(line));
}

static void add_finding(struct page *page, const struct finding *finding, struct buf *line)
{
	const struct check_words *words = &finding->check->words[page->lang];

	buf_add_char(&page->out, '\n');
	colored(page, finding->suggested ? YELLOW : RED, finding->suggested ? "○ " : "● ");
	buf_clear(line);
	finding_expand(finding, page->lang, words->title, line);
	page_strong(page, buf_text(line));
	buf_add_char(&page->out, '\n');
	add_facts(page, finding, line);
	if (page->common->quiet)
		return;
	add_row(page, finding, page_pick(page, "so", "后果"), NULL, words->hurts, line);
	add_causes(page, finding, line);
	add_fixes(page, finding, line);
	add_row(page, finding, page_pick(page, "costs", "代价"), NULL, words->cost, line);
	add_row(page, finding, page_pick(page, "not so", "误区"), NULL, words->folklore, line);
	for (int i = 0;
	     page->common->verbose && i < CHECK_SOURCES_MAX && finding->check->sources[i]; i++)
		page_row(page, i ? NULL : page_pick(page, "sources", "出处"), NULL,
			 finding->check->sources[i]);
}

static int count_proven(const struct findings *findings)
{
	int proven = 0;

	for (int i = 0; i < findings->count; i++)
		proven += !findings->items[i].suggested;
	return proven;
}

static void add_span(struct page *page, const struct audit *audit, struct buf *line)
{
	if (audit->config_files) {
		buf_printf(line,
			   page->lang == LANG_ZH      ? "%d 个配置文件"
			   : audit->config_files == 1 ? "%d configuration file"
						      : "%d configuration files",
			   audit->config_files);
		return;
	}
	if (!audit->since_boot) {
		lang_add_duration(page->lang, audit->interval_us, line);
		buf_add_text(line, page_pick(page, ", ", "，"));
	}
	if (audit->space_count == 1 && !audit->host_wide)
		buf_add_text(line, page_pick(page, "one network namespace", "一个网络命名空间"));
	else
		buf_printf(line,
			   page->lang == LANG_ZH     ? "%d 个网络命名空间"
			   : audit->space_count == 1 ? "%d network namespace"
						     : "%d network namespaces",
			   audit->space_count);
}

static void add_answer(struct page *page, const struct audit *audit,
		       const struct findings *findings, struct buf *line)
{
	int proven = count_proven(findings), suggested = findings->count - proven;

	buf_clear(line);
	if (proven)
		buf_printf(line,
			   page->lang == LANG_ZH ? "有 %d 处正在伤害连接"
			   : proven == 1	 ? "%d thing is hurting connections here"
						 : "%d things are hurting connections here",
			   proven);
	else if (suggested && audit->config_files)
		buf_printf(line,
			   page->lang == LANG_ZH ? "其中有 %d 处值得看"
			   : suggested == 1	 ? "%d thing to look at in there"
						 : "%d things to look at in there",
			   suggested);
	else if (suggested)
		buf_printf(line,
			   page_pick(page, "Nothing is proven to hurt; %d to look at",
				     "没有已证实的问题；有 %d 处值得再看"),
			   suggested);
	else if (audit->config_files)
		buf_add_text(line, page_pick(page, "Nothing in there hurts connections",
					     "其中没有会伤害连接的设置"));
	else
		buf_add_text(line, page_pick(page, "Nothing is hurting connections here",
					     "没有发现正在伤害连接的问题"));
	colored(page, proven ? RED : suggested ? YELLOW : GREEN, buf_text(line));
	buf_clear(line);
	buf_add_text(line, page_pick(page, " (", "（"));
	add_span(page, audit, line);
	buf_add_text(line, page_pick(page, ")\n", "）\n"));
	buf_add_text(&page->out, buf_text(line));
	if (audit->since_boot)
		page_row(page, NULL, NULL,
			 page_pick(page,
				   "Totals since boot say that something happened, not when: "
				   "without --since-boot two samples show what happens now.",
				   "开机以来的总数只说明发生过，不说明什么时候：不加 --since-boot "
				   "时用两次采样看当前情况。"));
}

static void add_looked_at(struct page *page, const struct audit *audit, struct buf *line)
{
	buf_clear(line);
	for (int i = 0; i < check_table_count; i++) {
		if (!check_applies(check_table[i], audit))
			continue;
		if (line->length)
			buf_add_text(line, page_pick(page, ", ", "、"));
		buf_add_text(line, check_table[i]->words[page->lang].sampled);
	}
	buf_add_char(&page->out, '\n');
	page_row(page, page_pick(page, "looked at", "查看了"), NULL, buf_text(line));
}

/* What --apply would do about them. */
static void add_apply(struct page *page, const struct findings *findings)
{
	int changes = 0;

	for (int i = 0; i < findings->count; i++)
		changes += findings->items[i].change_count;
	if (!changes)
		return;
	buf_add_char(&page->out, '\n');
	page_row(page, page_pick(page, "at once", "一键"), NULL,
		 page_pick(page,
			   "`whyrst audit --apply` makes the changes with -> above, after showing "
			   "the difference and asking; `whyrst audit --undo` takes them back.",
			   "`whyrst audit --apply` 完成上面带 -> 的改动，先显示差异再询问；"
			   "`whyrst audit --undo` 可以还原。"));
}

void audit_text(struct page *page, const struct audit *audit, const struct findings *findings,
		bool offers_apply)
{
	struct buf line;

	buf_init(&line, 1 << 16);
	add_answer(page, audit, findings, &line);
	for (int i = 0; i < findings->count; i++)
		if (!findings->items[i].suggested)
			add_finding(page, &findings->items[i], &line);
	for (int i = 0; i < findings->count; i++)
		if (findings->items[i].suggested)
			add_finding(page, &findings->items[i], &line);
	if (!page->common->quiet && offers_apply)
		add_apply(page, findings);
	if (!page->common->quiet)
		add_looked_at(page, audit, &line);
	buf_release(&line);
}
