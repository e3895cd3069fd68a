/* SPDX-License-Identifier: MIT */
/*
 * HAProxy: ".if", ".elif", ".else" and ".endif". What a condition asks for is known here of a
 * number, of strings without variables, and of a variable that the configuration itself sets or
 * takes away. Whether others are set, and which version with what in it HAProxy is, is not.
 */
#include <stdlib.h>
#include <string.h>

#include "audit/config_haproxy.h"

#define DEPTH_MAX 16 /* of brackets */

struct reader {
	const struct config *config;
	const char *at;
	int depth;
	bool is_wrong; /* no condition that is understood here */
};

static enum truth either(enum truth a, enum truth b)
{
	return a == HOLDS || b == HOLDS		  ? HOLDS
	       : a == HOLDS_NOT && b == HOLDS_NOT ? HOLDS_NOT
						  : HOLDS_PERHAPS;
}

static enum truth opposite(enum truth a)
{
	return a == HOLDS ? HOLDS_NOT : a == HOLDS_NOT ? HOLDS : HOLDS_PERHAPS;
}

static bool take(struct reader *r, const char *sign)
{
	r->at += strspn(r->at, " \t");
	if (strncmp(r->at, sign, strlen(sign)) != 0)
		return false;
	r->at += strlen(sign);
	return true;
}

static bool is_named(const struct config_item *item, const char *name, size_t length)
{
	for (int i = 1; i < item->count; i++)
		if (strlen(item->words[i]) == length && !memcmp(item->words[i], name, length))
			return true;
	return false;
}

/* By the last statement that says anything of it. Nobody says here what it inherits. */
static enum truth is_defined(const struct config *config, const char *name, size_t length)
{
	for (int i = config->count - 1; i >= 0; i--) {
		const struct config_item *item = &config->items[i];
		bool sets = config_is(item, "setenv") || config_is(item, "presetenv");

		if (config_is(item, "resetenv"))
			return HOLDS_PERHAPS;
		if ((sets || config_is(item, "unsetenv")) && is_named(item, name, length))
			return item->is_undecided ? HOLDS_PERHAPS : sets ? HOLDS : HOLDS_NOT;
	}
	return HOLDS_PERHAPS;
}

/* "a,b": whether they are the same. */
static enum truth is_same(const char *text, size_t length)
{
	const char *comma = memchr(text, ',', length);
	size_t first = comma ? (size_t)(comma - text) : length;

	if (!comma || memchr(text, '$', length) || memchr(comma + 1, ',', length - first - 1))
		return HOLDS_PERHAPS;
	return first == length - first - 1 && !memcmp(text, comma + 1, first) ? HOLDS : HOLDS_NOT;
}

/* "name(arguments)". */
static enum truth take_question(struct reader *r)
{
	size_t letters = strspn(r->at, "abcdefghijklmnopqrstuvwxyz_");
	const char *name = r->at, *arguments;
	size_t length;

	r->at += letters;
	if (!letters || !take(r, "(")) {
		r->is_wrong = true;
		return HOLDS_PERHAPS;
	}
	arguments = r->at;
	length = strcspn(arguments, "()");
	r->at += length;
	if (!take(r, ")"))
		r->is_wrong = true;
	if (letters == 7 && !memcmp(name, "defined", 7))
		return is_defined(r->config, arguments, length);
	if (letters == 5 && !memcmp(name, "streq", 5))
		return is_same(arguments, length);
	if (letters == 6 && !memcmp(name, "strneq", 6))
		return opposite(is_same(arguments, length));
	return HOLDS_PERHAPS;
}

static enum truth take_either(struct reader *r);

static enum truth take_term(struct reader *r)
{
	bool is_negated = false;
	enum truth truth;

	while (take(r, "!"))
		is_negated = !is_negated;
	if (take(r, "(")) {
		truth = ++r->depth > DEPTH_MAX ? HOLDS_PERHAPS : take_either(r);
		r->is_wrong |= r->depth-- > DEPTH_MAX || !take(r, ")");
	} else if (strspn(r->at, "+-0123456789")) {
		char *end;

		truth = strtol(r->at, &end, 0) ? HOLDS : HOLDS_NOT;
		r->is_wrong |= end == r->at;
		r->at = end;
	} else {
		truth = take_question(r);
	}
	return is_negated ? opposite(truth) : truth;
}

static enum truth take_both(struct reader *r)
{
	enum truth truth = take_term(r);

	while (!r->is_wrong && take(r, "&&"))
		truth = opposite(either(opposite(truth), opposite(take_term(r))));
	return truth;
}

static enum truth take_either(struct reader *r)
{
	enum truth truth = take_both(r);

	while (!r->is_wrong && take(r, "||"))
		truth = either(truth, take_both(r));
	return truth;
}

/* The words behind the first, as one. */
static enum truth condition(const struct config *config, const struct config_item *item)
{
	struct reader r = { .config = config };
	char text[512] = "";
	enum truth truth;

	for (int i = 1; i < item->count; i++) {
		if (strlen(text) + strlen(item->words[i]) + 2 > sizeof(text))
			return HOLDS_PERHAPS;
		strcat(text, i > 1 ? " " : "");
		strcat(text, item->words[i]);
	}
	r.at = text + strspn(text, " \t");
	if (!*r.at)
		return HOLDS_NOT;
	truth = take_either(&r);
	r.at += strspn(r.at, " \t");
	return r.is_wrong || *r.at || item->count == CONFIG_WORDS_MAX ? HOLDS_PERHAPS : truth;
}

/* --- branches ------------------------------------------------------------------------------------
 */

enum truth branches_now(const struct branches *branches)
{
	return branches->depth ? branches->levels[branches->depth - 1].now : HOLDS;
}

static void open_level(struct branches *branches, const struct config *config,
		       const struct config_item *item)
{
	enum truth outer = branches_now(branches);
	struct branch *level = &branches->levels[branches->depth++];

	*level = (struct branch){ .line = item->line, .now = HOLDS_NOT, .taken = HOLDS };
	if (outer == HOLDS_NOT)
		return;
	level->now = level->taken = condition(config, item);
	if (outer == HOLDS_PERHAPS && level->now == HOLDS)
		level->now = HOLDS_PERHAPS;
}

/* ".elif CONDITION"; ".else" is one that holds. */
static void next_branch(struct branches *branches, enum truth truth)
{
	struct branch *level = &branches->levels[branches->depth - 1];
	enum truth outer;

	branches->depth--;
	outer = branches_now(branches);
	branches->depth++;
	level->now = level->taken == HOLDS				       ? HOLDS_NOT
		     : truth == HOLDS_NOT				       ? HOLDS_NOT
		     : level->taken == HOLDS_PERHAPS || outer == HOLDS_PERHAPS ? HOLDS_PERHAPS
									       : truth;
	level->taken = either(level->taken, truth);
}

bool branches_take(struct branches *branches, struct config *config, const struct config_item *item)
{
	bool is_else = config_is(item, ".else"), is_end = config_is(item, ".endif");

	if (item->words[0][0] != '.')
		return false;
	if (config_is(item, ".if")) {
		if (branches->depth == BRANCHES_MAX)
			config_problem(config, item->file, item->line,
				       "fewer .if within each other", ".if 嵌套得少一些");
		else
			open_level(branches, config, item);
	} else if (is_else || is_end || config_is(item, ".elif")) {
		if (!branches->depth)
			config_problem(config, item->file, item->line, "an .if before it",
				       "之前应有 .if");
		else if (is_end)
			branches->depth--;
		else
			next_branch(branches, is_else ? HOLDS : condition(config, item));
	}
	return true;
}

void branches_end(const struct branches *branches, struct config *config, const char *file)
{
	if (branches->depth)
		config_problem(config, file, branches->levels[branches->depth - 1].line,
			       "an .endif that ends it", "应有与之对应的 .endif");
}

int branches_line(const struct branches *branches)
{
	for (int i = 0; i < branches->depth; i++)
		if (branches->levels[i].now == HOLDS_PERHAPS)
			return branches->levels[i].line;
	return 0;
}
