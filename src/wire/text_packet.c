/* SPDX-License-Identifier: MIT */
/* A line of tcpdump: find the two addresses around " > ", then read what is before and behind. */
#include "wire/text_packet.h"

/* An address with or without a port, as one word. */
enum word_kind {
	WORD_NONE, /* no address at all */
	WORD_PORT, /* 192.0.2.1.80 */
	WORD_HOST, /* 192.0.2.1: packets without ports, or later fragments */
	WORD_NAME, /* www.example.com.http */
};

static const char *find_last_char(const char *at, size_t bytes, char c)
{
	return memrchr(at, c, bytes);
}

/* -1 if @text is neither a number up to 65535 nor a service. */
static int parse_port(const char *text, size_t bytes)
{
	int port = 0;
	size_t i;

	if (!bytes)
		return -1;
	for (i = 0; i < bytes && i < 6 && text_is_digit(text[i]); i++)
		port = port * 10 + (text[i] - '0');
	if (i == bytes)
		return port <= 65535 ? port : -1;
	return text_service_port(text, bytes);
}

static bool is_host_name(const char *text, size_t bytes)
{
	bool letter = false;
	size_t i;

	for (i = 0; i < bytes; i++) {
		char c = text[i];

		letter |= text_is_letter(c) || c == '*';
		if (!text_is_digit(c) && !text_is_letter(c) && c != '.' && c != '-' && c != '_' &&
		    c != '*')
			return false;
	}
	return letter;
}

/* "localhost" means one address wherever it was printed. */
static bool parse_host(const char *text, size_t bytes, bool ip6, struct endpoint *ret_end)
{
	const char *percent;

	if (endpoint_parse_host(text, bytes, ret_end) == 0)
		return true;
	/* fe80::1%eth0 */
	percent = memchr(text, '%', bytes);
	if (percent && endpoint_parse_host(text, (size_t)(percent - text), ret_end) == 0)
		return true;
	if ((bytes == 9 && memcmp(text, "localhost", 9) == 0) ||
	    (bytes == 21 && memcmp(text, "localhost.localdomain", 21) == 0))
		return endpoint_parse_host(ip6 ? "::1" : "127.0.0.1", ip6 ? 3 : 9, ret_end) == 0;
	return false;
}

static enum word_kind parse_word(const char *text, size_t bytes, bool ip6, struct endpoint *ret_end)
{
	const char *dot;
	size_t host;
	int port;

	if (bytes < 3 || bytes > 300)
		return WORD_NONE;
	dot = find_last_char(text, bytes, '.');
	if (!dot) {
		if (endpoint_parse_host(text, bytes, ret_end) == 0)
			return WORD_HOST;
		dot = find_last_char(text, bytes, ':');
		if (!dot)
			return WORD_NONE;
	}
	host = (size_t)(dot - text);
	port = parse_port(dot + 1, bytes - host - 1);
	if (port >= 0 && parse_host(text, host, ip6, ret_end)) {
		ret_end->port = (uint16_t)port;
		return WORD_PORT;
	}
	if (endpoint_parse_host(text, bytes, ret_end) == 0)
		return WORD_HOST;
	/* 192.0.2.1:80, as people write it */
	dot = find_last_char(text, bytes, ':');
	if (dot) {
		host = (size_t)(dot - text);
		port = parse_port(dot + 1, bytes - host - 1);
		if (port >= 0 && endpoint_parse_host(text, host, ret_end) == 0 &&
		    ret_end->family == ADDR_IP4) {
			ret_end->port = (uint16_t)port;
			return WORD_PORT;
		}
		return WORD_NONE;
	}
	return is_host_name(text, bytes) ? WORD_NAME : WORD_NONE;
}

/* The two words around one " > ". */
struct pair {
	const char *left;   /* where the first begins */
	const char *behind; /* behind the colon after the second, or the end of the line */
	enum word_kind kind;
	bool open; /* the line ends before the colon */
};

static bool starts_word(char c)
{
	return c == ' ' || c == '\t' || c == '(' || c == ')' || c == '>' ||
	       (unsigned char)c >= 0x80;
}

/* @mark stands at the '>' of " > ". */
static bool parse_pair(const char *line, const char *mark, const char *end, struct pair *ret_pair,
		       struct observation *obs)
{
	const char *left = mark - 1, *right = mark + 1, *stop;
	enum word_kind source, destination;
	bool ip6;

	while (left > line && left[-1] == ' ')
		left--;
	stop = left;
	while (left > line && !starts_word(left[-1]))
		left--;
	ip6 = left - line >= 4 && memcmp(left - 4, "IP6 ", 4) == 0;
	source = parse_word(left, (size_t)(stop - left), ip6, &obs->source);
	if (source == WORD_NONE)
		return false;
	ret_pair->left = left;
	ret_pair->kind = source;
	ret_pair->behind = end;
	ret_pair->open = true;
	while (right < end && *right == ' ')
		right++;
	if (right == end)
		return true;
	for (stop = right; stop < end && !text_is_blank(*stop);)
		stop++;
	if (stop[-1] == ':')
		stop--;
	else if (stop < end)
		return false;
	ret_pair->open = stop == end;
	ret_pair->behind = ret_pair->open ? end : stop + 1;
	destination = parse_word(right, (size_t)(stop - right), ip6, &obs->destination);
	if (destination == WORD_NONE)
		return ret_pair->open;
	if (destination == WORD_HOST || source == WORD_HOST)
		ret_pair->kind = WORD_HOST;
	else if (destination == WORD_NAME)
		ret_pair->kind = WORD_NAME;
	if (ret_pair->kind == WORD_PORT && obs->source.family != obs->destination.family)
		return ret_pair->open;
	return true;
}

/* The addresses with ports, or else (in *ret_hosts) the last pair without. */
static bool find_pair(const char *line, const char *end, struct pair *ret_pair,
		      struct text_packet *packet)
{
	struct observation trial = packet->obs;
	const char *mark = line;
	bool found = false;
	struct pair pair;

	while ((mark = memchr(mark, '>', (size_t)(end - mark))) != NULL) {
		const char *here = mark++;

		if (here < line + 4 || here[-1] != ' ' || (here + 1 < end && here[1] != ' '))
			continue;
		if (!parse_pair(line, here, end, &pair, &trial))
			continue;
		*ret_pair = pair;
		packet->obs.source = trial.source;
		packet->obs.destination = trial.destination;
		found = true;
		/* A pair without ports may be a tunnel's, with the inner packet behind it. */
		if (pair.kind != WORD_HOST)
			break;
	}
	return found;
}

static bool has(const char *at, const char *end, const char *word)
{
	return memmem(at, (size_t)(end - at), word, strlen(word)) != NULL;
}

/* A pair without ports: which packets tcpdump prints so. */
static enum text_line judge_hosts(const struct pair *pair, const char *end,
				  struct text_packet *packet)
{
	if (!packet->has_clock && !packet->ip_word)
		return TEXT_LINE_OTHER;
	if (pair->open)
		return TEXT_LINE_OPEN;
	packet->quotes = has(pair->behind, end, "ICMP") || has(pair->behind, end, "icmp");
	if (packet->quotes)
		return TEXT_LINE_NOT_TCP;
	if (has(pair->behind, end, "[|tcp]"))
		return TEXT_LINE_CUT;
	if (has(pair->behind, end, "(frag ") || has(pair->behind, end, " tcp"))
		return TEXT_LINE_FRAGMENT;
	return TEXT_LINE_NOT_TCP;
}

/* No addresses: a line that only begins, or a protocol without any. */
static enum text_line judge_bare(const char *line, const char *end, struct text_packet *packet)
{
	static const char *const others[] = { "ARP",  "arp ",  "RARP", "STP",	"LLDP", "CDP",
					      "EAP",  "IPX",   "802.", "LLC",	"MPLS", "PPPoE",
					      "LACP", "IS-IS", "BPDU", "[|arp]" };
	struct text_cursor c = { line, end };
	size_t i;

	text_skip_blanks(&c);
	if (!text_time_take(&c, &packet->time) &&
	    !text_prefix_find_time(line, end, &packet->time, &c.at)) {
		/* -t -v */
		if (!text_starts(&c, "IP (") && !text_starts(&c, "IP6 ("))
			return TEXT_LINE_OTHER;
		packet->ip_word = true;
		packet->understood = (size_t)(end - line);
		return TEXT_LINE_OPEN;
	}
	packet->has_clock = true;
	packet->understood = (size_t)(c.at - line);
	text_skip_blanks(&c);
	if (c.at == end)
		return packet->time.fraction ? TEXT_LINE_OPEN : TEXT_LINE_OTHER;
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (text_starts(&c, others[i]))
			return TEXT_LINE_NOT_TCP;
	if (has(c.at, end, "[|ip]"))
		return TEXT_LINE_CUT;
	if (has(c.at, end, "ethertype ") && !has(c.at, end, "IPv4") && !has(c.at, end, "IPv6"))
		return TEXT_LINE_NOT_TCP;
	if (text_starts(&c, "IP") || has(c.at, end, " IP") || has(c.at, end, "ethertype") ||
	    has(c.at, end, "(tos ")) {
		packet->ip_word = packet->time.fraction;
		packet->understood = (size_t)(end - line);
		return packet->time.fraction ? TEXT_LINE_OPEN : TEXT_LINE_OTHER;
	}
	/* "14:01:03.567888 192.0.2.1.36692": of tcpdump 3, wrapped before the " > " */
	if (packet->time.fraction && !memchr(c.at, ' ', text_left(&c)) && text_left(&c) > 3) {
		packet->understood = (size_t)(end - line);
		return TEXT_LINE_OPEN;
	}
	return TEXT_LINE_OTHER;
}

/* "proto UDP (17)" in the header of -v: what follows may stand on lines of its own. */
static bool says_not_tcp(const char *line, const char *end)
{
	return (has(line, end, "proto") || has(line, end, "next-header")) &&
	       !has(line, end, "TCP (6)") && has(line, end, "(17)");
}

/* A line that is taken by itself, whatever it may carry inside. */
static enum text_line parse_outer(const char *line, const char *end, struct text_packet *packet,
				  const char **ret_behind)
{
	struct text_cursor c;
	enum text_line kind;
	struct pair pair;

	memset(packet, 0, sizeof(*packet));
	*ret_behind = end;
	if (!find_pair(line, end, &pair, packet))
		return judge_bare(line, end, packet);
	text_prefix_parse(line, pair.left, packet);
	packet->understood = (size_t)(pair.behind - line);
	*ret_behind = pair.behind;
	if (pair.kind == WORD_HOST)
		return judge_hosts(&pair, end, packet);
	if (pair.open) {
		if (!packet->has_clock && !packet->ip_word)
			return TEXT_LINE_OTHER;
		packet->understood = (size_t)(end - line);
		return TEXT_LINE_OPEN;
	}
	packet->has_addresses = pair.kind == WORD_PORT;
	c = (struct text_cursor){ pair.behind, end };
	kind = text_segment_parse(&c, line, packet);
	if (kind == TEXT_LINE_OPEN && says_not_tcp(line, pair.left))
		return TEXT_LINE_NOT_TCP;
	if (kind == TEXT_LINE_NOT_TCP && !packet->has_clock && !packet->ip_word)
		return TEXT_LINE_OTHER;
	if (pair.kind == WORD_NAME && (kind == TEXT_LINE_PACKET || kind == TEXT_LINE_QUIET))
		return TEXT_LINE_NAME;
	return kind;
}

/* "IP 192.0.2.1.9 > 192.0.2.2.6081: Geneve, Flags [none], vni 0xb: IP 198.51.100.1.1 > ..." */
static const char *find_inner(const char *at, const char *end)
{
	const char *ip4 = memmem(at, (size_t)(end - at), ": IP ", 5);
	const char *ip6 = memmem(at, (size_t)(end - at), ": IP6 ", 6);

	if (!ip4 || (ip6 && ip6 < ip4))
		ip4 = ip6;
	return ip4 ? ip4 + 2 : NULL;
}

enum text_line text_packet_parse(const char *line, size_t bytes, struct text_packet *ret_packet)
{
	const char *end = line + bytes, *behind, *inner;
	struct text_packet outer;
	enum text_line kind;
	int layers;

	while (end > line && text_is_blank(end[-1]))
		end--;
	kind = parse_outer(line, end, ret_packet, &behind);
	for (layers = 0; kind == TEXT_LINE_NOT_TCP && layers < 4; layers++) {
		inner = find_inner(behind, end);
		if (!inner)
			break;
		outer = *ret_packet;
		kind = parse_outer(inner, end, ret_packet, &behind);
		ret_packet->understood += (size_t)(inner - line);
		ret_packet->time = outer.time;
		ret_packet->has_clock = outer.has_clock;
		ret_packet->interface = outer.interface;
		ret_packet->interface_bytes = outer.interface_bytes;
		ret_packet->encapsulated = true;
		ret_packet->obs.seen |= outer.obs.seen & (SEEN_MAC | SEEN_DIRECTION);
		ret_packet->obs.link_source = outer.obs.link_source;
		ret_packet->obs.outgoing = outer.obs.outgoing;
		if (ret_packet->odd && ret_packet->odd < line + ret_packet->understood)
			ret_packet->understood = (size_t)(ret_packet->odd - line);
	}
	return kind;
}

bool text_packet_starts(const char *line, size_t bytes)
{
	struct text_cursor c = { line, line + bytes };
	struct text_time time;
	int words;

	/* Quote marks, bullets and line numbers may come first. */
	for (words = 0; words < 4; words++) {
		while (c.at < c.end && (text_is_blank(*c.at) || *c.at == '>' || *c.at == '|' ||
					*c.at == '*' || *c.at == '#'))
			c.at++;
		if (text_time_take(&c, &time))
			return true;
		if (text_starts(&c, "IP ") || text_starts(&c, "IP6 "))
			return true;
		if (text_take(&c, "- "))
			continue;
		while (c.at < c.end && text_is_digit(*c.at))
			c.at++;
		while (c.at < c.end && (*c.at == '.' || *c.at == ')' || *c.at == ':'))
			c.at++;
		if (c.at < c.end && !text_is_blank(*c.at))
			return false;
	}
	return false;
}
