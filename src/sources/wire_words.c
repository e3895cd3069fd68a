/* SPDX-License-Identifier: MIT */
/*
 * FILTER for the kernel. A connection has two directions, a filter sees one packet: "dst port 443"
 * would hide every answer. Words that name hosts, nets and ports alone are turned to mean both
 * directions by leaving out "src" and "dst"; that is wider, never narrower, unless something is
 * negated. Whatever else a filter may say is left to be judged later, packet by packet.
 */
#include <ctype.h>
#include <string.h>

#include "sources/wire.h"

enum {
	WORD_BYTES_MAX = 64,
	WORDS_BYTES_MAX = 4096,
};

struct turn {
	struct buf words;
	bool negates, directed;
	bool named; /* the word before takes a name: "host", "port" */
	bool bare;  /* the word before was "src" or "dst": an address alone may follow */
};

static bool is_one_of(const char *word, const char *const *list)
{
	for (; *list; list++)
		if (!strcmp(word, *list))
			return true;
	return false;
}

/* "10.0.0.0/8", "2001:db8::1", "8000-8080": nothing that could be another keyword. */
static bool is_numeric(const char *word)
{
	return isxdigit((unsigned char)word[0]) || word[0] == ':'
		       ? strspn(word, "0123456789abcdefABCDEF.:/-") == strlen(word) &&
				 strpbrk(word, "0123456789:")
		       : false;
}

static bool is_name(const char *word)
{
	for (const char *c = word; *c; c++)
		if (!isalnum((unsigned char)*c) && !strchr("._-", *c))
			return false;
	return *word;
}

/* Whether @word can be turned around. */
static bool take_word(struct turn *turn, const char *word)
{
	static const char *const plain[] = { "and", "or",  "&&", "||",	"(",
					     ")",   "tcp", "ip", "ip6", NULL };
	static const char *const naming[] = { "host", "net", "port", "portrange", "mask", NULL };
	static const char *const negating[] = { "not", "!", NULL };
	static const char *const directing[] = { "src", "dst", NULL };
	bool named = turn->named, bare = turn->bare;

	turn->named = turn->bare = false;
	if (is_one_of(word, directing)) {
		turn->directed = turn->bare = true;
		return true;
	}
	if (is_one_of(word, naming))
		turn->named = true;
	else if (is_one_of(word, negating))
		turn->negates = true;
	else if (!is_one_of(word, plain) && !is_numeric(word) && !(named && is_name(word)))
		return false;
	if (turn->words.length)
		buf_add_char(&turn->words, ' ');
	if (bare && is_numeric(word))
		buf_add_text(&turn->words, "host ");
	buf_add_text(&turn->words, word);
	return true;
}

/* Bytes of the word at @at: brackets, "!", "&&" and "||" need no spaces around them. */
static size_t word_length(const char *at)
{
	if (strchr("()!", *at))
		return 1;
	if (!strncmp(at, "&&", 2) || !strncmp(at, "||", 2))
		return 2;
	return strcspn(at, " \t\r\n()!&|");
}

static bool turn_around(struct turn *turn, const char *words)
{
	while (*(words += strspn(words, " \t\r\n"))) {
		size_t length = word_length(words);
		char word[WORD_BYTES_MAX];

		if (!length || length >= sizeof(word))
			return false;
		memcpy(word, words, length);
		word[length] = '\0';
		if (!take_word(turn, word))
			return false;
		words += length;
	}
	return !(turn->negates && turn->directed) && !turn->words.overflow;
}

void wire_kernel_words(const char *words, struct buf *out, bool *ret_exact)
{
	struct turn turn = { 0 };
	bool turned;

	*ret_exact = !words || !*words;
	if (*ret_exact) {
		buf_add_text(out, "tcp");
		return;
	}
	buf_init(&turn.words, WORDS_BYTES_MAX);
	turned = turn_around(&turn, words) && turn.words.length;
	if (turned)
		buf_printf(out, "tcp and (%s)", buf_text(&turn.words));
	else
		buf_add_text(out, "tcp");
	*ret_exact = turned && !turn.directed;
	buf_release(&turn.words);
}
