/* SPDX-License-Identifier: MIT */
/*
 * What tcpdump prints before the addresses:
 *   14:01:03.567888 eth0  In  IP (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto TCP (6), ...)
 *   14:01:03.567888 02:00:00:00:00:01 > 02:00:00:00:00:02, ethertype IPv4 (0x0800), length 74:
 * and before that whatever a page puts there: quote marks, bullets, line numbers.
 */
#include "base/hash.h"
#include "wire/text_packet.h"

/* A time starts a line or stands behind a blank, a quote mark, a bracket or bytes of prose. */
static bool may_precede_time(char c)
{
	return !(text_is_digit(c) || text_is_letter(c) || c == ':' || c == '.' || c == '-' ||
		 c == '/' || c == '+' || c == '_');
}

bool text_prefix_find_time(const char *line, const char *end, struct text_time *ret_time,
			   const char **ret_after)
{
	struct text_cursor c = { line, end };
	struct text_time time;
	bool found = false;

	for (; c.at < end; c.at++) {
		struct text_cursor start;

		if (!text_is_digit(*c.at) && *c.at != '-')
			continue;
		if (c.at > line && !may_precede_time(c.at[-1]))
			continue;
		start = c;
		if (!text_time_take(&c, &time))
			continue;
		/* "-" may be a bullet as well as the sign of -ttt: only without a blank a sign. */
		if (!found || time.fraction) {
			*ret_time = time;
			*ret_after = c.at;
			found = true;
		}
		if (time.fraction)
			return true;
		c = start;
		while (c.at + 1 < end && text_is_digit(c.at[1]))
			c.at++;
	}
	return found;
}

/* The last place where @word stands in [@at, @end), or NULL. */
static const char *find_last(const char *at, const char *end, const char *word)
{
	size_t bytes = strlen(word);
	const char *last = NULL;

	while ((at = memmem(at, (size_t)(end - at), word, bytes)) != NULL) {
		last = at;
		at += bytes;
	}
	return last;
}

/* Up to six bytes of one or two digits: "2:0:0:0:0:1" is how tcpdump 3 prints them. */
static bool take_mac(struct text_cursor *c, uint8_t ret_mac[6])
{
	struct text_cursor at = *c;
	uint64_t byte;
	int i;

	for (i = 0; i < 6; i++) {
		if (i && !text_take(&at, ":"))
			return false;
		if (!text_take_hex(&at, 255, &byte))
			return false;
		ret_mac[i] = (uint8_t)byte;
	}
	if (text_peek(&at) == ':')
		return false;
	*c = at;
	return true;
}

static void parse_mac(struct text_cursor c, struct observation *obs)
{
	const char *line = c.at;
	uint8_t mac[6];

	for (; c.at < c.end; c.at++) {
		if (text_hex_value(*c.at) < 0)
			continue;
		if (c.at == line || c.at[-1] == ' ') {
			if (take_mac(&c, mac)) {
				/* 0: loopback, which has no addresses */
				if (memcmp(mac, "\0\0\0\0\0\0", 6) != 0) {
					obs->link_source = hash_mac(mac);
					obs->seen |= SEEN_MAC;
				}
				return;
			}
		}
		while (c.at + 1 < c.end && *c.at != ' ')
			c.at++;
	}
}

/* "(tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto TCP (6), length 60)" */
static void parse_ip4(struct text_cursor c, struct observation *obs)
{
	const char *at;
	uint64_t number;

	if (!text_take(&c, "tos 0x") || !text_take_hex(&c, 255, &number))
		return;
	obs->tos = (uint8_t)number;
	obs->seen |= SEEN_TOS;
	at = memmem(c.at, text_left(&c), "ttl ", 4);
	if (!at)
		return;
	c.at = at + 4;
	text_skip_blanks(&c);
	if (!text_take_u8(&c, &obs->ttl))
		return;
	obs->seen |= SEEN_TTL;
	if (text_take(&c, ", id ") && text_take_u16(&c, &obs->ip_id)) {
		obs->seen |= SEEN_IP_ID;
		at = memmem(c.at, text_left(&c), "flags [", 7);
		if (at) {
			c.at = at + 7;
			while (c.at < c.end && *c.at != ']' && *c.at != 'D')
				c.at++;
			obs->dont_fragment = text_starts(&c, "DF");
		}
	}
}

/* "(class 0x20, flowlabel 0x1, hlim 64, next-header TCP (6) payload length: 40)" */
static void parse_ip6(struct text_cursor c, struct observation *obs)
{
	uint64_t number;
	const char *at;

	if (text_take(&c, "class 0x") && text_take_hex(&c, 255, &number))
		obs->tos = (uint8_t)number;
	at = memmem(c.at, text_left(&c), "hlim ", 5);
	if (!at)
		return;
	c.at = at + 5;
	if (text_take_u8(&c, &obs->ttl))
		obs->seen |= SEEN_TTL | SEEN_TOS; /* no class is printed for 0 */
}

/* At "IP (" or "IP6 (", or at "IP " without such a list. */
static void parse_ip(struct text_cursor c, struct observation *obs)
{
	const char *list;

	if (text_take(&c, "IP6 (")) {
		parse_ip6(c, obs);
		return;
	}
	list = memmem(c.at, text_left(&c), "(tos ", 5);
	if (list) {
		c.at = list + 1;
		parse_ip4(c, obs);
	}
}

/* Which way a packet went, as `-i any` prints it. False if @word says nothing of the kind. */
static bool note_direction(const struct text_cursor *word, struct observation *obs)
{
	static const struct {
		const char *name;
		bool known, outgoing;
	} names[] = {
		{ "In", true, false },
		{ "Out", true, true },
		{ "B", true, false }, /* broadcast and multicast, received */
		{ "M", true, false },
		{ "P", false, false }, /* seen in passing, for another host */
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (text_left(word) != strlen(names[i].name) || !text_starts(word, names[i].name))
			continue;
		if (names[i].known)
			obs->seen |= SEEN_DIRECTION;
		obs->outgoing = names[i].outgoing;
		return true;
	}
	return false;
}

static struct text_cursor take_word(struct text_cursor *c)
{
	struct text_cursor word;

	text_skip_blanks(c);
	word = *c;
	while (c->at < c->end && !text_is_blank(*c->at))
		c->at++;
	word.end = c->at;
	return word;
}

/* "eth0  In  IP"; without interface where the link type has none to tell. */
static void parse_direction(struct text_cursor c, struct text_packet *packet)
{
	struct text_cursor first = take_word(&c), second = take_word(&c);

	if (note_direction(&second, &packet->obs)) {
		packet->interface = first.at;
		packet->interface_bytes = text_left(&first);
	} else {
		note_direction(&first, &packet->obs);
	}
}

/* [@line, @end) ends where the source address begins. */
void text_prefix_parse(const char *line, const char *end, struct text_packet *packet)
{
	struct text_cursor c = { line, end };
	const char *ip, *ip6;

	text_skip_blanks(&c);
	packet->has_clock = (text_time_take(&c, &packet->time) && packet->time.fraction) ||
			    text_prefix_find_time(line, end, &packet->time, &c.at);
	/* Nearly every line: nothing but a time and "IP ". */
	if (text_left(&c) <= 6 && (text_starts(&c, " IP ") || text_starts(&c, " IP6 "))) {
		packet->ip_word = true;
		return;
	}
	if (c.at == end)
		return;
	ip = find_last(c.at, end, "IP ");
	ip6 = find_last(c.at, end, "IP6 ");
	if (ip6 > ip)
		ip = ip6;
	/* "IP 192.0.2.1 > 192.0.2.2: GREv0, length 64: IP": a tunnel's header comes first. */
	if (ip) {
		packet->ip_word = true;
		packet->encapsulated =
			memmem(c.at, (size_t)(ip - c.at), ": IP", 4) ||
			(memmem(c.at, (size_t)(ip - c.at), "IP ", 3) &&
			 memmem(c.at, (size_t)(ip - c.at), " > ", 3) && find_last(c.at, ip, "GRE"));
		parse_ip((struct text_cursor){ ip, end }, &packet->obs);
	} else if ((ip = find_last(c.at, end, "(tos ")) != NULL) { /* -e says no "IP" */
		packet->ip_word = true;
		parse_ip4((struct text_cursor){ ip + 1, end }, &packet->obs);
	} else if ((ip = find_last(c.at, end, "hlim ")) != NULL) {
		packet->ip_word = true;
		while (ip > c.at && *ip != '(')
			ip--;
		parse_ip6((struct text_cursor){ ip + 1, end }, &packet->obs);
	}
	if (ip && ip > c.at)
		c.end = ip;
	parse_direction(c, packet);
	if (c.end - c.at >= 11)
		parse_mac(c, &packet->obs);
	if (memmem(c.at, text_left(&c), "ethertype", 9))
		packet->ip_word = true;
}
