/* SPDX-License-Identifier: MIT */
#include "catalogue/match.h"

#include <strings.h>

#include "catalogue/index.h"

/*
 * "curl: (35)" says more than the longer "Connection reset by peer" behind it: a step of weight is
 * worth so many letters.
 */
#define WEIGHT_WORTH 6

/* A termination state in its own column is worth as much as words of that length. */
#define HAPROXY_SCORE 48

static inline char lower(char c)
{
	return (char)(c + (((unsigned char)(c - 'A') < 26) << 5));
}

static inline bool is_word(char c)
{
	return (unsigned char)(lower(c) - 'a') < 26 || (unsigned char)(c - '0') < 10;
}

/* Whether @fragment stands at @at, as words of its own: no letter or digit continues it. */
static inline bool fragment_at(const struct fragment *fragment, const char *line, size_t length,
			       size_t at)
{
	size_t end = at + (size_t)fragment->length;

	if (end > length || end < at || lower(line[at]) != fragment->text[0] ||
	    lower(line[end - 1]) != fragment->text[fragment->length - 1])
		return false;
	for (int i = 1; i < fragment->length; i++)
		if (lower(line[at + (size_t)i]) != fragment->text[i])
			return false;
	if (end < length && is_word(fragment->text[fragment->length - 1]) && is_word(line[end]))
		return false;
	/* Class names get prefixes ("StacklessClosedChannelException"), short names must not. */
	return at == 0 || fragment->length > 12 || !is_word(fragment->text[0]) ||
	       !is_word(line[at - 1]);
}

static bool fragment_find(const struct fragment *fragment, const char *line, size_t length,
			  size_t from, size_t *ret_at)
{
	for (size_t at = from; at + (size_t)fragment->length <= length; at++) {
		if (lower(line[at]) == fragment->text[0] &&
		    fragment_at(fragment, line, length, at)) {
			*ret_at = at;
			return true;
		}
	}
	return false;
}

/* "Connection reset" must not be taken out of "Connection reset by peer (Write failed)". */
static bool sentence_ends(const char *line, size_t length, size_t at)
{
	static const struct fragment more[] = { { " by ", 4 }, { " (read", 6 }, { " (write", 7 } };

	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++)
		if (fragment_at(&more[i], line, length, at))
			return false;
	return true;
}

/* The anchor stands at @at: do the other fragments stand in order around it? */
static bool pattern_verify(const struct pattern *pattern, const char *line, size_t length,
			   size_t at, struct match *ret_match)
{
	const struct fragment *anchor = &pattern->fragments[pattern->anchor];
	size_t from = 0, start = at, found, end = at + (size_t)anchor->length;
	int score = anchor->length;

	for (int i = 0; i < pattern->anchor; i++) {
		if (!fragment_find(&pattern->fragments[i], line, at, from, &found))
			return false;
		if (i == 0)
			start = found;
		from = found + (size_t)pattern->fragments[i].length;
		score += pattern->fragments[i].length;
	}
	for (int i = pattern->anchor + 1; i < pattern->count; i++) {
		if (!fragment_find(&pattern->fragments[i], line, length, end, &found))
			return false;
		end = found + (size_t)pattern->fragments[i].length;
		score += pattern->fragments[i].length;
	}
	if (pattern->end && !sentence_ends(line, length, end))
		return false;
	if (pattern->code &&
	    !memmem(line + start, end - start, pattern->code, strlen(pattern->code)))
		return false;
	ret_match->entry = pattern->entry;
	ret_match->score = score;
	if (pattern->entry >= 0)
		ret_match->score += WEIGHT_WORTH * entry_table[pattern->entry].weight;
	if (pattern->entry < 0) {
		size_t offset;

		ret_match->entry = match_haproxy(line, length, &offset);
		ret_match->score = HAPROXY_SCORE;
		return ret_match->entry >= 0;
	}
	ret_match->offset = (int)start;
	ret_match->length = (int)(end - start);
	return true;
}

static void matches_add(struct matches *matches, const struct match *match)
{
	for (int i = 0; i < matches->count; i++) {
		struct match *other = &matches->match[i];

		if (other->entry != match->entry)
			continue;
		if (other->score < match->score)
			*other = *match;
		return;
	}
	if (matches->count < MATCH_MAX)
		matches->match[matches->count++] = *match;
}

static bool match_before(const struct match *a, const struct match *b)
{
	int weight_a = entry_table[a->entry].weight, weight_b = entry_table[b->entry].weight;

	if (a->score != b->score)
		return a->score > b->score;
	return weight_a != weight_b ? weight_a > weight_b : a->entry < b->entry;
}

static void matches_sort(struct matches *matches)
{
	for (int i = 1; i < matches->count; i++) {
		struct match match = matches->match[i];
		int place = i;

		while (place > 0 && match_before(&match, &matches->match[place - 1])) {
			matches->match[place] = matches->match[place - 1];
			place--;
		}
		matches->match[place] = match;
	}
}

/* The items of the index where those of a gram with this hash are. */
static inline void gram_items(uint32_t hash, const struct index_gram **ret_first,
			      const struct index_gram **ret_end)
{
	uint32_t bucket = hash >> (INDEX_HASH_BITS - INDEX_BUCKET_BITS);

	*ret_first = &index_grams[index_buckets[bucket]];
	*ret_end = &index_grams[index_buckets[bucket + 1]];
}

void match_line(const char *line, size_t length, struct matches *ret_matches)
{
	const struct index_gram *item, *end;

	ret_matches->count = 0;
	for (ptrdiff_t p = -3; p < (ptrdiff_t)length; p += 4) {
		uint32_t gram = index_gram_at(line + p), hash = index_hash(gram);

		if (!index_has(hash))
			continue;
		for (gram_items(hash, &item, &end); item < end; item++) {
			const struct pattern *pattern = &pattern_table[item->pattern];
			ptrdiff_t at = p - item->offset;
			struct match match;

			if (item->gram != gram || at < 0 ||
			    !fragment_at(&pattern->fragments[pattern->anchor], line, length,
					 (size_t)at))
				continue;
			if (pattern_verify(pattern, line, length, (size_t)at, &match))
				matches_add(ret_matches, &match);
		}
	}
	matches_sort(ret_matches);
}

/* Whether an anchor stands around @text + @p; lines are not looked at. */
static bool anchor_at(const char *text, size_t length, ptrdiff_t p, uint32_t gram, uint32_t hash,
		      size_t *ret_at)
{
	const struct index_gram *item, *end;

	for (gram_items(hash, &item, &end); item < end; item++) {
		const struct pattern *pattern = &pattern_table[item->pattern];
		ptrdiff_t at = p - item->offset;

		if (item->gram != gram || at < 0 ||
		    !fragment_at(&pattern->fragments[pattern->anchor], text, length, (size_t)at))
			continue;
		*ret_at = (size_t)at;
		return true;
	}
	return false;
}

size_t match_next(const char *text, size_t length)
{
	ptrdiff_t p = -3, size = (ptrdiff_t)length;
	size_t at;

	/* Four places at a time: their tests do not depend on each other. */
	for (; p + 16 <= size; p += 16) {
		uint32_t gram[4], hash[4];
		bool any = false;

		for (int i = 0; i < 4; i++) {
			gram[i] = index_gram_at(text + p + 4 * i);
			hash[i] = index_hash(gram[i]);
			any |= index_has(hash[i]);
		}
		if (__builtin_expect(!any, 1))
			continue;
		for (int i = 0; i < 4; i++)
			if (index_has(hash[i]) &&
			    anchor_at(text, length, p + 4 * i, gram[i], hash[i], &at))
				return at;
	}
	for (; p < size; p += 4) {
		uint32_t gram = index_gram_at(text + p), hash = index_hash(gram);

		if (index_has(hash) && anchor_at(text, length, p, gram, hash, &at))
			return at;
	}
	return length;
}
