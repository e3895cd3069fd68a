/* SPDX-License-Identifier: MIT */
#include "audit/idle_keepers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECOND INT64_C(1000000)

/* --- addresses -----------------------------------------------------------------------------------
 */

/* "127.0.0.1" of "127.0.0.1:80", "::1" of "[::1]:80", "" of "80", ":80" and what means all. */
static void host_of(const char *text, char *ret, size_t bytes)
{
	static const char *const all[] = { "*", "0.0.0.0", "::" };
	const char *family = strchr(text, '@'), *colon;

	text = family ? family + 1 : text; /* HAProxy: ipv4@, ipv6@ */
	colon = strrchr(text, ':');
	if (*text == '[')
		snprintf(ret, bytes, "%.*s", (int)strcspn(text + 1, "]"), text + 1);
	else
		snprintf(ret, bytes, "%.*s", colon ? (int)(colon - text) : 0, text);
	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		if (!strcmp(ret, all[i]))
			ret[0] = '\0';
}

static bool is_loopback(const char *host)
{
	return !strncmp(host, "127.", 4) || !strcmp(host, "::1") || !strcmp(host, "localhost");
}

bool keeper_is_at(const struct keeper *keeper, const char *address)
{
	char host[64];

	if (keeper->port != config_port(address))
		return false;
	host_of(address, host, sizeof(host));
	if (!keeper->host[0] || !strcmp(keeper->host, host))
		return true;
	/* A name that can be either of them. */
	return (!strcmp(host, "localhost") || !strcmp(keeper->host, "localhost")) &&
	       is_loopback(host) && is_loopback(keeper->host);
}

static void set_address(struct keeper *keeper, const char *text)
{
	keeper->port = config_port(text);
	host_of(text, keeper->host, sizeof(keeper->host));
}

static void add_keeper(struct keepers *keepers, const struct keeper *keeper)
{
	/* Not a minute, not a day: 0 and -1 are "never kept" and "for ever". */
	if (keeper->port && keeper->idle_us > 0 && keepers->count < KEEPERS_MAX)
		keepers->items[keepers->count++] = *keeper;
}

struct keeper keeper_of(const struct config_item *setting, const struct config_item *block,
			int value, int64_t unit_us, int64_t default_us)
{
	const struct config_item *said = setting ? setting : block;

	return (struct keeper){
		.idle_us = setting && setting->count > value
				   ? config_time_us(setting->words[value], unit_us)
				   : default_us,
		.by_default = !setting,
		.file = said->file,
		.line = said->line,
	};
}

/* --- nginx ---------------------------------------------------------------------------------------
 */

static bool is_http_server(const struct config *config, const struct config_item *item)
{
	return item->count == 1 && config_is(item, "server") && item->parent >= 0 &&
	       config_is(&config->items[item->parent], "http");
}

static void add_nginx(struct keepers *keepers)
{
	const struct config *config = config_get(CONFIG_NGINX);

	for (int i = 0; i < config->count; i++) {
		struct keeper keeper;

		if (!is_http_server(config, &config->items[i]))
			continue;
		keeper = keeper_of(config_inherit(config, i, "keepalive_timeout"),
				   &config->items[i], 1, SECOND, 75 * SECOND);
		keeper.what = "nginx";
		keeper.setting = "keepalive_timeout";
		for (int k = i + 1; k < config->count; k++) {
			const struct config_item *listen = &config->items[k];

			if (listen->parent != i || !config_is(listen, "listen") ||
			    listen->count < 2)
				continue;
			set_address(&keeper, listen->words[1]);
			add_keeper(keepers, &keeper);
		}
	}
}

/* --- HAProxy -------------------------------------------------------------------------------------
 */

/* "10.0.0.1:80,:443": each of them. */
static void add_binds(struct keepers *keepers, struct keeper *keeper, const char *list)
{
	while (*list) {
		size_t length = strcspn(list, ",");
		char one[128];

		snprintf(one, sizeof(one), "%.*s", (int)length, list);
		set_address(keeper, one);
		add_keeper(keepers, keeper);
		list += length + (list[length] == ',');
	}
}

static void add_haproxy(struct keepers *keepers)
{
	static const char *const names[] = { "http-keep-alive", "http-request", "client" };
	const struct config *config = config_get(CONFIG_HAPROXY);

	for (int i = 0; i < config->count; i++) {
		const struct config_item *bind = &config->items[i], *setting = NULL;
		struct keeper keeper;
		int n;

		if (!config_is(bind, "bind") || bind->count < 2 || bind->parent < 0 ||
		    bind->is_undecided || !haproxy_is_settled(config, bind->parent))
			continue;
		/* It closes after each: nothing is kept. */
		if (haproxy_has_option(config, bind->parent, "httpclose"))
			continue;
		/* Without HTTP a pause between requests is a pause like any other. */
		for (n = haproxy_is_http(config, bind->parent) ? 0 : 2; n < 3 && !setting; n++)
			setting = haproxy_find(config, bind->parent, "timeout", names[n]);
		if (!setting)
			continue;
		keeper = keeper_of(setting, bind, 2, 1000, -1);
		keeper.what = "HAProxy";
		keeper.setting = n == 1	  ? "timeout http-keep-alive"
				 : n == 2 ? "timeout http-request"
					  : "timeout client";
		add_binds(keepers, &keeper, bind->words[1]);
	}
}

/* --- Tomcat --------------------------------------------------------------------------------------
 */

static void add_tomcat(struct keepers *keepers)
{
	const struct config *config = config_get(CONFIG_TOMCAT);

	for (int i = 0; i < config->count; i++) {
		const struct config_item *item = &config->items[i];
		const char *port = config_value(item, "port");
		const char *protocol = config_value(item, "protocol");
		const char *idle = config_value(item, "keepAliveTimeout");
		const char *most = config_value(item, "maxKeepAliveRequests");
		const char *address = config_value(item, "address");
		struct keeper keeper = { .what = "Tomcat",
					 .setting = idle ? "keepAliveTimeout" : "connectionTimeout",
					 .file = item->file,
					 .line = item->line };

		/* "AJP/1.3" or a class of org.apache.coyote.ajp; with 1 it closes after each. */
		if (!port || (protocol && strcasestr(protocol, "ajp")) ||
		    (most && !strcmp(most, "1")))
			continue;
		if (!idle)
			idle = config_value(item, "connectionTimeout");
		keeper.by_default = !idle;
		keeper.idle_us = idle ? config_time_us(idle, 1000) : 60 * SECOND;
		keeper.port = config_port(port);
		snprintf(keeper.host, sizeof(keeper.host), "%s", address ? address : "");
		add_keeper(keepers, &keeper);
	}
}

void keepers_take(struct keepers *keepers)
{
	add_nginx(keepers);
	add_haproxy(keepers);
	add_tomcat(keepers);
}
