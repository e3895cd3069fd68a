/* SPDX-License-Identifier: MIT */
/* Entries and causes as JSON: docs/schema/entry.json. */
#include "cmds/explain.h"

#include "base/escape.h"

void json_bytes(struct page *page, const char *key, const char *bytes, size_t count)
{
	buf_printf(&page->out, ",\"%s\":\"", key);
	escape_json(&page->out, bytes, count);
	buf_add_char(&page->out, '"');
}

void json_text(struct page *page, const char *key, const char *text)
{
	if (text && *text)
		json_bytes(page, key, text, strlen(text));
}

static void json_expanded(struct page *page, const char *key, const char *text)
{
	struct buf line;

	if (!text)
		return;
	buf_init(&line, 1 << 16);
	lang_expand(page->lang, text, NULL, &line);
	json_text(page, key, buf_text(&line));
	buf_release(&line);
}

/* "key":["a","b"], slots in braces filled. */
static void json_list(struct page *page, const char *key, const char *const *texts, int max)
{
	struct buf line;

	buf_init(&line, 1 << 16);
	buf_printf(&page->out, ",\"%s\":[", key);
	for (int i = 0; i < max && texts[i]; i++) {
		buf_clear(&line);
		lang_expand(page->lang, texts[i], NULL, &line);
		buf_add_text(&page->out, i ? ",\"" : "\"");
		escape_json(&page->out, buf_text(&line), line.length);
		buf_add_char(&page->out, '"');
	}
	buf_add_char(&page->out, ']');
	buf_release(&line);
}

static void json_begin(struct page *page, const char *id, const char *kind)
{
	buf_add_text(&page->out, "{\"type\":\"entry\",\"schema\":1");
	json_text(page, "id", id);
	json_text(page, "kind", kind);
}

void json_entry_open(struct page *page, const struct entry *entry, int rank)
{
	const struct entry_words *words = &entry->words[page->lang];

	json_begin(page, entry->id, entry_kind_name(entry->kind));
	buf_printf(&page->out, ",\"rank\":%d", rank);
	json_text(page, "ecosystem", entry->ecosystem);
	json_text(page, "message", entry->message);
	json_text(page, "code", entry->code);
	json_text(page, "scope", entry_scope_name(entry->scope));
	json_text(page, "default", entry->default_value[page->lang]);
	json_text(page, "summary", words->meaning);
	json_text(page, "evidence", words->evidence);
	if (entry->kind < ENTRY_SYSCTL) {
		buf_add_text(&page->out, ",\"side\":{");
		buf_printf(&page->out,
			   "\"call\":\"%s\",\"order\":\"%s\",\"by\":\"%s\",\"packet\":\"%s\"}",
			   entry_op_name(entry->op), entry_call_name(entry->call),
			   entry_who_name(entry->who), entry_packet_name(entry->packet));
	}
	json_list(page, "causes", entry->causes, CAUSES_MAX);
	json_list(page, "fix", words->fix, ENTRY_FIX_MAX);
	json_text(page, "folklore", words->folklore);
	json_text(page, "source", entry->source);
	buf_printf(&page->out, ",\"verified\":%s", entry->verified ? "true" : "false");
}

void json_entry(struct page *page, const struct entry *entry, int rank)
{
	json_entry_open(page, entry, rank);
	buf_add_text(&page->out, "}\n");
}

void json_cause(struct page *page, const struct cause *cause)
{
	const struct cause_words *words = page->lang == LANG_ZH ? &cause->zh : &cause->en;
	const char *classes[CLASS_COUNT + 1] = { class_name(cause->usual) };
	const char *self[] = { cause->id, NULL };
	int count = 1;

	for (int class_ = CLASS_UNKNOWN + 1; class_ < CLASS_COUNT; class_++)
		if (class_ != (int)cause->usual && cause->classes >> class_ & 1)
			classes[count++] = class_name((enum reset_class)class_);
	json_begin(page, cause->id, "cause");
	buf_add_text(&page->out, ",\"rank\":1");
	json_expanded(page, "title", words->title);
	json_list(page, "classes", classes, CLASS_COUNT);
	json_expanded(page, "summary", words->summary);
	json_expanded(page, "story", words->story);
	json_expanded(page, "decide", words->decide);
	json_list(page, "causes", self, 1);
	json_list(page, "fix", words->fix, CAUSE_FIXES_MAX);
	json_expanded(page, "folklore", words->folklore);
	json_list(page, "sources", cause->sources, CAUSE_SOURCES_MAX);
	buf_add_text(&page->out, "}\n");
}

void json_unknown(struct page *page, const char *words)
{
	json_begin(page, "unknown", "unknown");
	json_bytes(page, "message", words, strlen(words) > 200 ? 200 : strlen(words));
	json_text(page, "summary", page_pick(page, "no entry fits", "没有匹配的条目"));
	buf_add_text(&page->out, ",\"causes\":[],\"fix\":[]}\n");
}
