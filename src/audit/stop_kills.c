/* SPDX-License-Identifier: MIT */
/*
 * A unit that ends a server in the middle of its requests at every stop and restart: killed at
 * once, asked to finish and then not let, or killed before the time that its own configuration
 * gives.
 */
#include <stdlib.h>
#include <string.h>

#include "audit/check.h"
#include "audit/config.h"
#include "audit/units.h"

/* A server that can finish its requests, and how it is told to. */
struct server {
	const char *program; /* that ExecStart= runs */
	const char *name;
	const char *graceful; /* the signal */
	const char *asks[3];  /* what a command says that sends it and does not wait */
	enum config_kind kind;
	const char *block; /* the one that its time stands in; NULL: none */
	const char *time;  /* how long it may take to finish */
	int64_t unit_us;
	const char *flag; /* before the name of its configuration */
};

static const struct server servers[] = {
	{ "nginx",
	  "nginx",
	  "SIGQUIT",
	  { "-s quit", "-QUIT ", "-s QUIT " },
	  CONFIG_NGINX,
	  NULL,
	  "worker_shutdown_timeout",
	  1000000,
	  " -c " },
	{ "haproxy",
	  "HAProxy",
	  "SIGUSR1",
	  { "-USR1 ", "-s USR1 ", "-SIGUSR1 " },
	  CONFIG_HAPROXY,
	  "global",
	  "hard-stop-after",
	  1000,
	  " -f " },
};

#define SERVERS (sizeof(servers) / sizeof(*servers))

/* Servers that are known by their program alone. */
static const char *const others[] = { "apache2",   "httpd",  "envoy",	 "redis-server",
				      "mariadbd",  "mysqld", "gunicorn", "uvicorn",
				      "hypercorn", "caddy",  "traefik" };

static bool is_signal(const struct config_item *item, const char *name, const char *number)
{
	const char *text = item ? item->words[1] : "";

	return !strcmp(text, name) || !strcmp(text, name + 3) || !strcmp(text, number);
}

static bool says(const struct config *units, int unit, const char *name, const char *value)
{
	const struct config_item *item = unit_setting(units, unit, name);

	return item && !strcmp(item->words[1], value);
}

/* Whether systemd listens for it at a port. */
static bool is_activated(const struct config *units, int unit)
{
	const char *name = units->items[unit].words[0], *kind = strrchr(name, '.');

	for (int i = -1; (i = unit_next(units, i, ".socket")) >= 0;) {
		int listen = unit_list(units, i, "ListenStream", i);

		if (!strncmp(units->items[i].words[0], name, (size_t)(kind - name + 1)) &&
		    listen >= 0 && config_port(units->items[listen].words[1]))
			return true;
	}
	return false;
}

static const char *server_name(const struct config *units, int unit)
{
	for (size_t i = 0; i < SERVERS; i++)
		if (unit_runs(units, unit, servers[i].program))
			return servers[i].name;
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++)
		if (unit_runs(units, unit, others[i]))
			return others[i];
	return is_activated(units, unit) ? units->items[unit].words[0] : NULL;
}

static struct finding *state(struct findings *found, const struct config *units, int unit,
			     const char *program)
{
	struct finding *finding = finding_add(found, NULL);

	finding->suggested = true;
	finding_text(finding, "program", "%s", program);
	/* Of one that is known by its socket, it is the unit's name. */
	finding_hides(finding, "program", HIDES_PATH);
	finding_text(finding, "unit", "%s", units->items[unit].words[0]);
	finding_hides(finding, "unit", HIDES_PATH);
	return finding;
}

/* --- killed at once ------------------------------------------------------------------------------
 */

static void judge_signal(struct findings *found, const struct config *units, int unit,
			 const struct server *server)
{
	const struct config_item *item = unit_signal(units, unit, "KillSignal");
	const char *program = server_name(units, unit);
	struct finding *finding;

	/* A command that stops it first has it finished by then, or not: nothing to prove. */
	if (!program || !is_signal(item, "SIGKILL", "9") || says(units, unit, "KillMode", "none") ||
	    unit_list(units, unit, "ExecStop", unit) >= 0)
		return;
	finding = state(found, units, unit, program);
	finding_place(finding, "kill_place", item->file, item->line);
	finding_text(finding, "better", "%s", server ? server->graceful : "SIGTERM");
	finding_place(finding, "place", item->file, item->line);
}

/* --- asked, and not let --------------------------------------------------------------------------
 */

static const struct config_item *asking_command(const struct config *units, int unit,
						const struct server *server)
{
	for (int i = unit; (i = unit_list(units, unit, "ExecStop", i)) >= 0;)
		for (int n = 0; n < 3; n++) {
			const char *text = units->items[i].words[1];
			const char *at = strstr(text, server->asks[n]);
			size_t length = strlen(server->asks[n]);

			/* Behind "-s quit" comes the end; what waits, or is followed by
			 * something that may, is no plain signal. */
			if (at && (server->asks[n][length - 1] == ' ' || !at[length]) &&
			    !strstr(text, "while") && !strstr(text, "wait") &&
			    !strstr(text, "sleep") && unit_list(units, unit, "ExecStop", i) < 0)
				return &units->items[i];
		}
	return NULL;
}

/* What both of them take as an order to leave without finishing anything. */
static bool ends_at_once(const struct config_item *signal)
{
	return !signal || is_signal(signal, "SIGTERM", "15") || is_signal(signal, "SIGINT", "2") ||
	       is_signal(signal, "SIGKILL", "9");
}

static bool is_graceful(const struct config_item *signal, const struct server *server)
{
	return is_signal(signal, server->graceful,
			 strcmp(server->graceful, "SIGQUIT") ? "10" : "3");
}

static void judge_asking(struct findings *found, const struct config *units, int unit,
			 const struct server *server)
{
	const struct config_item *item = asking_command(units, unit, server);
	const struct config_item *signal = unit_signal(units, unit, "KillSignal");
	struct finding *finding;

	if (!item || !ends_at_once(signal) || says(units, unit, "KillMode", "none"))
		return;
	finding = state(found, units, unit, server->name);
	finding_place(finding, "ask_place", item->file, item->line);
	finding_text(finding, "signal", "%s", signal ? signal->words[1] : "SIGTERM");
	finding_text(finding, "instead", "%s", server->graceful);
	finding_place(finding, "place", item->file, item->line);
}

/* --- killed before its time ----------------------------------------------------------------------
 */

/* start-stop-daemon --retry QUIT/5: asks, and waits so many seconds. 0: no such command. */
static int64_t waits_us(const struct config *units, int unit, const struct config_item **ret_item)
{
	for (int i = unit; (i = unit_list(units, unit, "ExecStop", i)) >= 0;) {
		const char *at = strstr(units->items[i].words[1], "QUIT/");

		if (at && strspn(at + 5, "0123456789") && strtoll(at + 5, NULL, 10) < 1000000) {
			*ret_item = &units->items[i];
			return strtoll(at + 5, NULL, 10) * 1000000;
		}
	}
	return 0;
}

/* As systemd is built where no vendor says otherwise: Fedora has 45 s, which its system.conf shows.
 */
#define DEFAULT_STOP_US (90 * INT64_C(1000000))

/* TimeoutStopSec=, or TimeoutSec= which sets it, too: the later of the two. Else what the manager
 * gives every unit; NULL: no file says it. */
static const struct config_item *stop_timeout(const struct config *units, int unit)
{
	const struct config_item *item = unit_time(units, unit, "TimeoutStopSec");
	const struct config_item *both = unit_time(units, unit, "TimeoutSec");

	if (!item || (both && both > item))
		item = both;
	return item ? item : unit_default_time(units, "#DefaultTimeoutStopSec");
}

/*
 * How long it has between the request to finish and its end; what says so, NULL if that is systemd
 * itself. 0: not known.
 */
static int64_t given_us(const struct config *units, int unit, const struct server *server,
			const struct config_item **ret_item)
{
	const struct config_item *timeout = stop_timeout(units, unit), *command = NULL;
	int64_t waits = strcmp(server->graceful, "SIGQUIT") ? 0 : waits_us(units, unit, &command);
	int64_t us = timeout ? unit_time_us(timeout->words[1]) : DEFAULT_STOP_US;

	*ret_item = timeout;
	if (waits && (us <= 0 || waits <= us)) {
		*ret_item = command;
		return waits;
	}
	if (us <= 0 || says(units, unit, "SendSIGKILL", "no") ||
	    says(units, unit, "KillMode", "none") || says(units, unit, "KillMode", "process"))
		return 0;
	return waits || is_graceful(unit_signal(units, unit, "KillSignal"), server) ? us : 0;
}

/* What gives it that time, and where that is to be changed. */
static void tell_given(struct finding *finding, const struct config_item *item,
		       const struct config_item *unit)
{
	bool is_shown = item && item->words[0][0] == '#';
	bool is_own = item && !is_shown && !config_is(item, "DefaultTimeoutStopSec");

	if (item)
		finding_place(finding, "given_place", item->file, item->line);
	else
		finding_place(finding, "given_place", unit->file, 0);
	if (!item)
		finding_words(finding, "given_setting",
			      "no TimeoutStopSec=, and systemd's own default, if its vendor has "
			      "built no other,",
			      "没有 TimeoutStopSec=，systemd 的默认值（发行版没有改过的话）");
	else if (is_shown)
		finding_words(finding, "given_setting",
			      "no TimeoutStopSec= in the unit, and what systemd was built with",
			      "服务没有 TimeoutStopSec=，systemd 编译时的默认值");
	else if (config_is(item, "ExecStop"))
		finding_words(finding, "given_setting",
			      "the wait in ExecStop=", "ExecStop= 里的等待时间");
	else
		finding_text(finding, "given_setting", "%s=", item->words[0]);
	if (is_own)
		finding_place(finding, "longer_place", item->file, item->line);
	else
		finding_text(finding, "unset", "TimeoutStopSec=");
	if (item && !is_shown)
		finding_place(finding, "place", item->file, item->line);
	else
		finding_place(finding, "place", unit->file, 0);
}

static void judge_time(struct findings *found, const struct config *units, int unit,
		       const struct server *server)
{
	const struct config *config = config_get(server->kind);
	const struct config_item *block =
		server->block ? config_find(config, -1, server->block) : NULL;
	const struct config_item *time =
		server->block && !block
			? NULL
			: config_find(config, block ? (int)(block - config->items) : -1,
				      server->time);
	const struct config_item *item;
	int64_t wanted = time && time->count > 1 && !time->is_undecided
				 ? config_time_us(time->words[1], server->unit_us)
				 : -1;
	int64_t given = given_us(units, unit, server, &item);
	struct finding *finding;

	if (given <= 0 || wanted <= given)
		return;
	finding = state(found, units, unit, server->name);
	finding_place(finding, "time_place", time->file, time->line);
	finding_text(finding, "time_setting", "%s", server->time);
	finding_duration(finding, "wanted", wanted);
	tell_given(finding, item, &units->items[unit]);
	finding_duration(finding, "given", given);
}

static void judge(const struct audit *audit, struct findings *found)
{
	const struct config *units = config_get(CONFIG_SYSTEMD);

	(void)audit;
	for (int unit = -1; (unit = unit_next(units, unit, ".service")) >= 0;) {
		const struct config_item *start = NULL;
		const struct server *server = NULL;

		for (size_t i = 0; i < SERVERS && !server; i++) {
			start = unit_runs(units, unit, servers[i].program);
			server = start ? &servers[i] : NULL;
		}
		judge_signal(found, units, unit, server);
		if (!server)
			continue;
		judge_asking(found, units, unit, server);
		if (unit_reads(start, server->flag, config_get(server->kind)))
			judge_time(found, units, unit, server);
	}
}

const struct check check_stop_kills = {
	.id = "stop-kills",
	.reads_config = true,
	.causes = { "process-killed", "process-exited" },
	.facts = {
		{ "kill_place", { "{kill_place}: KillSignal=SIGKILL is what a stop or restart begins with: no program can finish anything after it",
				  "{kill_place}：KillSignal=SIGKILL，停止和重启一开始就发它：此后程序什么也做不完" } },
		{ "ask_place", { "{ask_place}: ExecStop= asks {program} to finish and does not wait; systemd sends {signal} as soon as it returns, and that ends {program} at once",
				 "{ask_place}：ExecStop= 只是请 {program} 收尾，并不等待；命令一返回，systemd 就发 {signal}，{program} 立即退出" } },
		{ "wanted", { "{time_place}: {time_setting} gives requests under way {wanted}", "{time_place}：{time_setting} 给在途请求 {wanted}" } },
		{ "given", { "{given_place}: {given_setting} ends them after {given}", "{given_place}：{given_setting} 到 {given} 就结束它们" } },
	},
	.where = { "{place}" },
	.words = {
		[LANG_EN] = {
			.title = "stopping {unit} ends {program} in the middle of its requests",
			.hurts = "At every stop and restart that meets requests under way, their clients get a reset, or an end in the middle of a response; if the "
				"unit runs as these files say.",
			.fix = {
				"systemctl edit {unit}: [Service] KillSignal={better}, and a TimeoutStopSec= that requests fit into.",
				"systemctl edit {unit}: [Service] an empty ExecStop= line, then KillSignal={instead}: systemd then asks and waits itself, as long as TimeoutStopSec= says.",
				"systemctl edit {unit}: [Service] {unset} above {wanted}.",
				"{longer_place}: {given_setting} above {wanted} (systemctl edit {unit}); where the command that stops it waits for a time of its own, that time, too.",
				"Or {time_place}: {time_setting} below {given}.",
			},
			.cost = "A stop takes as long as the slowest request, up to that time.",
			.sampled = "how units stop servers",
		},
		[LANG_ZH] = {
			.title = "停止 {unit} 会在请求中途结束 {program}",
			.hurts = "每次停止或重启时若有在途请求，客户端会收到 RST，或响应在中途断掉（前提是该服务按这些文件运行）。",
			.fix = {
				"systemctl edit {unit}：[Service] KillSignal={better}，并设一个容得下请求的 TimeoutStopSec=。",
				"systemctl edit {unit}：[Service] 先写一行空的 ExecStop=，再写 KillSignal={instead}：由 systemd 自己请它收尾并等待，最长 TimeoutStopSec=。",
				"systemctl edit {unit}：[Service] {unset} 设到 {wanted} 以上。",
				"{longer_place}：把 {given_setting} 调到 {wanted} 以上（systemctl edit {unit}）；停止命令自己也限时的，那个时间同样要调。",
				"或者 {time_place}：把 {time_setting} 设得小于 {given}。",
			},
			.cost = "停止要等最慢的请求，最长到该时间。",
			.sampled = "服务的停止方式",
		},
	},
	.sources = { "systemd.kill(5): KillSignal=, KillMode=; systemd.service(5): ExecStop=, TimeoutStopSec=; systemd-system.conf(5): DefaultTimeoutStopSec=",
		     "nginx: Controlling nginx (QUIT, TERM); core module, worker_shutdown_timeout",
		     "HAProxy management guide: stopping and restarting; configuration manual: hard-stop-after" },
	.judge = judge,
};
