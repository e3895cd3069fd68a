/* SPDX-License-Identifier: MIT */
/* Whose configuration a file is. */
#include <string.h>

#include "audit/config.h"

static bool ends_with(const char *text, const char *end)
{
	size_t length = strlen(text), bytes = strlen(end);

	return length >= bytes && !strcmp(text + length - bytes, end);
}

static int of_name(const char *path)
{
	static const struct {
		const char *end;
		enum config_kind kind;
	} names[] = {
		{ ".service", CONFIG_SYSTEMD },	   { ".socket", CONFIG_SYSTEMD },
		{ "server.xml", CONFIG_TOMCAT },   { "nginx.conf", CONFIG_NGINX },
		{ "haproxy.cfg", CONFIG_HAPROXY }, { "keepalived.conf", CONFIG_KEEPALIVED },
	};

	if (strstr(path, ".service.d/") || strstr(path, ".socket.d/"))
		return CONFIG_SYSTEMD;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (ends_with(path, names[i].end))
			return (int)names[i].kind;
	return -1;
}

/* Whether the line from @at to @stop begins with @word, as a word. */
static bool begins(const char *at, const char *stop, const char *word)
{
	size_t length = strlen(word);

	return (size_t)(stop - at) >= length && !memcmp(at, word, length) &&
	       (at + length == stop || strchr(" \t\r{", at[length]));
}

static bool is_alone(const char *at, const char *stop)
{
	while (at < stop && !strchr(" \t\r", *at))
		at++;
	while (at < stop && strchr(" \t\r", *at))
		at++;
	return at == stop;
}

static int of_line(const char *at, const char *stop)
{
	static const struct {
		const char *word;
		enum config_kind kind;
	} words[] = {
		{ "[Unit]", CONFIG_SYSTEMD },
		{ "[Service]", CONFIG_SYSTEMD },
		{ "[Socket]", CONFIG_SYSTEMD },
		{ "[Manager]", CONFIG_SYSTEMD },
		{ "global_defs", CONFIG_KEEPALIVED },
		{ "vrrp_script", CONFIG_KEEPALIVED },
		{ "vrrp_instance", CONFIG_KEEPALIVED },
		{ "virtual_server", CONFIG_KEEPALIVED },
		{ "global", CONFIG_HAPROXY },
		{ "defaults", CONFIG_HAPROXY },
		{ "frontend", CONFIG_HAPROXY },
		{ "backend", CONFIG_HAPROXY },
		{ "listen", CONFIG_HAPROXY },
		{ "http", CONFIG_NGINX },
		{ "events", CONFIG_NGINX },
		{ "server", CONFIG_NGINX },
		{ "upstream", CONFIG_NGINX },
		{ "stream", CONFIG_NGINX },
		{ "<Server", CONFIG_TOMCAT },
		{ "<Connector", CONFIG_TOMCAT },
	};
	bool opens = memchr(at, '{', (size_t)(stop - at)) != NULL;

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (begins(at, stop, words[i].word) &&
		    /* "server web 10.0.0.1:80" is HAProxy's, "server {" is not, nor is "server"
		     * with its brace on the next line. */
		    (opens || words[i].kind != CONFIG_NGINX || is_alone(at, stop)) &&
		    (!opens || words[i].kind != CONFIG_HAPROXY))
			return (int)words[i].kind;
	return -1;
}

int config_recognize(const char *path, const char *text, size_t length)
{
	const char *end = text + length, *stop;
	int kind = config_is_dump(text, length) ? CONFIG_NGINX : of_name(path);

	for (const char *at = text; kind < 0 && at < end; at = stop + 1) {
		while (at < end && strchr(" \t\r\n", *at))
			at++;
		stop = memchr(at, '\n', (size_t)(end - at));
		stop = stop ? stop : end;
		kind = of_line(at, stop);
	}
	return kind;
}
