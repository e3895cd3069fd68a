/* SPDX-License-Identifier: MIT */
#include "sources/tcpdump_text_join.h"

bool text_join_wants(enum text_line kind, const struct text_packet *packet)
{
	if (kind == TEXT_LINE_OPEN)
		return true;
	if (kind != TEXT_LINE_PACKET && kind != TEXT_LINE_NAME)
		return false;
	/* Old: options may follow a line that looks whole, unless more than them is there already.
	 */
	return !packet->complete ||
	       (!packet->new_style && !packet->options_shown && !(packet->obs.seen & SEEN_TTL));
}

static void note_state(struct text_join *join, enum text_line kind,
		       const struct text_packet *packet)
{
	join->whole = kind != TEXT_LINE_OPEN && packet->complete;
	join->clock_only = kind == TEXT_LINE_OPEN && !packet->ip_word && !packet->has_addresses;
	join->blank_lines = 0;
}

bool text_join_start(struct text_join *join, const char *line, size_t bytes, uint64_t number,
		     enum text_line kind, const struct text_packet *packet)
{
	while (bytes && text_is_blank(line[bytes - 1]))
		bytes--;
	if (!bytes || bytes > TEXT_JOIN_MAX / 2)
		return false;
	memcpy(join->text, line, bytes);
	join->bytes = bytes;
	join->number = number;
	join->parts = 1;
	note_state(join, kind, packet);
	return true;
}

/* What both parts make together. False if the second does not help. */
static bool try_add(struct text_join *join, const struct text_cursor *more, bool blank,
		    enum text_line *ret_kind, struct text_packet *ret_packet)
{
	size_t bytes = join->bytes;

	if (blank)
		join->text[bytes++] = ' ';
	memcpy(join->text + bytes, more->at, text_left(more));
	bytes += text_left(more);
	*ret_kind = text_packet_parse(join->text, bytes, ret_packet);
	if (*ret_kind == TEXT_LINE_OTHER || ret_packet->understood <= join->bytes + blank)
		return false;
	/* Behind a line that may be whole nothing but options makes sense. */
	return !join->whole || ret_packet->options_begun || ret_packet->obs.seen & SEEN_TTL;
}

/* How far a line has come. */
static int rank(enum text_line kind, const struct text_packet *packet)
{
	return kind != TEXT_LINE_OPEN ? 2 : packet->has_addresses;
}

/* With a blank between, or without, when the break is in the middle of a word. */
static bool add(struct text_join *join, const struct text_cursor *more, enum text_line *ret_kind,
		struct text_packet *ret_packet)
{
	int apart = -1, close = -1;

	if (try_add(join, more, true, ret_kind, ret_packet))
		apart = rank(*ret_kind, ret_packet);
	/* "IP 192.0.2." and "1.80 > ...": with a blank it goes on as well, but not as far. */
	if (apart < 2 && try_add(join, more, false, ret_kind, ret_packet))
		close = rank(*ret_kind, ret_packet);
	if (apart < 0 && close < 0)
		return false;
	if (apart >= close && apart < 2)
		try_add(join, more, true, ret_kind, ret_packet);
	join->bytes += text_left(more) + (apart >= close);
	join->parts++;
	note_state(join, *ret_kind, ret_packet);
	return true;
}

bool text_join_add(struct text_join *join, const char *line, size_t bytes, enum text_line *ret_kind,
		   struct text_packet *ret_packet)
{
	struct text_cursor more = { line, line + bytes };

	while (more.end > more.at && text_is_blank(more.end[-1]))
		more.end--;
	while (more.at < more.end && (text_is_blank(*more.at) || *more.at == '|'))
		more.at++;
	if (!text_left(&more)) { /* pages double the ends of lines */
		*ret_kind = TEXT_LINE_OPEN;
		return ++join->blank_lines <= 1;
	}
	if (join->bytes + text_left(&more) + 1 > TEXT_JOIN_MAX ||
	    join->parts >= TEXT_JOIN_PARTS_MAX)
		return false;
	if (text_packet_starts(line, bytes) &&
	    !(join->clock_only && (text_starts(&more, "IP ") || text_starts(&more, "IP6 "))))
		return false;
	if (add(join, &more, ret_kind, ret_packet))
		return true;
	/* Without the quote marks of a mail; not at once, as the break may be before " > ". */
	if (text_peek(&more) != '>')
		return false;
	while (more.at < more.end && (text_is_blank(*more.at) || *more.at == '>'))
		more.at++;
	return text_left(&more) && add(join, &more, ret_kind, ret_packet);
}
