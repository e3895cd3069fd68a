/* SPDX-License-Identifier: MIT */
/* The option list of a TCP segment, "mss 1460,sackOK,TS val 1 ecr 0,nop,wscale 7". */
#include "wire/text_packet.h"

/* Options by the number that tcpdump prints where it has no name: "opt-30:", "unknown-30 0x". */
static uint16_t option_of_kind(uint64_t kind)
{
	switch (kind) {
	case 19:
		return OPTION_MD5;
	case 29:
		return OPTION_AO;
	case 30:
		return OPTION_MPTCP;
	case 34:
		return OPTION_TFO;
	default:
		return OPTION_OTHER;
	}
}

/* At the end of an option: its separator, the end of the list, or the end of the line. */
static bool at_separator(const struct text_cursor *c, char close)
{
	char next = text_peek(c);

	return next == ',' || next == close || next == 0 || next == '[';
}

/* To the end of an option whose inside does not matter; braces and brackets in it may nest. */
static void skip_option(struct text_cursor *c, char close)
{
	int depth = 0;

	for (; c->at < c->end; c->at++) {
		if (*c->at == '{' || *c->at == '[')
			depth++;
		else if (depth && (*c->at == '}' || *c->at == ']'))
			depth--;
		else if (!depth && (*c->at == ',' || *c->at == close))
			return;
	}
}

/* "TS val 1 ecr 2" and, of tcpdump 3, "timestamp 1 2". */
static bool take_timestamps(struct text_cursor *c, struct observation *obs)
{
	if (text_take(c, "TS val ")) {
		if (!text_take_u32(c, &obs->ts_value) || !text_take(c, " ecr ") ||
		    !text_take_u32(c, &obs->ts_echo))
			return false;
	} else if (!text_take(c, "timestamp ") || !text_take_u32(c, &obs->ts_value) ||
		   !text_take(c, " ") || !text_take_u32(c, &obs->ts_echo)) {
		return false;
	}
	obs->options |= OPTION_TS;
	return true;
}

/* "sack 2 {1:2}{3:4}": the first block counts. */
static bool take_sack(struct text_cursor *c, char close, struct observation *obs)
{
	uint64_t blocks;

	if (!text_take(c, "sack "))
		return false;
	text_take(c, "sack "); /* of tcpdump 3.6 to 3.8: twice */
	if (!text_take_number(c, 4, &blocks))
		return false;
	text_take(c, " ");
	if (!text_take(c, "{") || !text_take_u32(c, &obs->sack_left) || !text_take(c, ":") ||
	    !text_take_u32(c, &obs->sack_right) || !text_take(c, "}"))
		return false;
	obs->options |= OPTION_SACK;
	skip_option(c, close);
	return true;
}

static uint8_t mptcp_reason(struct text_cursor c)
{
	/* RFC 8684 section 3.6 */
	static const char *const reasons[] = { "Unspecified",	"MPTCP-specific", "Lack of",
					       "Administrativ", "Too much",	  "Unacceptable",
					       "Middlebox" };
	const char *at = memmem(c.at, text_left(&c), "reason ", 7);
	size_t i;

	if (!at)
		return 0;
	c.at = at + 7;
	for (i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (text_starts(&c, reasons[i]))
			return (uint8_t)i;
	return 0;
}

/* "mptcp 12 dss ack 1": tcpdump before 5 knows no MP_TCPRST and prints it as 4 bytes "unknown". */
static bool take_mptcp(struct text_cursor *c, char close, struct observation *obs)
{
	static const char *const names[] = { "capable", "join", "dss",	"add-addr", "rem-addr",
					     "prio",	"fail", "fast", "tcprst" };
	struct text_cursor start;
	uint64_t length = 0;
	size_t i;

	if (!text_take(c, "mptcp"))
		return false;
	obs->options |= OPTION_MPTCP;
	if (text_take(c, " "))
		text_take_number(c, 40, &length);
	text_take(c, " ");
	start = *c;
	skip_option(c, close);
	start.end = c->at;
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!text_starts(&start, names[i]))
			continue;
		obs->mptcp_subtypes |= (uint16_t)(1u << i);
		if (i == MPTCP_TCPRST)
			obs->mptcp_reason = mptcp_reason(start);
		return true;
	}
	if (text_starts(&start, "unknown") && length == 4 && obs->flags & TCP_RST)
		obs->mptcp_subtypes |= 1u << MPTCP_TCPRST;
	return true;
}

/* "md5 shared secret not supplied with -M, can't check - 2ca77e": a comma that separates nothing.
 */
static void skip_md5(struct text_cursor *c, char close)
{
	struct text_cursor after;

	skip_option(c, close);
	after = *c;
	if (text_take(&after, ", can't") || text_take(&after, ", shared")) {
		*c = after;
		skip_md5(c, close);
	}
}

/* Names without a value that matters here. */
static bool take_named(struct text_cursor *c, char close, struct observation *obs)
{
	static const struct {
		const char *name;
		uint16_t option;
	} names[] = {
		{ "md5", OPTION_MD5 },	   { "tcp-ao", OPTION_AO },  { "tfo", OPTION_TFO },
		{ "exp-tfo", OPTION_TFO }, { "exp-", OPTION_OTHER }, { "echo", OPTION_OTHER },
		{ "cc", OPTION_OTHER },	   { "scps", OPTION_OTHER }, { "uto", OPTION_OTHER },
		{ "Unknown Option ", 0 },  { "unknown-", 0 },	     { "opt-", 0 },
	};
	uint64_t kind = 0;
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!text_take(c, names[i].name))
			continue;
		if (!names[i].option)
			text_take_number(c, 255, &kind);
		obs->options |= names[i].option ? names[i].option : option_of_kind(kind);
		if (names[i].option == OPTION_MD5)
			skip_md5(c, close);
		else
			skip_option(c, close);
		return true;
	}
	return false;
}

static bool take_option(struct text_cursor *c, char close, struct observation *obs)
{
	struct text_cursor start = *c;

	if (text_take(c, "nop") && at_separator(c, close))
		return true;
	*c = start;
	if (take_timestamps(c, obs) && at_separator(c, close))
		return true;
	*c = start;
	if (text_take(c, "mss ") && text_take_u16(c, &obs->mss) && at_separator(c, close)) {
		obs->options |= OPTION_MSS;
		return true;
	}
	*c = start;
	if (text_take(c, "sackOK") && at_separator(c, close)) {
		obs->options |= OPTION_SACK_OK;
		return true;
	}
	*c = start;
	if (text_take(c, "wscale ") && text_take_u8(c, &obs->wscale) && at_separator(c, close)) {
		obs->options |= OPTION_WSCALE;
		return true;
	}
	*c = start;
	if (text_take(c, "eol") && at_separator(c, close))
		return true;
	*c = start;
	if (take_sack(c, close, obs))
		return true;
	*c = start;
	if (take_mptcp(c, close, obs))
		return true;
	*c = start;
	return take_named(c, close, obs);
}

bool text_options_parse(struct text_cursor *cursor, char close, struct text_packet *packet)
{
	struct text_cursor c = *cursor;

	packet->options_begun = true;
	for (;;) {
		while (text_peek(&c) == ' ')
			c.at++;
		if (text_peek(&c) == '[') /* [|tcp], [bad opt]: the list is not whole */
			return false;
		if (text_peek(&c) != close && !take_option(&c, close, &packet->obs)) {
			if (c.at == c.end)
				return false;
			packet->obs.options |= OPTION_OTHER;
			if (!packet->odd)
				packet->odd = c.at;
			skip_option(&c, close);
		}
		if (text_take(&c, "[len ")) { /* a length that contradicts the kind */
			packet->obs.options |= OPTION_OTHER;
			skip_option(&c, close);
		}
		cursor->at = c.at;
		if (text_peek(&c) == close) {
			cursor->at++;
			return true;
		}
		if (text_peek(&c) != ',')
			return false;
		cursor->at = ++c.at;
	}
}
