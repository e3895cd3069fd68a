/* SPDX-License-Identifier: MIT */
#include "catalogue/peer.h"

#include <string.h>

#include "base/addr.h"

/* Linux' default ip_local_port_range begins here: above it, a port names a connection, not a
 * service. */
#define CLIENT_PORT_MIN 32768
#define LOOK_AT 4096
#define NAME_MAX_LENGTH 60

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Letters, digits, '-', '.' and '_'. */
static const bool name_characters[256] = {
	['-'] = true,	      ['.'] = true, ['0' ... '9'] = true,
	['A' ... 'Z'] = true, ['_'] = true, ['a' ... 'z'] = true,
};

static bool is_name(char c)
{
	return name_characters[(unsigned char)c];
}

/* ":8080" at @at; returns how many bytes it takes, 0 if there is no port. */
static size_t port_at(const char *line, size_t length, size_t at, unsigned int *ret_port)
{
	unsigned int port = 0;
	size_t n = 1;

	*ret_port = 0;
	if (at + 1 >= length || line[at] != ':' || !is_digit(line[at + 1]))
		return 0;
	while (at + n < length && n < 7 && is_digit(line[at + n]))
		port = port * 10 + (unsigned int)(line[at + n++] - '0');
	if (n > 6 || port == 0 || port > 65535)
		return 0;
	*ret_port = port;
	return n;
}

static size_t write_endpoint(struct endpoint *endpoint, unsigned int port, char peer[PEER_MAX])
{
	char text[ENDPOINT_TEXT_MAX];
	size_t n;

	endpoint->port = (uint16_t)port;
	if (port && port < CLIENT_PORT_MIN)
		n = endpoint_format(endpoint, text);
	else
		n = endpoint_format_host(endpoint, text);
	memcpy(peer, text, n + 1);
	return n;
}

/* An address with or without port, beginning at @at. Returns the length of @peer, and where it
 * ends. */
static size_t address_at(const char *line, size_t length, size_t at, char peer[PEER_MAX],
			 size_t *ret_end, unsigned int *ret_port)
{
	struct endpoint endpoint;
	bool bracket = line[at] == '[';
	size_t start = at + bracket, n = 0, dots = 0, colons = 0;

	while (start + n < length && n < 46) {
		char c = line[start + n];

		if (c == '.')
			dots++;
		else if (c == ':')
			colons++;
		else if (!is_digit(c) && !((c | 0x20) >= 'a' && (c | 0x20) <= 'f'))
			break;
		if (c == ':' && dots)
			break;
		n++;
	}
	if (dots && start + n < length && line[start + n] == ':')
		colons = 0;
	if (bracket && (start + n >= length || line[start + n] != ']'))
		return 0;
	while (n && !bracket && (line[start + n - 1] == '.' || line[start + n - 1] == ':') &&
	       !(n > 1 && line[start + n - 2] == ':'))
		n--;
	if (n < 3 || (colons < 2 && dots != 3) ||
	    endpoint_parse_host(line + start, n, &endpoint) < 0)
		return 0;
	/* A dotted number that goes on is a version or a name. */
	if (!bracket && start + n < length && is_name(line[start + n]) && line[start + n] != '.')
		return 0;
	at = start + n + bracket;
	at += port_at(line, length, at, ret_port);
	*ret_end = at;
	return write_endpoint(&endpoint, *ret_port, peer);
}

static bool is_file(const char *name, size_t length)
{
	static const char *const endings[] = { ".java", ".go",	".py", ".js",  ".rb",	 ".cs",
					       ".rs",	".kt",	".ts", ".php", ".scala", ".c",
					       ".cc",	".cpp", ".h",  ".pl",  ".ex",	 ".log" };

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		size_t n = strlen(endings[i]);

		if (length > n && !strncmp(name + length - n, endings[i], n))
			return true;
	}
	return false;
}

/* "db.example.com:3306", "redis:6379", or any name after "://" and "@". */
static size_t name_at(const char *line, size_t length, size_t at, bool any, char peer[PEER_MAX],
		      size_t *ret_end)
{
	unsigned int port;
	size_t n = 0, letters = 0, digits;

	while (at + n < length && n < NAME_MAX_LENGTH && is_name(line[at + n]))
		letters += !is_digit(line[at + n++]);
	digits = port_at(line, length, at + n, &port);
	if (!letters || n < 2 || n == NAME_MAX_LENGTH || (!any && !digits) ||
	    is_file(line + at, n) ||
	    (digits && at + n + digits < length && line[at + n + digits] == ':' && !any))
		return 0;
	for (size_t i = 0; i < n; i++) {
		char c = line[at + i];

		peer[i] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
	}
	if (port && port < CLIENT_PORT_MIN) {
		memcpy(peer + n, line + at + n, digits);
		n += digits;
	}
	peer[n] = '\0';
	*ret_end = at + n;
	return n;
}

/* What stands at @at, after a mark that says that a peer follows. */
static size_t marked(const char *line, size_t length, size_t at, char peer[PEER_MAX])
{
	static const char skip[] = " \"'=:/<(";
	const char *scheme;
	unsigned int port;
	size_t end, n;

	scheme = memmem(line + at, length - at < 12 ? length - at : 12, "://", 3);
	if (scheme)
		at = (size_t)(scheme - line) + 3;
	while (at < length && line[at] && strchr(skip, line[at]))
		at++;
	if (at >= length)
		return 0;
	n = address_at(line, length, at, peer, &end, &port);
	return n ? n : name_at(line, length, at, scheme != NULL, peer, &end);
}

static size_t after(const char *line, size_t length, const char *mark, char peer[PEER_MAX])
{
	const char *found = memmem(line, length, mark, strlen(mark));

	return found ? marked(line, length, (size_t)(found - line) + strlen(mark), peer) : 0;
}

/* "fe be/srv1 0/0/0/5/5": HAProxy names what it talked to before its timers. */
static size_t haproxy_server(const char *line, size_t length, char peer[PEER_MAX])
{
	const char *at = memmem(line, length, "] ", 2), *space, *end = line + length;
	size_t n;

	/* The date in brackets is followed by front end, back end/server. */
	while (at && at + 2 < end) {
		space = memchr(at + 2, ' ', (size_t)(end - at - 2));
		if (!space)
			return 0;
		space++;
		n = 0;
		while (space + n < end && (is_name(space[n]) || space[n] == '/') &&
		       n < PEER_MAX - 1)
			n++;
		if (n > 2 && space + n < end && space[n] == ' ' && memchr(space, '/', n)) {
			memcpy(peer, space, n);
			peer[n] = '\0';
			return n;
		}
		at = memmem(at + 2, (size_t)(end - at - 2), "] ", 2);
	}
	return 0;
}

struct best {
	char peer[PEER_MAX];
	size_t length;
	int rank;
};

static void consider(struct best *best, const char *peer, size_t length, int rank)
{
	if (rank <= best->rank)
		return;
	memcpy(best->peer, peer, length + 1);
	best->length = length;
	best->rank = rank;
}

/* What begins at @at and could be a peer: worth a closer look. @n: length of the word there. */
static size_t candidate(const char *line, size_t length, size_t at, size_t n, size_t dots,
			char peer[PEER_MAX], size_t *ret_end, int *ret_rank)
{
	bool url = at >= 3 && !memcmp(line + at - 3, "://", 3);
	char next = at + n < length ? line[at + n] : ' ';
	unsigned int port = 0;
	size_t size = 0;

	if ((dots == 3 && is_digit(line[at])) || (next == ':' && n <= 4)) {
		size = address_at(line, length, at, peer, ret_end, &port);
		*ret_rank = port && port < CLIENT_PORT_MIN ? 6 : 3;
	}
	if (!size && (url || (next == ':' && at + n + 1 < length && is_digit(line[at + n + 1])))) {
		size = name_at(line, length, at, url, peer, ret_end);
		*ret_rank = url ? 5 : 4;
	}
	return size;
}

/* Every address and host:port of the line; services are preferred to clients. */
static void unmarked(const char *line, size_t length, size_t from, struct best *best)
{
	char peer[PEER_MAX];
	unsigned int port;
	int rank = 3;

	for (size_t at = 0; at < length;) {
		size_t n = 0, dots = 0, end, size = 0;

		while (at + n < length && is_name(line[at + n]))
			dots += line[at + n++] == '.';
		end = at + n + !n;
		if (n) {
			size = candidate(line, length, at, n, dots, peer, &end, &rank);
		} else if (line[at] == '[' ||
			   (line[at] == ':' && at + 1 < length && line[at + 1] == ':')) {
			size = address_at(line, length, at, peer, &end, &port);
			rank = port && port < CLIENT_PORT_MIN ? 6 : 3;
		}
		if (size)
			consider(best, peer, size, rank + (at > from && rank != 4 && rank != 5));
		at = end;
	}
}

static bool is_of(const struct entry *entry, const char *ecosystem)
{
	return entry->ecosystem && !strncmp(entry->ecosystem, ecosystem, strlen(ecosystem));
}

/* Where the log of a program says who the peer was. */
static size_t find_marked(const char *line, size_t length, const struct entry *entry,
			  char peer[PEER_MAX])
{
	const char *arrow = line, *end = line + length;
	size_t n = 0;

	if (is_of(entry, "HAProxy"))
		n = haproxy_server(line, length, peer);
	else if (is_of(entry, "nginx") && strstr(entry->id, "client"))
		n = after(line, length, "client: ", peer);
	else if (is_of(entry, "nginx") || is_of(entry, "Linux"))
		n = after(line, length, "upstream: ", peer);
	/* Go's "local->remote", and Netty's "[id: 0x1, L:/local - R:/remote]". */
	while (!n && arrow < end && (arrow = memchr(arrow, '>', (size_t)(end - arrow)))) {
		if (arrow > line && arrow[-1] == '-')
			n = marked(line, length, (size_t)(arrow - line) + 1, peer);
		arrow++;
	}
	if (!n && is_of(entry, "Java"))
		n = after(line, length, "R:/", peer);
	return n;
}

size_t peer_find(const char *line, size_t length, size_t from, const struct entry *entry,
		 char peer[PEER_MAX])
{
	struct best best = { "", 0, 0 };
	size_t n;

	if (length > LOOK_AT)
		length = LOOK_AT;
	n = find_marked(line, length, entry, peer);
	if (n)
		return n;
	unmarked(line, length, from, &best);
	memcpy(peer, best.peer, best.length + 1);
	return best.length;
}
