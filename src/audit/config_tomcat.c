/* SPDX-License-Identifier: MIT */
/* The connectors of Tomcat's server.xml, and of nothing else in it. */
#include <string.h>

#include "audit/config.h"

struct reader {
	struct config *config;
	const char *file;
	char *at, *end;
	int line;
};

static bool starts(const struct reader *r, const char *word)
{
	size_t length = strlen(word);

	return (size_t)(r->end - r->at) >= length && !memcmp(r->at, word, length);
}

static void step(struct reader *r, size_t count)
{
	for (; count && r->at < r->end; count--)
		r->line += *r->at++ == '\n';
}

/* Behind the next @word; false if there is none. */
static bool skip_to(struct reader *r, const char *word)
{
	while (r->at < r->end && !starts(r, word))
		step(r, 1);
	if (r->at == r->end)
		return false;
	step(r, strlen(word));
	return true;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/*
 * name = "value" becomes the word name=value, in place. False at the end of the tag, or where it
 * cannot be read.
 */
static bool take_attribute(struct reader *r, struct config_item *item)
{
	char *name, *to, quote;

	while (r->at < r->end && is_space(*r->at))
		step(r, 1);
	if (r->at == r->end || *r->at == '>' || *r->at == '/')
		return false;
	name = to = r->at;
	while (r->at < r->end && !is_space(*r->at) && !strchr("=>/", *r->at)) {
		to++;
		step(r, 1);
	}
	while (r->at < r->end && is_space(*r->at))
		step(r, 1);
	if (r->at == r->end || *r->at != '=') {
		config_problem(r->config, r->file, r->line, "= and a value in quotes",
			       "应为 = 和带引号的值");
		return false;
	}
	step(r, 1);
	while (r->at < r->end && is_space(*r->at))
		step(r, 1);
	if (r->at == r->end || (*r->at != '"' && *r->at != '\'')) {
		config_problem(r->config, r->file, r->line, "a value in quotes", "值应带引号");
		return false;
	}
	quote = *r->at;
	step(r, 1);
	*to++ = '=';
	while (r->at < r->end && *r->at != quote) {
		*to++ = *r->at;
		step(r, 1);
	}
	if (r->at == r->end) {
		config_problem(r->config, r->file, item->line, "a closing quote", "缺少右引号");
		return false;
	}
	step(r, 1);
	*to = '\0';
	if (item->count < CONFIG_WORDS_MAX)
		item->words[item->count++] = name;
	return true;
}

void config_parse_tomcat(struct config *config, const char *file, char *text, size_t length)
{
	static char name[] = "Connector";
	struct reader r = {
		.config = config, .file = file, .at = text, .end = text + length, .line = 1
	};

	while (r.at < r.end) {
		struct config_item item = {
			.file = file, .line = r.line, .parent = -1, .count = 1, .words = { name }
		};

		if (starts(&r, "<!--")) {
			if (!skip_to(&r, "-->"))
				config_problem(config, file, item.line, "--> for this <!--",
					       "此 <!-- 缺少 -->");
		} else if (starts(&r, "<Connector") && r.end - r.at > 10 && is_space(r.at[10])) {
			step(&r, 10);
			while (take_attribute(&r, &item))
				;
			config_add(config, &item);
		} else {
			step(&r, 1);
		}
	}
}
