/* SPDX-License-Identifier: MIT */
/*
 * A proxy of this host that keeps idle connections to a server of this host longer than the server
 * does: the server's FIN and the proxy's next request cross on the wire.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/check.h"
#include "audit/idle_keepers.h"

/* A proxy's connections to one server. */
struct client {
	struct keeper keeper; /* how long the proxy keeps them */
	const char *upstream; /* what it calls the server */
	const char *address;
	const char *why[LANG_COUNT]; /* it is so long */
	const char *slot;	     /* that its own remedy fills */
	char remedy[32];
};

static bool is_here(const char *server)
{
	return !strncmp(server, "127.", 4) || !strncmp(server, "localhost:", 10) ||
	       !strncmp(server, "[::1]:", 6);
}

static void state(struct findings *found, const struct client *client, const struct keeper *keeper)
{
	struct finding *finding = finding_add(found, NULL);

	/* That they will cross is certain, that they did is not shown. */
	finding->suggested = true;
	finding_text(finding, "client", "%s", client->keeper.what);
	finding_text(finding, "upstream", "%s", client->upstream);
	finding_hides(finding, "upstream", HIDES_PATH);
	finding_address(finding, "address", client->address);
	finding_text(finding, "server", "%s", keeper->what);
	finding_text(finding, "setting", "%s", keeper->setting);
	finding_place(finding, "client_place", client->keeper.file, client->keeper.line);
	finding_place(finding, "server_place", keeper->file, keeper->line);
	finding_duration(finding, "client_idle", client->keeper.idle_us);
	finding_duration(finding, "server_idle", keeper->idle_us);
	finding_words(finding, "client_why", client->why[LANG_EN], client->why[LANG_ZH]);
	finding_words(finding, "server_default", keeper->by_default ? " (its default)" : " ",
		      keeper->by_default ? "（默认值）" : " ");
	finding_text(finding, client->slot, "%s", client->remedy);
}

/* The server's time in parts of it, "2s" or "1250ms": short enough to be first. */
static void set_remedy(struct client *client, const struct keeper *keeper, int part)
{
	int64_t ms = keeper->idle_us / 1000 / part;

	if (ms >= 1000)
		snprintf(client->remedy, sizeof(client->remedy), "%llds", (long long)(ms / 1000));
	else
		snprintf(client->remedy, sizeof(client->remedy), "%lldms",
			 (long long)(ms > 0 ? ms : 1));
}

/* @part: what the remedy is of the server's time. */
static void compare(struct findings *found, const struct keepers *keepers, struct client *client,
		    int part)
{
	for (int k = 0; k < keepers->count; k++)
		if (keeper_is_at(&keepers->items[k], client->address) &&
		    client->keeper.idle_us >= keepers->items[k].idle_us) {
			set_remedy(client, &keepers->items[k], part);
			state(found, client, &keepers->items[k]);
			return;
		}
}

/* --- nginx ---------------------------------------------------------------------------------------
 */

enum passing {
	PASSES_KEEPING,
	PASSES_SINCE, /* kept since nginx 1.29.7, whose default is HTTP/1.1 */
	PASSES_CLOSING,
};

static bool passes_to(const struct config_item *item, const char *upstream)
{
	const char *name = config_is(item, "proxy_pass") && item->count > 1
				   ? strstr(item->words[1], "://")
				   : NULL;
	size_t length = strlen(upstream);

	return name && !strncmp(name + 3, upstream, length) &&
	       (!name[3 + length] || name[3 + length] == '/');
}

/* HTTP/1.0 ends with each answer. Where nobody is seen to pass on to it, it may be by a variable.
 */
static enum passing how_passed(const struct config *config, const char *upstream)
{
	bool is_passed = false, is_default = false;

	for (int i = 0; i < config->count; i++) {
		const struct config_item *version;

		if (!passes_to(&config->items[i], upstream))
			continue;
		version = config_inherit(config, config->items[i].parent, "proxy_http_version");
		if (version && version->count > 1 && strcmp(version->words[1], "1.0") != 0)
			return PASSES_KEEPING;
		is_passed = true;
		is_default |= !version;
	}
	return !is_passed ? PASSES_KEEPING : is_default ? PASSES_SINCE : PASSES_CLOSING;
}

static bool keeps_idle(const struct config_item *keepalive)
{
	return keepalive && keepalive->count > 1 && strcmp(keepalive->words[1], "0") != 0;
}

static void judge_nginx(struct findings *found, const struct keepers *keepers)
{
	const struct config *config = config_get(CONFIG_NGINX);

	for (int i = 0; i < config->count; i++) {
		const struct config_item *server = &config->items[i], *upstream;
		struct client client = { .slot = "less" };
		enum passing passing;

		if (server->parent < 0 || !config_is(server, "server") || server->count < 2 ||
		    !is_here(server->words[1]))
			continue;
		upstream = &config->items[server->parent];
		/* Without it nginx closes the connection after each request (until 1.29.7). */
		if (!config_is(upstream, "upstream") ||
		    !keeps_idle(config_find(config, server->parent, "keepalive")))
			continue;
		passing = how_passed(config, upstream->count > 1 ? upstream->words[1] : "");
		if (passing == PASSES_CLOSING)
			continue;
		client.keeper = keeper_of(config_find(config, server->parent, "keepalive_timeout"),
					  upstream, 1, SECOND, 60 * SECOND);
		client.keeper.what = "nginx";
		client.address = server->words[1];
		client.upstream = upstream->count > 1 ? upstream->words[1] : server->words[1];
		client.why[LANG_EN] = client.keeper.by_default ? " (its default)" : " ";
		client.why[LANG_ZH] = client.keeper.by_default ? "（默认值）" : " ";
		if (passing == PASSES_SINCE) {
			client.why[LANG_EN] =
				", if it is nginx 1.29.7 or later: before that, without "
				"proxy_http_version 1.1, it closes them after each "
				"request";
			client.why[LANG_ZH] = "（nginx 1.29.7 起；更早的版本没有 "
					      "proxy_http_version 1.1 时每次请求后就关闭）";
		}
		compare(found, keepers, &client, 2);
	}
}

/* --- HAProxy -------------------------------------------------------------------------------------
 */

#define PURGE_DEFAULT (5 * SECOND)

/* The value behind the word @name of a server's line; NULL if it is not there. */
static const char *value_behind(const struct config_item *item, const char *name)
{
	for (int i = 1; item && i + 1 < item->count; i++)
		if (!strcmp(item->words[i], name))
			return item->words[i + 1];
	return NULL;
}

/* Of the server's own line, else of the section's default-server, else of the defaults'. */
static const char *server_value(const struct config *config, const struct config_item *server,
				const char *name, const struct config_item **ret_item)
{
	const struct config_item *base =
		haproxy_find(config, server->parent, "default-server", NULL);
	const char *value = value_behind(server, name);

	*ret_item = server;
	if (value || !base)
		return value;
	value = value_behind(base, name);
	if (value)
		*ret_item = base;
	return value;
}

static bool closes_after_each(const struct config *config, int section)
{
	const struct config_item *keeps =
		haproxy_find(config, section, "option", "http-keep-alive");

	/* Of these modes the section's own counts more than one of the defaults. */
	if (keeps && keeps->parent == section)
		return false;
	return haproxy_has_option(config, section, "httpclose") ||
	       haproxy_has_option(config, section, "http-server-close");
}

/* HTTP/1 with connections that outlive a request. */
static bool keeps_alive(const struct config *config, const struct config_item *server)
{
	const struct config_item *item;

	return haproxy_is_http(config, server->parent) &&
	       !closes_after_each(config, server->parent) && server->count < CONFIG_WORDS_MAX &&
	       !server_value(config, server, "proto", &item) &&
	       !server_value(config, server, "alpn", &item);
}

/*
 * A connection in the pool has no timeout of its own: each pool-purge-delay, half of those beyond
 * the need of late are closed, and that need falls to nothing within two of them. So the last one
 * goes at the third: srv_cleanup_idle_conns() in src/server.c since 2.2; measured with 2.6.
 */
static bool of_pool(const struct config *config, const struct config_item *server,
		    struct client *client)
{
	const struct config_item *item, *most_item;
	const char *purge = server_value(config, server, "pool-purge-delay", &item);
	const char *most = server_value(config, server, "pool-max-conn", &most_item);
	int64_t us = purge ? config_time_us(purge, 1000) : PURGE_DEFAULT;

	if (us <= 0 || (most && !strcmp(most, "0")))
		return false;
	client->keeper = (struct keeper){
		.idle_us = 3 * us, .by_default = !purge, .file = item->file, .line = item->line
	};
	client->why[LANG_EN] =
		purge ? ": the last one not needed goes at the third pool-purge-delay"
		      : ": the last one not needed goes at the third "
			"pool-purge-delay, by default 5 s";
	client->why[LANG_ZH] =
		purge ? "：最后一条闲置的在第三个 pool-purge-delay 时才清除"
		      : "：最后一条闲置的在第三个 pool-purge-delay（默认 5 秒）时才清除";
	client->slot = "purge";
	return true;
}

static bool leads_to(const struct config *config, int frontend, const char *backend)
{
	for (int i = frontend + 1; i < config->count && config->items[i].parent == frontend; i++)
		if (config->items[i].count > 1 &&
		    (config_is(&config->items[i], "default_backend") ||
		     config_is(&config->items[i], "use_backend")) &&
		    !strcmp(config->items[i].words[1], backend))
			return true;
	return false;
}

static const struct config_item *client_timeout(const struct config *config, int frontend)
{
	static const char *const names[] = { "http-keep-alive", "http-request", "client" };
	const struct config_item *found = NULL;

	if (haproxy_has_option(config, frontend, "httpclose"))
		return NULL;
	for (int n = 0; n < 3 && !found; n++)
		found = haproxy_find(config, frontend, "timeout", names[n]);
	return found && found->count > 2 ? found : NULL;
}

/* With "http-reuse never" a connection belongs to its client, and is idle as long as that is. */
static bool of_session(const struct config *config, const struct config_item *server,
		       struct client *client)
{
	const struct config_item *section = &config->items[server->parent];
	bool is_both = config_is(section, "listen");

	client->keeper.idle_us = 0;
	for (int i = 0; i < config->count; i++) {
		const struct config_item *timeout = NULL;
		int64_t us;

		if (is_both ? i == server->parent
			    : config_is(&config->items[i], "frontend") && section->count > 1 &&
				      leads_to(config, i, section->words[1]))
			timeout = client_timeout(config, i);
		if (timeout && !haproxy_is_settled(config, i))
			continue;
		us = timeout ? config_time_us(timeout->words[2], 1000) : 0;
		if (us > client->keeper.idle_us)
			client->keeper = (struct keeper){ .idle_us = us,
							  .file = timeout->file,
							  .line = timeout->line };
	}
	client->why[LANG_EN] = ": as long as their client's (http-reuse never)";
	client->why[LANG_ZH] = "：与其客户端连接一样久（http-reuse never）";
	client->slot = "session";
	return client->keeper.idle_us > 0;
}

static void judge_haproxy(struct findings *found, const struct keepers *keepers)
{
	const struct config *config = config_get(CONFIG_HAPROXY);

	for (int i = 0; i < config->count; i++) {
		const struct config_item *server = &config->items[i], *reuse;
		struct client client = { 0 };
		char name[128];
		bool never;

		if (!config_is(server, "server") || server->count < 3 || server->parent < 0 ||
		    server->is_undecided || !is_here(server->words[2]) ||
		    !haproxy_is_settled(config, server->parent) || !keeps_alive(config, server))
			continue;
		reuse = haproxy_find(config, server->parent, "http-reuse", NULL);
		never = reuse && !strcmp(reuse->words[1], "never");
		if (never ? !of_session(config, server, &client)
			  : !of_pool(config, server, &client))
			continue;
		snprintf(name, sizeof(name), "%s/%s",
			 config->items[server->parent].count > 1
				 ? config->items[server->parent].words[1]
				 : "",
			 server->words[1]);
		client.keeper.what = "HAProxy";
		client.upstream = name;
		client.address = server->words[2];
		/* Three of them, and time for a request that is under way. */
		compare(found, keepers, &client, never ? 2 : 5);
	}
}

static void judge(const struct audit *audit, struct findings *found)
{
	struct keepers *keepers = calloc(1, sizeof(*keepers));

	(void)audit;
	if (!keepers)
		return;
	keepers_take(keepers);
	judge_nginx(found, keepers);
	judge_haproxy(found, keepers);
	free(keepers);
}

const struct check check_idle_pair = {
	.id = "idle-pair",
	.reads_config = true,
	.causes = { "keepalive-race", "write-after-close" },
	.facts = {
		{ "client_idle", { "{client_place}: {client} keeps idle connections to {upstream} ({address}) for {client_idle}{client_why}",
				   "{client_place}：{client} 到 {upstream}（{address}）的空闲连接保留 {client_idle}{client_why}" } },
		{ "server_idle", { "{server_place}: {server} closes them after {server_idle} ({setting}){server_default}",
				   "{server_place}：{server} 空闲 {server_idle} 就关闭（{setting}）{server_default}" } },
	},
	.where = { "{client_place}" },
	.words = {
		[LANG_EN] = {
			.title = "{client} keeps idle connections to {upstream} no shorter than {server} does: close and reuse cross",
			.hurts = "A request that leaves while the server's FIN is on its way is answered with a reset: 502, no answer at all or \"connection reset by "
				"peer\" for requests after a pause, if both programs run with these files.",
			.fix = {
				"{client_place}: in upstream {upstream}, `keepalive_timeout {less};` (nginx 1.15.3 or later): the client end is to close first.",
				"{client_place}: `pool-purge-delay {purge}` for this server: three of them pass before {server_idle}, so that the client end closes first.",
				"{client_place}: `timeout http-keep-alive {session}` instead, for the clients' connections and with them these; or `http-reuse safe`, and then `pool-purge-delay`.",
				"Or {server_place}: {setting} clearly above {client_idle}.",
			},
			.cost = "Some more connections are opened.",
			.folklore = "\"Raise keepalive_timeout everywhere\": with equal numbers they still race; the client end needs the smaller one.",
			.sampled = "keep-alive times of proxies against their servers",
		},
		[LANG_ZH] = {
			.title = "{client} 到 {upstream} 的空闲连接保留时间不短于 {server}：关闭与复用会撞上",
			.hurts = "请求发出时服务端的 FIN 正在路上，得到的就是 RST：停顿之后的请求出现 502、没有应答或 “connection reset by peer”（前提是两个程序都在按这些文件运行）。",
			.fix = {
				"{client_place}：在 upstream {upstream} 里设 `keepalive_timeout {less};`（nginx 1.15.3 起）：应由客户端一侧先关闭。",
				"{client_place}：给该 server 设 `pool-purge-delay {purge}`：三个周期短于 {server_idle}，由客户端一侧先关闭。",
				"{client_place}：改为 `timeout http-keep-alive {session}`，客户端连接和这些连接随之缩短；或用 `http-reuse safe` 并设 `pool-purge-delay`。",
				"或者 {server_place}：把 {setting} 设得明显大于 {client_idle}。",
			},
			.cost = "会多建一些连接。",
			.folklore = "“到处调大 keepalive_timeout”：两边相等时照样相撞；客户端一侧必须更小。",
			.sampled = "代理与后端的空闲保留时间",
		},
	},
	.sources = { "nginx: ngx_http_upstream_module, keepalive_timeout", "HAProxy configuration manual: timeout http-keep-alive, http-reuse, pool-purge-delay; srv_cleanup_idle_conns() in src/server.c",
		     "Tomcat: The HTTP Connector, keepAliveTimeout", "RFC 9112 section 9.5" },
	.judge = judge,
};
