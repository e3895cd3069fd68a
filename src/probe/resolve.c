/* SPDX-License-Identifier: MIT */
#include "probe/resolve.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

/* A port in decimal, all of @length bytes; 0 if it is none. */
static uint16_t port_of(const char *text, size_t length)
{
	unsigned int value = 0;

	if (!length || length > 5)
		return 0;
	for (size_t i = 0; i < length; i++) {
		if (text[i] < '0' || text[i] > '9')
			return 0;
		value = value * 10 + (unsigned int)(text[i] - '0');
	}
	return value <= UINT16_MAX ? (uint16_t)value : 0;
}

static int copy(char *to, size_t size, const char *from, size_t length)
{
	if (length >= size)
		return -EINVAL;
	memcpy(to, from, length);
	to[length] = '\0';
	return 0;
}

/* Names go into a request: nothing that could end its line, and no blanks. */
static bool is_clean(const char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text <= ' ' || *text == 0x7f)
			return false;
	}
	return true;
}

static int parse_authority(const char *text, size_t length, struct resolve_target *ret_target)
{
	const char *end = text + length, *host = text, *host_end, *colon;

	if (*text == '[') {
		host++;
		host_end = memchr(text, ']', length);
		if (!host_end)
			return -EINVAL;
		colon = host_end + 1;
		if (colon != end && *colon != ':')
			return -EINVAL;
	} else {
		colon = memchr(text, ':', length);
		/* Two colons and no brackets: an IPv6 address alone. */
		if (colon && memchr(colon + 1, ':', (size_t)(end - colon - 1)))
			colon = end;
		host_end = colon = colon ? colon : end;
	}
	if (colon != end) {
		ret_target->port = port_of(colon + 1, (size_t)(end - colon - 1));
		if (!ret_target->port)
			return -EINVAL;
	}
	if (host_end == host)
		return -EINVAL;
	return copy(ret_target->host, sizeof(ret_target->host), host, (size_t)(host_end - host));
}

int resolve_parse(const char *text, struct resolve_target *ret_target)
{
	const char *scheme = strstr(text, "://"), *authority = text, *path;
	size_t length;
	char name[16];
	int r;

	*ret_target = (struct resolve_target){ 0 };
	if (!is_clean(text))
		return -EINVAL;
	if (scheme) {
		if (copy(name, sizeof(name), text, (size_t)(scheme - text)) < 0)
			return -EINVAL;
		for (char *c = name; *c; c++)
			*c |= 0x20;
		ret_target->protocol = protocol_find(name);
		if (!ret_target->protocol)
			return -EINVAL;
		ret_target->port = ret_target->protocol->ports[0];
		authority = scheme + 3;
	}
	/* RFC 3986: the path may be left out before a query; a fragment is not for the server. */
	length = strcspn(authority, "/?#");
	path = authority + length;
	r = snprintf(ret_target->path, sizeof(ret_target->path), "%s%.*s", *path == '?' ? "/" : "",
		     (int)strcspn(path, "#"), path);
	if (r < 0 || (size_t)r >= sizeof(ret_target->path))
		return -EINVAL;
	return parse_authority(authority, length, ret_target);
}

static void address_of(const struct addrinfo *info, uint16_t port, struct resolve_address *ret)
{
	memset(ret, 0, sizeof(*ret));
	ret->endpoint.port = port;
	if (info->ai_family == AF_INET6) {
		const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)info->ai_addr;

		ret->endpoint.family = ADDR_IP6;
		ret->interface = in6->sin6_scope_id;
		memcpy(ret->endpoint.ip, &in6->sin6_addr, 16);
	} else {
		ret->endpoint.family = ADDR_IP4;
		memcpy(ret->endpoint.ip, &((const struct sockaddr_in *)info->ai_addr)->sin_addr, 4);
	}
}

int resolve_addresses(const char *host, uint16_t port, enum addr_family family,
		      struct resolve_address *ret_addresses, int max, const char **ret_problem)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_protocol = IPPROTO_TCP };
	struct addrinfo *list, *info;
	int count = 0, r;

	hints.ai_family = family == ADDR_IP4 ? AF_INET : family == ADDR_IP6 ? AF_INET6 : AF_UNSPEC;
	r = getaddrinfo(host, NULL, &hints, &list);
	if (r) {
		*ret_problem = r == EAI_SYSTEM ? strerror(errno) : gai_strerror(r);
		return -ENOENT;
	}
	for (info = list; info; info = info->ai_next) {
		struct resolve_address address;
		bool known = false;

		if (info->ai_family != AF_INET && info->ai_family != AF_INET6)
			continue;
		address_of(info, port, &address);
		for (int i = 0; i < count && i < max; i++)
			known |= endpoint_same(&ret_addresses[i].endpoint, &address.endpoint) &&
				 ret_addresses[i].interface == address.interface;
		if (known)
			continue;
		if (count < max)
			ret_addresses[count] = address;
		count++;
	}
	freeaddrinfo(list);
	return count;
}
