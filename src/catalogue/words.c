/* SPDX-License-Identifier: MIT */
/* What a person asked for: exact names in any spelling, else a line. */
#include "catalogue/match.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

/* Above every score of a pattern: a name is meant, not met. */
#define SCORE_NAME 2000
#define SCORE_MESSAGE 1900
#define SCORE_LOOSE 1000 /* after stripping "errno", "-", "TcpExt" */
#define SCORE_TOKEN 500	 /* a knob's name inside other words */
#define SCORE_STATE 48	 /* an HAProxy termination state in its column */
#define SCORE_CODE 10	 /* a short code among other words: nothing better was found */

#define NAME_MAX_LENGTH 200

static void add(struct matches *matches, int entry, int score)
{
	for (int i = 0; i < matches->count; i++) {
		if (matches->match[i].entry != entry)
			continue;
		if (matches->match[i].score < score)
			matches->match[i].score = score;
		return;
	}
	if (matches->count < MATCH_MAX)
		matches->match[matches->count++] = (struct match){ .entry = entry, .score = score };
}

static bool is_knob(int entry)
{
	return entry_table[entry].kind >= ENTRY_SYSCTL;
}

/*
 * Adds what is called @name. The names of an entry are in order of importance, its message last:
 * 10054 is Windows' name first and one of Linux' ECONNRESET last. Case counts where it makes a
 * difference (HAProxy's sH and SH).
 */
static int add_named(struct matches *matches, const char *name, int score, bool knobs_only)
{
	int added = 0, place = 0;

	for (int exact = 1; exact >= 0 && !added; exact--) {
		for (int i = 0; i < entry_alias_count; i++) {
			const struct entry_alias *alias = &entry_alias_table[i];
			const char *message = entry_table[alias->entry].message;

			place = i && entry_alias_table[i - 1].entry == alias->entry ? place + 1 : 0;
			if (exact ? strcmp(alias->name, name) : strcasecmp(alias->name, name))
				continue;
			if (knobs_only && !is_knob(alias->entry))
				continue;
			if (message && !strcmp(message, alias->name))
				add(matches, alias->entry, score - (SCORE_NAME - SCORE_MESSAGE));
			else
				add(matches, alias->entry, score - place);
			added++;
		}
	}
	return added;
}

/* Copies without leading and trailing blanks, quotes and full stops, runs of blanks as one. */
static size_t tidy(const char *words, size_t length, char *ret_text, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < length && n + 1 < size; i++) {
		char c = words[i];

		if (c == '\n' || c == '\r' || c == '\t' || c == '\0')
			c = ' ';
		if (c == ' ' && (n == 0 || ret_text[n - 1] == ' '))
			continue;
		ret_text[n++] = c;
	}
	while (n && strchr(" .,;", ret_text[n - 1]))
		n--;
	ret_text[n] = '\0';
	return n;
}

static bool is_filler(const char *word)
{
	static const char *const fillers[] = { "errno", "os",	   "error",  "code",	 "no",
					       "err",	"number",  "wsa",    "winsock",	 "status",
					       "exit",	"sysctl",  "-w",     "winerror", "socket",
					       "nstat", "counter", "kernel", "e" };

	for (size_t i = 0; i < sizeof(fillers) / sizeof(fillers[0]); i++)
		if (!strcasecmp(word, fillers[i]))
			return true;
	return false;
}

/* "errno 104", "os error 104", "errno=-104", "[Errno 104]", "0x80072746": the one name in it. */
static void add_loosely(struct matches *matches, const char *text)
{
	char copy[NAME_MAX_LENGTH], number[16], *save = NULL, *left = NULL;
	unsigned long hex;

	if (strlen(text) >= sizeof(copy))
		return;
	strcpy(copy, text);
	for (char *word = strtok_r(copy, " =:()[]#,'\"", &save); word;
	     word = strtok_r(NULL, " =:()[]#,'\"", &save)) {
		if (is_filler(word))
			continue;
		if (left)
			return;
		left = word;
	}
	if (!left)
		return;
	add_named(matches, left, SCORE_LOOSE, false);
	if (left[0] == '-' && left[1])
		add_named(matches, left + 1, SCORE_LOOSE - 100, false);
	/* HRESULT_FROM_WIN32() of a Winsock error. */
	if (!strncasecmp(left, "0x8007", 6) && strlen(left) == 10) {
		hex = strtoul(left + 6, NULL, 16);
		snprintf(number, sizeof(number), "%lu", hex);
		add_named(matches, number, SCORE_LOOSE - 100, false);
	}
}

/* "sysctl -w net.ipv4.tcp_fin_timeout=30", "/proc/sys/net/core/somaxconn", "TcpExtListenDrops 7".
 */
static void add_tokens(struct matches *matches, const char *text)
{
	static const char *const prefixes[] = { "proc.sys.", ".proc.sys.", "TcpExt", "Tcp",
						"IpExt" };
	char token[NAME_MAX_LENGTH];

	for (const char *at = text; *at;) {
		size_t n = strcspn(at, " =:,;()[]\"'{}");

		if (n >= 2 && n < sizeof(token)) {
			memcpy(token, at, n);
			token[n] = '\0';
			for (size_t i = 0; i < n; i++)
				if (token[i] == '/')
					token[i] = '.';
			add_named(matches, token, SCORE_TOKEN, true);
			for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++) {
				size_t skip = strlen(prefixes[i]);

				if (!strncasecmp(token, prefixes[i], skip) && token[skip])
					add_named(matches, token + skip, SCORE_TOKEN, true);
			}
		}
		at += n + (at[n] != '\0');
	}
}

/* Envoy's UC or HAProxy's SH as a word among words, where nothing else says anything. */
static void add_codes(struct matches *matches, const char *text)
{
	for (const char *at = text; *at;) {
		size_t n = strcspn(at, " ,\"'()[]");
		char code[8];

		if (n == 2 || (n == 4 && !strncmp(at + 2, "--", 2))) {
			memcpy(code, at, 2);
			code[2] = '\0';
			for (int i = 0; i < entry_alias_count; i++)
				if (!strcmp(entry_alias_table[i].name, code) && code[1] >= 'A' &&
				    code[1] <= 'Z')
					add(matches, entry_alias_table[i].entry, SCORE_CODE);
		}
		at += n + (at[n] != '\0');
	}
}

static void sort(struct matches *matches)
{
	for (int i = 1; i < matches->count; i++) {
		struct match match = matches->match[i];
		int place = i;

		while (place > 0) {
			const struct match *before = &matches->match[place - 1];
			int lead = match.score - before->score;

			if (!lead)
				lead = entry_table[match.entry].weight -
				       entry_table[before->entry].weight;
			if (lead <= 0)
				break;
			matches->match[place] = *before;
			place--;
		}
		matches->match[place] = match;
	}
}

int match_words(const char *words, size_t length, struct matches *ret_matches)
{
	char padded[MATCH_WORDS_MAX + 2 * MATCH_PAD + 1];
	char *text = padded + MATCH_PAD;
	struct matches line;
	size_t size, offset;
	int entry;

	ret_matches->count = 0;
	memset(padded, ' ', MATCH_PAD);
	size = tidy(words, length, text, MATCH_WORDS_MAX);
	if (!size)
		return 0;
	memset(text + size + 1, 0, MATCH_PAD);
	if (size < NAME_MAX_LENGTH) {
		add_named(ret_matches, text, SCORE_NAME, false);
		add_loosely(ret_matches, text);
	}
	add_tokens(ret_matches, text);
	match_line(text, size, &line);
	for (int i = 0; i < line.count; i++)
		add(ret_matches, line.match[i].entry, line.match[i].score);
	entry = match_haproxy(text, size, &offset);
	if (entry >= 0)
		add(ret_matches, entry, SCORE_STATE);
	if (!ret_matches->count)
		add_codes(ret_matches, text);
	sort(ret_matches);
	return ret_matches->count;
}
