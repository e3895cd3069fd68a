/* SPDX-License-Identifier: MIT */
/*
 * nginx and keepalived: words, blocks in braces. A statement of nginx ends at its semicolon, one of
 * keepalived at the end of its line.
 */
#include <stdio.h>
#include <string.h>

#include "audit/config.h"

#define BLOCKS_MAX 64

struct reader {
	struct config *config;
	const char *file;
	char *at, *end;
	int line;
	struct config_item item; /* the statement that is being read */
	int blocks[BLOCKS_MAX];
	int depth;
	int last; /* keepalived: the statement of the line before, -1 */
};

static bool is_nginx(const struct reader *r)
{
	return r->config->kind == CONFIG_NGINX;
}

static int here(const struct reader *r)
{
	return r->blocks[r->depth];
}

/* Relative paths begin at the folder of the main file. */
static void include(struct reader *r)
{
	char path[512];

	snprintf(path, sizeof(path), "%s%s", r->item.words[1][0] == '/' ? "" : r->config->folder,
		 r->item.words[1]);
	config_include(r->config, path, here(r));
}

/* Its index, or -1. */
static int finish(struct reader *r)
{
	int index = -1;

	r->item.parent = here(r);
	if (r->item.count == 2 && config_is(&r->item, "include"))
		include(r);
	else if (r->item.count)
		index = config_add(r->config, &r->item);
	r->item.count = 0;
	return index;
}

/* Lua: from "--" to the end of the line, or of "--[[ ... ]]" to what ends it. */
static void skip_comment(struct reader *r)
{
	bool is_long = r->end - r->at > 3 && !memcmp(r->at, "--[[", 4);

	while (r->at + 1 < r->end && (is_long ? memcmp(r->at, "]]", 2) != 0 : r->at[1] != '\n')) {
		r->line += is_long && *r->at == '\n';
		r->at++;
	}
}

/* Lua: what stands in its strings and comments opens and closes nothing. */
static void skip_block(struct reader *r)
{
	int open = 1;
	char quote = '\0';

	for (; r->at < r->end && open; r->at++) {
		char c = *r->at;

		r->line += c == '\n';
		if (quote) {
			if (c == quote || c == '\n')
				quote = '\0';
			else if (c == '\\' && r->at + 1 < r->end && r->at[1] != '\n')
				r->at++;
		} else if (c == '"' || c == '\'') {
			quote = c;
		} else if (c == '-' && r->at[1] == '-') {
			skip_comment(r);
		} else {
			open += (c == '{') - (c == '}');
		}
	}
}

static void open_block(struct reader *r)
{
	static const char lua[] = "_by_lua_block";
	size_t length = r->item.count ? strlen(r->item.words[0]) : 0;
	int index;

	/* keepalived takes its brace at the beginning of the next line, too. */
	if (!r->item.count && r->last < 0)
		config_problem(r->config, r->file, r->line, "a name before {", "{ 之前应有名称");
	if (length > sizeof(lua) && !strcmp(r->item.words[0] + length - sizeof(lua) + 1, lua)) {
		r->item.count = 0;
		skip_block(r);
		return;
	}
	index = r->item.count ? finish(r) : r->last;
	r->last = -1;
	if (r->depth + 1 == BLOCKS_MAX) {
		config_problem(r->config, r->file, r->line, "fewer blocks in blocks", "嵌套太深");
		skip_block(r);
		return;
	}
	r->blocks[++r->depth] = index;
}

static void close_block(struct reader *r)
{
	r->last = -1;
	if (r->item.count && is_nginx(r))
		config_problem(r->config, r->file, r->item.line, "; at its end, before }",
			       "} 之前的语句应以 ; 结尾");
	finish(r);
	if (!r->depth)
		config_problem(r->config, r->file, r->line, "a { before this }", "此 } 之前应有 {");
	else
		r->depth--;
}

static bool ends_word(const struct reader *r, const char *at)
{
	if (strchr(" \t\r\n", *at))
		return true;
	/* ${name} is a piece of a word. */
	if (*at == '{')
		return at == r->at || at[-1] != '$';
	return is_nginx(r) ? *at == ';' || *at == '}' : false;
}

/* In place: what is written is never longer than what was read. Returns what ended it. */
static char take_word(struct reader *r)
{
	char quote = *r->at == '"' || *r->at == '\'' ? *r->at : '\0';
	char *to = r->at, *from = r->at + (quote != '\0'), ended = '\0';
	int begin = r->line;
	bool variable = false;

	if (r->item.count < CONFIG_WORDS_MAX)
		r->item.words[r->item.count++] = to;
	for (; from < r->end; from++) {
		if (*from == '\\' && from + 1 < r->end && from[1] != '\n') {
			*to++ = *++from;
			continue;
		}
		if (quote ? *from == quote : !variable && ends_word(r, from))
			break;
		variable = !quote && (*from == '{' || (variable && *from != '}'));
		r->line += *from == '\n';
		*to++ = *from;
	}
	if (from < r->end)
		ended = *from++;
	else if (quote)
		config_problem(r->config, r->file, begin, "a closing quote", "缺少右引号");
	r->at = from;
	*to = '\0';
	return quote ? '\0' : ended;
}

static void end_line(struct reader *r)
{
	/* An empty line changes nothing. */
	if (!is_nginx(r) && r->item.count)
		r->last = finish(r);
	r->line++;
}

static void punctuate(struct reader *r, char c)
{
	if (c == '{')
		open_block(r);
	else if (c == '}')
		close_block(r);
	else if (c == ';' && is_nginx(r))
		finish(r);
	else if (c == '\n')
		end_line(r);
}

static bool is_comment(const struct reader *r)
{
	return *r->at == '#' || (*r->at == '!' && !is_nginx(r));
}

void config_parse_braces(struct config *config, const char *file, char *text, size_t length,
			 int parent)
{
	struct reader r = {
		.config = config,
		.file = file,
		.at = text,
		.end = text + length,
		.line = 1,
		.last = -1,
	};

	r.blocks[0] = parent;
	while (r.at < r.end) {
		char c = *r.at;

		if (is_comment(&r)) {
			while (r.at < r.end && *r.at != '\n')
				r.at++;
		} else if (strchr("{}\n", c) || (c == ';' && is_nginx(&r))) {
			r.at++;
			punctuate(&r, c);
		} else if (c == ' ' || c == '\t' || c == '\r' || c == '\0') {
			r.at++;
		} else {
			if (!r.item.count)
				r.last = -1;
			if (!r.item.count)
				r.item = (struct config_item){ .file = file, .line = r.line };
			punctuate(&r, take_word(&r));
		}
	}
	if (r.item.count && is_nginx(&r))
		config_problem(config, file, r.item.line, "; at its end", "语句应以 ; 结尾");
	finish(&r);
	if (r.depth)
		config_problem(config, file, here(&r) >= 0 ? config->items[here(&r)].line : r.line,
			       "a } for the { that this line opens", "此行打开的 { 缺少对应的 }");
}
