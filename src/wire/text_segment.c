/* SPDX-License-Identifier: MIT */
/*
 * What tcpdump prints of a TCP segment behind the addresses, new and old:
 *   Flags [P.], seq 1:76, ack 1, win 502, options [nop,nop,TS val 1 ecr 2], length 75
 *   P 1:76(75) ack 1 win 502 <nop,nop,timestamp 1 2> (DF)
 */
#include "wire/text_packet.h"
#include "wire/walk.h"

static void note_understood(const struct text_cursor *c, const char *line,
			    struct text_packet *packet)
{
	const char *at = packet->odd && packet->odd < c->at ? packet->odd : c->at;

	packet->understood = (size_t)(at - line);
}

static int flag_of(char letter)
{
	switch (letter) {
	case 'F':
		return TCP_FIN;
	case 'S':
		return TCP_SYN;
	case 'R':
		return TCP_RST;
	case 'P':
		return TCP_PSH;
	case '.':
		return TCP_ACK;
	case 'U':
		return TCP_URG;
	case 'E':
		return TCP_ECE;
	case 'W':
		return TCP_CWR;
	case 'e': /* accurate ECN: a bit that has no name here */
		return 0;
	default:
		return -1;
	}
}

/* "seq 1:76" or "seq 1", the number that ends it not cut by the end of a wrapped line. */
static bool take_range(struct text_cursor *c, struct text_packet *packet)
{
	struct observation *obs = &packet->obs;
	uint32_t end;

	if (!text_take_u32(c, &obs->seq))
		return false;
	obs->seen |= SEEN_SEQ;
	if (text_take(c, ":")) {
		if (!text_take_u32(c, &end))
			return false;
		packet->has_range = true;
		obs->payload_bytes = end - obs->seq;
	}
	return true;
}

/* ", cksum 0x1a2b (correct)", "(incorrect -> 0x..)", "(incorrect (-> 0x..)", "(unverified)". */
static bool take_checksum(struct text_cursor *c, struct observation *obs)
{
	uint64_t sum;

	if (!text_take(c, "cksum 0x") || !text_take_hex(c, 0xffff, &sum))
		return false;
	if (text_take(c, " (correct)")) {
		obs->seen |= SEEN_CHECKSUM;
		return true;
	}
	if (!text_starts(c, " ("))
		return c->at == c->end;
	if (text_starts(c, " (incorrect")) {
		obs->seen |= SEEN_CHECKSUM;
		obs->bad_checksum = true;
	}
	while (c->at < c->end && *c->at != ')')
		c->at++;
	return text_take(c, ")");
}

/* Behind the length: the reason that a reset carries (-v), or the decoded payload. */
static void parse_tail(struct text_cursor *c, struct text_packet *packet)
{
	struct observation *obs = &packet->obs;
	const char *end;

	if (obs->flags & TCP_RST && text_take(c, " [RST")) {
		text_take(c, "+");
		text_take(c, ":");
		text_take(c, " ");
		end = c->end;
		while (end > c->at && text_is_blank(end[-1]))
			end--;
		if (end - c->at > 7 && memcmp(end - 7, " [|tcp]", 7) == 0)
			end -= 7;
		if (end > c->at && end[-1] == ']')
			end--;
		if (end > c->at) {
			obs->reason = (const uint8_t *)c->at;
			obs->reason_bytes = (uint16_t)(end - c->at > 512 ? 512 : end - c->at);
		}
		return;
	}
	if (!obs->payload_bytes || !text_take(c, ": HTTP"))
		return;
	packet->http_below = text_starts(c, ", length");
	if (text_take(c, ": ") && c->at < c->end)
		payload_decode((const uint8_t *)c->at, (const uint8_t *)c->end, obs);
}

/* ", length 75": the end of a new line. A wrapped "length 7" is told by the range before it. */
static bool take_length(struct text_cursor *c, struct text_packet *packet)
{
	uint32_t length;
	char next;

	if (!text_take(c, "length ") || !text_take_u32(c, &length))
		return false;
	next = text_peek(c);
	if (text_is_digit(next) || text_is_letter(next))
		return false;
	if (packet->has_range && packet->obs.payload_bytes != length)
		return c->at == c->end;
	packet->obs.payload_bytes = length;
	packet->has_length = true;
	packet->complete = true;
	return true;
}

/* In the new style a comma follows every field, or the line ends. */
static bool ends_field(const struct text_cursor *c)
{
	return c->at == c->end || *c->at == ',' || *c->at == '[' || text_starts(c, " [");
}

static bool take_new_field(struct text_cursor *c, struct text_packet *packet)
{
	struct observation *obs = &packet->obs;
	uint16_t urgent;

	if (text_take(c, "seq "))
		return take_range(c, packet) && ends_field(c);
	if (text_take(c, "ack ")) {
		packet->has_ack = text_take_u32(c, &obs->ack) && ends_field(c);
		return packet->has_ack;
	}
	if (text_take(c, "win ")) {
		if (!text_take_u16(c, &obs->window) || !ends_field(c))
			return false;
		obs->seen |= SEEN_WINDOW;
		return true;
	}
	if (text_take(c, "urg "))
		return text_take_u16(c, &urgent) && ends_field(c);
	if (text_starts(c, "cksum "))
		return take_checksum(c, obs);
	if (text_starts(c, "[ack ") || text_starts(c, "[urg ")) {
		/* -vv: a field that is set while its flag is not */
		if (text_take(c, "[ack "))
			text_take_u32(c, &obs->ack);
		while (c->at < c->end && *c->at != ']')
			c->at++;
		return text_take(c, "]");
	}
	return false;
}

static bool take_new_flags(struct text_cursor *c, struct observation *obs)
{
	if (!text_take(c, "Flags [") && !text_take(c, "Flags["))
		return false;
	if (text_take(c, "none]"))
		return true;
	for (; c->at < c->end && *c->at != ']'; c->at++) {
		int flag = flag_of(*c->at);

		if (flag < 0)
			return false;
		obs->flags |= (uint8_t)flag;
	}
	return text_take(c, "]");
}

static enum text_line parse_new(struct text_cursor *c, const char *line, struct text_packet *packet)
{
	struct observation *obs = &packet->obs;
	bool closed = false, options = false;
	struct text_cursor field;

	packet->new_style = true;
	if (!take_new_flags(c, obs))
		return memchr(c->at, ']', text_left(c)) ? TEXT_LINE_BROKEN : TEXT_LINE_OPEN;
	note_understood(c, line, packet);
	for (;;) {
		field = *c;
		if (text_take(&field, ","))
			note_understood(&field, line, packet);
		text_skip_blanks(&field);
		if (field.at == field.end)
			break;
		if (text_starts(&field, "[|") || text_starts(&field, "...")) {
			packet->complete = true; /* nothing more will come */
			break;
		}
		if (text_starts(&field, "length ")) {
			if (!take_length(&field, packet))
				break;
			note_understood(&field, line, packet);
			parse_tail(&field, packet);
			break;
		}
		if (text_take(&field, "options [")) {
			options = true;
			closed = text_options_parse(&field, ']', packet);
			note_understood(&field, line, packet);
			if (!closed) {
				packet->complete = memmem(field.at, text_left(&field), "[|", 2) ||
						   memmem(field.at, text_left(&field), "[bad", 4);
				break;
			}
		} else if (!take_new_field(&field, packet)) {
			break;
		}
		*c = field;
		note_understood(c, line, packet);
	}
	packet->options_shown = closed;
	if (closed || (!options && packet->has_length && obs->seen & SEEN_WINDOW))
		obs->seen |= SEEN_OPTIONS;
	return TEXT_LINE_PACKET;
}

/* "[tcp sum ok]", "[bad tcp cksum 1a2b (->3c4d)!]", ", cksum 0x1a2b (correct),". */
static void take_old_checksum(struct text_cursor *c, struct observation *obs)
{
	if (text_take(c, ", ")) {
		take_checksum(c, obs);
		text_take(c, ",");
	} else if (text_take(c, " [tcp sum ok]")) {
		obs->seen |= SEEN_CHECKSUM;
	} else if (text_take(c, " [bad tcp cksum ")) {
		obs->seen |= SEEN_CHECKSUM;
		obs->bad_checksum = true;
		while (c->at < c->end && *c->at != ']')
			c->at++;
		text_take(c, "]");
	}
	while (text_peek(c) == ' ')
		c->at++;
}

/* "1:76(75)" */
static bool take_old_range(struct text_cursor *c, struct observation *obs)
{
	struct text_cursor start = *c;
	uint32_t seq, end, length;

	if (!text_take_u32(c, &seq) || !text_take(c, ":") || !text_take_u32(c, &end) ||
	    !text_take(c, "(") || !text_take_u32(c, &length) || !text_take(c, ")")) {
		*c = start;
		return false;
	}
	obs->seq = seq;
	obs->payload_bytes = length;
	obs->seen |= SEEN_SEQ;
	return true;
}

/* Behind the options: "(DF)", "[tos 0x10]", "(ttl 64, id 1234, len 60)" and a reset's reason. */
static void parse_old_tail(struct text_cursor *c, const char *line, struct text_packet *packet)
{
	struct observation *obs = &packet->obs;
	struct text_cursor from = *c;
	uint64_t number;
	const char *at;

	parse_tail(&from, packet);
	if (memmem(c->at, text_left(c), "(DF)", 4))
		obs->dont_fragment = true;
	at = memmem(c->at, text_left(c), "[tos 0x", 7);
	if (at) {
		from.at = at + 7;
		if (text_take_hex(&from, 255, &number)) {
			obs->tos = (uint8_t)number;
			obs->seen |= SEEN_TOS;
		}
	}
	at = memmem(c->at, text_left(c), "(ttl ", 5);
	if (!at)
		return;
	from.at = at + 5;
	text_skip_blanks(&from);
	if (!text_take_u8(&from, &obs->ttl))
		return;
	/* With -v the type of service is printed unless it is 0. */
	obs->seen |= SEEN_TTL | SEEN_TOS;
	if (text_take(&from, ", id ") && text_take_u16(&from, &obs->ip_id))
		obs->seen |= SEEN_IP_ID;
	while (from.at < from.end && *from.at != ')')
		from.at++;
	if (text_take(&from, ")"))
		note_understood(&from, line, packet);
}

static bool take_old_flags(struct text_cursor *c, struct observation *obs)
{
	const char *start = c->at;

	for (; c->at < c->end && c->at - start < 8; c->at++) {
		int flag = *c->at == '.' ? 0 : flag_of(*c->at);

		if (flag < 0)
			break;
		obs->flags |= (uint8_t)flag;
	}
	return c->at > start && (c->at == c->end || *c->at == ' ' || *c->at == ',');
}

static enum text_line parse_old(struct text_cursor *c, const char *line, struct text_packet *packet)
{
	struct observation *obs = &packet->obs;
	bool range, closed = false;
	uint16_t urgent;

	if (!take_old_flags(c, obs))
		return TEXT_LINE_NOT_TCP;
	if (c->at == c->end) {
		note_understood(c, line, packet);
		return TEXT_LINE_OPEN;
	}
	take_old_checksum(c, obs);
	if (text_starts(c, "[|tcp]"))
		return TEXT_LINE_CUT;
	range = take_old_range(c, obs);
	if (range)
		note_understood(c, line, packet);
	text_skip_blanks(c);
	if (text_take(c, "ack ")) {
		if (!text_take_u32(c, &obs->ack))
			return range ? TEXT_LINE_PACKET : TEXT_LINE_OPEN;
		obs->flags |= TCP_ACK;
		packet->has_ack = true;
		note_understood(c, line, packet);
		range = true;
		text_skip_blanks(c);
	}
	if (!text_take(c, "win ") || !text_take_u16(c, &obs->window))
		return range		   ? TEXT_LINE_PACKET
		       : text_left(c) < 24 ? TEXT_LINE_OPEN
					   : TEXT_LINE_NOT_TCP;
	obs->seen |= SEEN_WINDOW;
	note_understood(c, line, packet);
	if (text_take(c, " urg ") && text_take_u16(c, &urgent)) {
		obs->flags |= TCP_URG;
		note_understood(c, line, packet);
	}
	packet->complete = true;
	text_skip_blanks(c);
	if (text_take(c, "<")) {
		closed = text_options_parse(c, '>', packet);
		note_understood(c, line, packet);
		packet->options_shown = closed;
		packet->complete = closed || memmem(c->at, text_left(c), "[|", 2) ||
				   memmem(c->at, text_left(c), "[bad", 4);
		if (closed)
			obs->seen |= SEEN_OPTIONS;
	} else if (c->at > line && c->at[-1] == ' ') {
		c->at--;
	}
	parse_old_tail(c, line, packet);
	return TEXT_LINE_PACKET;
}

enum text_line text_segment_parse(struct text_cursor *cursor, const char *line,
				  struct text_packet *packet)
{
	struct text_cursor c = *cursor;
	size_t left;

	text_skip_blanks(&c);
	left = text_left(&c);
	if (!left)
		return TEXT_LINE_OPEN;
	if (text_starts(&c, "Flags"))
		return parse_new(&c, line, packet);
	if (left < 5 && memcmp(c.at, "Flags", left) == 0)
		return TEXT_LINE_OPEN;
	if (text_starts(&c, "[|tcp]"))
		return TEXT_LINE_CUT;
	if (text_take(&c, "tcp ") || text_take(&c, "TCP, length"))
		return memmem(c.at, text_left(&c), "bad hdr", 7) ? TEXT_LINE_BROKEN
								 : TEXT_LINE_QUIET;
	return parse_old(&c, line, packet);
}
