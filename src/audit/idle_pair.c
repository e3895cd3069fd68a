/* SPDX-License-Identifier: MIT */
/*
 * A proxy of this host that keeps idle connections to a server of this host longer than the server
 * does: the server's FIN and the proxy's next request cross on the wire.
 */
#include <stdlib.h>
#include <string.h>

#include "audit/check.h"
#include "audit/config.h"

#define SECOND INT64_C(1000000)
#define KEEPERS_MAX 256

/* Who closes connections to @port when they were idle for so long. */
struct keeper {
	int port;
	int64_t idle_us;
	bool by_default;
	const char *what; /* "HAProxy" */
	const char *setting;
	const char *file;
	int line;
};

struct keepers {
	struct keeper items[KEEPERS_MAX];
	int count;
};

static void add_keeper(struct keepers *keepers, const struct keeper *keeper)
{
	/* Not a minute, not a day: 0 and -1 are "never kept" and "for ever". */
	if (keeper->port && keeper->idle_us > 0 && keepers->count < KEEPERS_MAX)
		keepers->items[keepers->count++] = *keeper;
}

static struct keeper keeper_of(const struct config_item *setting, const struct config_item *block,
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
			keeper.port = config_port(listen->words[1]);
			add_keeper(keepers, &keeper);
		}
	}
}

/* --- HAProxy -------------------------------------------------------------------------------------
 */

/* "timeout NAME VALUE" of the section or of the defaults before it. */
static const struct config_item *haproxy_timeout(const struct config *config, int section,
						 const char *name)
{
	const struct config_item *found = NULL;
	int defaults = -1;

	for (int i = 0; i < section; i++)
		if (config->items[i].parent < 0 && config_is(&config->items[i], "defaults"))
			defaults = i;
	for (int i = 0; i < config->count; i++) {
		const struct config_item *item = &config->items[i];

		if (item->count < 3 || !config_is(item, "timeout") ||
		    strcmp(item->words[1], name) || item->parent < 0)
			continue;
		if (item->parent == section || (item->parent == defaults && !found))
			found = item;
	}
	return found;
}

static void add_haproxy(struct keepers *keepers)
{
	static const char *const names[] = { "http-keep-alive", "http-request", "client" };
	const struct config *config = config_get(CONFIG_HAPROXY);

	for (int i = 0; i < config->count; i++) {
		const struct config_item *bind = &config->items[i], *setting = NULL;
		struct keeper keeper;
		int n;

		if (!config_is(bind, "bind") || bind->count < 2 || bind->parent < 0)
			continue;
		for (n = 0; n < 3 && !setting; n++)
			setting = haproxy_timeout(config, bind->parent, names[n]);
		if (!setting)
			continue;
		keeper = keeper_of(setting, bind, 2, 1000, -1);
		keeper.what = "HAProxy";
		keeper.setting = n == 1	  ? "timeout http-keep-alive"
				 : n == 2 ? "timeout http-request"
					  : "timeout client";
		keeper.port = config_port(bind->words[1]);
		add_keeper(keepers, &keeper);
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
		struct keeper keeper = { .what = "Tomcat",
					 .setting = idle ? "keepAliveTimeout" : "connectionTimeout",
					 .file = item->file,
					 .line = item->line };

		if (!port || (protocol && strstr(protocol, "AJP")))
			continue;
		if (!idle)
			idle = config_value(item, "connectionTimeout");
		keeper.by_default = !idle;
		keeper.idle_us = idle ? config_time_us(idle, 1000) : 60 * SECOND;
		keeper.port = config_port(port);
		add_keeper(keepers, &keeper);
	}
}

/* --- nginx as the client -------------------------------------------------------------------------
 */

static bool is_here(const char *server)
{
	return !strncmp(server, "127.", 4) || !strncmp(server, "localhost:", 10) ||
	       !strncmp(server, "[::1]:", 6);
}

static void state(struct findings *found, const struct config_item *upstream,
		  const struct config_item *server, const struct keeper *client,
		  const struct keeper *keeper)
{
	struct finding *finding = finding_add(found, NULL);

	/* That they will cross is certain, that they did is not shown. */
	finding->suggested = true;
	finding_text(finding, "upstream", "%s",
		     upstream->count > 1 ? upstream->words[1] : server->words[1]);
	finding_text(finding, "address", "%s", server->words[1]);
	finding_text(finding, "server", "%s", keeper->what);
	finding_text(finding, "setting", "%s", keeper->setting);
	finding_place(finding, "client_place", client->file, client->line);
	finding_place(finding, "server_place", keeper->file, keeper->line);
	finding_duration(finding, "client_idle", client->idle_us);
	finding_duration(finding, "server_idle", keeper->idle_us);
	finding_words(finding, "client_default", client->by_default ? " (its default)" : " ",
		      client->by_default ? "（默认值）" : " ");
	finding_words(finding, "server_default", keeper->by_default ? " (its default)" : " ",
		      keeper->by_default ? "（默认值）" : " ");
	/* Half of it: enough for a request that is under way. */
	finding_count(finding, "less",
		      keeper->idle_us >= 2 * SECOND ? (uint64_t)(keeper->idle_us / SECOND / 2) : 1);
}

static void judge(const struct audit *audit, struct findings *found)
{
	const struct config *config = config_get(CONFIG_NGINX);
	struct keepers *keepers = calloc(1, sizeof(*keepers));

	(void)audit;
	if (!keepers)
		return;
	add_nginx(keepers);
	add_haproxy(keepers);
	add_tomcat(keepers);
	for (int i = 0; i < config->count; i++) {
		const struct config_item *server = &config->items[i], *upstream;
		struct keeper client;

		if (server->parent < 0 || !config_is(server, "server") || server->count < 2 ||
		    !is_here(server->words[1]))
			continue;
		upstream = &config->items[server->parent];
		/* Without it nginx closes the connection after each request. */
		if (!config_is(upstream, "upstream") ||
		    !config_find(config, server->parent, "keepalive"))
			continue;
		client = keeper_of(config_find(config, server->parent, "keepalive_timeout"),
				   upstream, 1, SECOND, 60 * SECOND);
		for (int k = 0; k < keepers->count; k++)
			if (keepers->items[k].port == config_port(server->words[1]) &&
			    client.idle_us >= keepers->items[k].idle_us) {
				state(found, upstream, server, &client, &keepers->items[k]);
				break;
			}
	}
	free(keepers);
}

const struct check check_idle_pair = {
	.id = "idle-pair",
	.reads_config = true,
	.causes = { "keepalive-race", "write-after-close" },
	.facts = {
		{ "client_idle", { "{client_place}: nginx keeps idle connections to {upstream} ({address}) for {client_idle}{client_default}",
				   "{client_place}：nginx 到 {upstream}（{address}）的空闲连接保留 {client_idle}{client_default}" } },
		{ "server_idle", { "{server_place}: {server} closes them after {server_idle} ({setting}){server_default}",
				   "{server_place}：{server} 空闲 {server_idle} 就关闭（{setting}）{server_default}" } },
	},
	.where = { "{client_place}" },
	.words = {
		[LANG_EN] = {
			.title = "nginx keeps idle connections to {upstream} no shorter than {server} does: close and reuse cross",
			.hurts = "A request that leaves while the server's FIN is on its way is answered with a reset: 502 or \"connection reset by peer\" for "
				"requests after a pause, if both programs run with these files.",
			.fix = {
				"{client_place}: in upstream {upstream}, `keepalive_timeout {less}s;` (nginx 1.15.3 or later): the client end is to close first.",
				"Or {server_place}: {setting} clearly above {client_idle}.",
			},
			.cost = "Some more connections are opened.",
			.folklore = "\"Raise keepalive_timeout everywhere\": with equal numbers they still race; the client end needs the smaller one.",
			.sampled = "keep-alive times of proxies against their servers",
		},
		[LANG_ZH] = {
			.title = "nginx 到 {upstream} 的空闲连接保留时间不短于 {server}：关闭与复用会撞上",
			.hurts = "请求发出时服务端的 FIN 正在路上，得到的就是 RST：停顿之后的请求出现 502 或 “connection reset by peer”（前提是两个程序都在按这些文件运行）。",
			.fix = {
				"{client_place}：在 upstream {upstream} 里设 `keepalive_timeout {less}s;`（nginx 1.15.3 起）：应由客户端一侧先关闭。",
				"或者 {server_place}：把 {setting} 设得明显大于 {client_idle}。",
			},
			.cost = "会多建一些连接。",
			.folklore = "“到处调大 keepalive_timeout”：两边相等时照样相撞；客户端一侧必须更小。",
			.sampled = "代理与后端的空闲保留时间",
		},
	},
	.sources = { "nginx: ngx_http_upstream_module, keepalive_timeout", "HAProxy configuration manual: timeout http-keep-alive",
		     "Tomcat: The HTTP Connector, keepAliveTimeout", "RFC 9112 section 9.5" },
	.judge = judge,
};
