/* SPDX-License-Identifier: MIT */
/* Entries, causes and the catalogue as text. */
#include "cmds/explain.h"

#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/escape.h"
#include "cmds/nearest.h"
#include "draw/width.h"
#include "sinks/diagram.h"

#define PAGE_MAX ((size_t)4 << 20)
#define INDENT 2
#define LABEL 10 /* columns of the labels */
#define ID_COLUMN 24

void page_init(struct page *page, const struct cmd_common *common)
{
	struct winsize size;

	*page = (struct page){ .common = common, .lang = common->lang };
	if (isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0)
		page->width = size.ws_col;
	page->ascii = diagram_locale_is_ascii() && page->lang == LANG_EN;
	buf_init(&page->out, PAGE_MAX);
}

void page_release(struct page *page)
{
	buf_release(&page->out);
}

void page_flush(struct page *page)
{
	if (page->ascii)
		width_to_ascii(&page->out);
	fwrite(buf_text(&page->out), 1, page->out.length, stdout);
	buf_clear(&page->out);
}

const char *page_pick(const struct page *page, const char *en, const char *zh)
{
	return page->lang == LANG_ZH ? zh : en;
}

static void styled(struct page *page, const char *on, const char *text)
{
	if (page->common->use_color)
		buf_add_text(&page->out, on);
	buf_add_text(&page->out, text);
	if (page->common->use_color)
		buf_add_text(&page->out, "\033[0m");
}

void page_strong(struct page *page, const char *text)
{
	styled(page, "\033[1m", text);
}

void page_row(struct page *page, const char *label, const char *bullet, const char *text)
{
	int column = INDENT + LABEL, taken = 0;

	if (!text || !*text)
		return;
	buf_add_repeated(&page->out, ' ', INDENT);
	if (label) {
		styled(page, "\033[2m", label);
		taken = width_of(label);
	}
	buf_add_repeated(&page->out, ' ', taken < LABEL ? (size_t)(LABEL - taken) : 1);
	if (taken >= LABEL)
		column = INDENT + taken + 1;
	if (bullet) {
		buf_add_text(&page->out, bullet);
		column += width_of(bullet);
	}
	width_wrap(&page->out, text, column, column, page->width);
	buf_add_char(&page->out, '\n');
}

static void add_title(const struct page *page, const struct cause *cause, struct buf *out)
{
	const struct cause_words *words = page->lang == LANG_ZH ? &cause->zh : &cause->en;

	lang_expand(page->lang, words->title, NULL, out);
}

void explain_causes(struct page *page, const struct entry *entry)
{
	/* A knob, a full table or a taken port is seen on the wire as these, not made by them. */
	bool seen_as =
		entry->kind >= ENTRY_SYSCTL || entry->op == OP_BIND || entry->op == OP_ACCEPT;
	const char *label = seen_as ? page_pick(page, "seen as", "表现为")
				    : page_pick(page, "causes", "可能原因");
	const char *const *ids = entry->causes;
	struct buf line;

	buf_init(&line, 4096);
	for (int i = 0; ids[i]; i++) {
		const struct cause *cause = cause_find(ids[i]);

		buf_clear(&line);
		width_pad(&line, ids[i], ID_COLUMN);
		if (cause)
			add_title(page, cause, &line);
		page_row(page, i ? NULL : label, NULL, buf_text(&line));
	}
	buf_release(&line);
}

static void add_fixes(struct page *page, const char *const *fix, int max)
{
	struct buf line;
	char bullet[16];

	buf_init(&line, 1 << 16);
	for (int i = 0; i < max && fix[i]; i++) {
		snprintf(bullet, sizeof(bullet), "%d. ", i + 1);
		buf_clear(&line);
		lang_expand(page->lang, fix[i], NULL, &line);
		page_row(page, i ? NULL : page_pick(page, "do", "怎么办"), bullet, buf_text(&line));
	}
	buf_release(&line);
}

static void add_leading_ladder(struct page *page, const char *const *ids)
{
	const struct cause *cause = ids[0] ? cause_find(ids[0]) : NULL;
	size_t before = page->out.length, heading;

	if (!cause)
		return;
	buf_printf(&page->out, page_pick(page, "  how %s looks:\n", "  %s 的时序图：\n"),
		   cause->id);
	heading = page->out.length;
	if (!explain_ladder(page, cause) || page->out.length == heading) {
		page->out.length = before;
		return;
	}
}

static const char *kind_words(const struct page *page, enum entry_kind kind)
{
	if (page->lang == LANG_ZH && kind == ENTRY_ERROR)
		return "程序报错";
	if (page->lang == LANG_ZH && kind == ENTRY_COUNTER)
		return "计数器";
	if (page->lang == LANG_ZH && kind == ENTRY_LIMIT)
		return "上限";
	return entry_kind_name(kind);
}

/* "sysctl · per network namespace · default 60 s", "error · nginx error.log · 104". */
static void add_kind(struct page *page, const struct entry *entry)
{
	const char *value = entry->default_value[page->lang];

	buf_add_repeated(&page->out, ' ', INDENT);
	buf_add_text(&page->out, kind_words(page, entry->kind));
	if (entry->ecosystem)
		buf_printf(&page->out, " · %s", entry->ecosystem);
	if (entry->code && (!entry->message || strcmp(entry->code, entry->message)))
		buf_printf(&page->out, " · %s", entry->code);
	if (entry->scope)
		buf_printf(&page->out, " · %s", entry_scope_words(entry->scope, page->lang));
	/* "gone since 4.12" says it by itself. */
	if (value && strncmp(value, "gone", 4) && !strstr(value, "删除"))
		buf_printf(&page->out, page_pick(page, " · default %s", " · 默认 %s"), value);
	else if (value)
		buf_printf(&page->out, " · %s", value);
	buf_add_char(&page->out, '\n');
}

void explain_entry(struct page *page, const struct entry *entry)
{
	const struct entry_words *words = &entry->words[page->lang];
	bool knob = entry->kind >= ENTRY_SYSCTL;
	struct buf line;

	page_strong(page, entry->message ? entry->message : entry->id);
	buf_add_char(&page->out, '\n');
	if (page->common->quiet) {
		page_row(page, NULL, NULL, words->meaning);
		return;
	}
	add_kind(page, entry);
	page_row(page, page_pick(page, "means", "含义"), NULL, words->meaning);
	buf_init(&line, 4096);
	entry_add_side(entry, page->lang, &line);
	page_row(page, page_pick(page, "side", "哪一侧"), NULL, buf_text(&line));
	buf_release(&line);
	if (entry->kind == ENTRY_COUNTER)
		page_row(page, page_pick(page, "a rise", "上涨说明"), NULL, words->evidence);
	else
		page_row(page, page_pick(page, "hurts if", "有害迹象"), NULL, words->evidence);
	explain_causes(page, entry);
	if (!knob)
		add_leading_ladder(page, entry->causes);
	add_fixes(page, words->fix, ENTRY_FIX_MAX);
	page_row(page, page_pick(page, "not true", "误传"), NULL, words->folklore);
	if (page->common->verbose && entry->source)
		page_row(page, page_pick(page, "known by", "依据"), NULL, entry->source);
	if (page->common->verbose && !entry->verified)
		page_row(page, NULL, NULL,
			 page_pick(page, "from documentation, not measured", "来自文档，未经实测"));
}

void explain_entry_line(struct page *page, const struct entry *entry)
{
	struct buf line;

	buf_init(&line, 8192);
	if (entry->ecosystem)
		buf_printf(&line, "%s · ", entry->ecosystem);
	buf_add_text(&line, entry->message ? entry->message : entry->id);
	buf_add_text(&line, page_pick(page, ": ", "："));
	buf_add_text(&line, entry->words[page->lang].meaning);
	page_row(page, NULL, "- ", buf_text(&line));
	buf_release(&line);
}

static void add_expanded(struct page *page, const char *label, const char *text)
{
	struct buf line;

	if (!text)
		return;
	buf_init(&line, 1 << 16);
	lang_expand(page->lang, text, NULL, &line);
	page_row(page, label, NULL, buf_text(&line));
	buf_release(&line);
}

void explain_cause(struct page *page, const struct cause *cause)
{
	const struct cause_words *words = page->lang == LANG_ZH ? &cause->zh : &cause->en;
	struct buf line;

	buf_init(&line, 8192);
	buf_printf(&line, "%s · ", cause->id);
	add_title(page, cause, &line);
	page_strong(page, buf_text(&line));
	buf_add_char(&page->out, '\n');
	buf_clear(&line);
	for (int class_ = CLASS_UNKNOWN + 1; class_ < CLASS_COUNT; class_++)
		if (class_ != (int)cause->usual && cause->classes >> class_ & 1)
			buf_printf(&line, ", %s", class_name((enum reset_class)class_));
	buf_printf(&page->out, page_pick(page, "  cause · class %s%s\n", "  原因 · 类别 %s%s\n"),
		   class_name(cause->usual), buf_text(&line));
	buf_release(&line);
	add_expanded(page, page_pick(page, "what", "是什么"), words->summary);
	if (page->common->quiet)
		return;
	add_expanded(page, page_pick(page, "how", "过程"), words->story);
	buf_add_text(&page->out, page_pick(page, "  how it looks:\n", "  时序图：\n"));
	explain_ladder(page, cause);
	add_expanded(page, page_pick(page, "decides", "如何确认"), words->decide);
	add_fixes(page, words->fix, CAUSE_FIXES_MAX);
	add_expanded(page, page_pick(page, "not true", "误传"), words->folklore);
	for (int i = 0; page->common->verbose && i < CAUSE_SOURCES_MAX && cause->sources[i]; i++)
		page_row(page, i ? NULL : page_pick(page, "sources", "出处"), NULL,
			 cause->sources[i]);
}

static void catalogue_causes(struct page *page)
{
	struct buf line;

	buf_init(&line, 8192);
	for (int class_ = CLASS_UNKNOWN + 1; class_ < CLASS_COUNT; class_++) {
		buf_clear(&line);
		buf_printf(&line, "%s", class_name((enum reset_class)class_));
		page_strong(page, buf_text(&line));
		buf_printf(&page->out, "  %s\n",
			   lang_class_means(page->lang, (enum reset_class)class_));
		for (int i = 0; i < cause_table_count; i++) {
			if ((int)cause_table[i]->usual != class_)
				continue;
			buf_clear(&line);
			buf_add_text(&line, "  ");
			width_pad(&line, cause_table[i]->id, ID_COLUMN);
			add_title(page, cause_table[i], &line);
			buf_add_text(&page->out, buf_text(&line));
			buf_add_char(&page->out, '\n');
		}
	}
	buf_release(&line);
}

static void catalogue_kind(struct page *page, const char *title, enum entry_kind from,
			   enum entry_kind to)
{
	struct buf line;

	buf_init(&line, 8192);
	page_strong(page, title);
	buf_add_char(&page->out, '\n');
	for (int i = 0; i < entry_count; i++) {
		const struct entry *entry = &entry_table[i];
		const char *name = entry->id;

		if (entry->kind < from || entry->kind > to)
			continue;
		if (entry->message)
			name = entry->code && *entry->code ? entry->code : entry->id;
		buf_clear(&line);
		buf_add_text(&line, "  ");
		width_pad(&line, name, ID_COLUMN);
		if (width_of(name) > ID_COLUMN && page->width) {
			buf_add_char(&line, '\n');
			buf_add_repeated(&line, ' ', ID_COLUMN + 2);
		}
		buf_add_char(&line, ' ');
		width_wrap(&line,
			   entry->message ? entry->message : entry->words[page->lang].meaning,
			   ID_COLUMN + 3, ID_COLUMN + 3, page->width);
		buf_add_text(&page->out, buf_text(&line));
		buf_add_char(&page->out, '\n');
	}
	buf_release(&line);
}

void explain_catalogue(struct page *page)
{
	int errors = 0;

	for (int i = 0; i < entry_count; i++)
		errors += entry_table[i].kind == ENTRY_ERROR;
	catalogue_causes(page);
	catalogue_kind(page, page_pick(page, "errnos", "错误码"), ENTRY_ERRNO, ENTRY_ERRNO);
	catalogue_kind(page, page_pick(page, "sysctls and limits", "内核参数与上限"), ENTRY_SYSCTL,
		       ENTRY_LIMIT);
	catalogue_kind(page, page_pick(page, "counters", "计数器"), ENTRY_COUNTER, ENTRY_COUNTER);
	buf_printf(&page->out,
		   page_pick(page,
			     "and %d messages of programs: whyrst explain 'the line', or "
			     "whyrst explain < app.log\n",
			     "另有 %d 条程序报错：whyrst explain '报错行'，或 whyrst explain < "
			     "app.log\n"),
		   errors);
}

void explain_unknown(struct page *page, const char *words)
{
	struct nearest nearest;
	struct buf shown;

	buf_init(&shown, 4096);
	escape_terminal(&shown, words, strlen(words) > 200 ? 200 : strlen(words));
	page_strong(page, page_pick(page, "unknown", "未知"));
	buf_printf(&page->out, page_pick(page, ": '%s' fits no entry\n", "：“%s”没有匹配的条目\n"),
		   buf_text(&shown));
	buf_release(&shown);
	nearest_init(&nearest, words);
	for (int i = 0; i < cause_table_count; i++)
		nearest_offer(&nearest, 0, cause_table[i]->id);
	for (int i = 0; i < entry_alias_count; i++)
		if (strlen(entry_alias_table[i].name) < NEAREST_NAME_MAX &&
		    strlen(entry_alias_table[i].name) > 4)
			nearest_offer(&nearest, 0, entry_alias_table[i].name);
	if (*nearest_text(&nearest))
		page_row(page, page_pick(page, "near", "相近"), NULL, nearest_text(&nearest));
	page_row(page, page_pick(page, "try", "试试"), NULL,
		 page_pick(page,
			   "the whole line of the log with its message; the innermost \"Caused "
			   "by\" of "
			   "a stack trace; the errno's name or number; whyrst explain without "
			   "words for "
			   "the list",
			   "贴上含报错的整行日志；堆栈里最内层的 Caused by；errno 的名字或数字；"
			   "不带参数执行 whyrst explain 查看清单"));
}
