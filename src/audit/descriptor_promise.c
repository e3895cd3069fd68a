/* SPDX-License-Identifier: MIT */
/*
 * A configuration that promises more connections than its unit allows descriptors: each takes one
 * at least, so the limit is reached first. Where the unit says nothing, what the manager gives
 * every unit counts, unless a program of it is seen to run with more.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/check.h"
#include "audit/config.h"
#include "audit/limits.h"
#include "audit/queues.h"
#include "audit/units.h"

struct promise {
	const char *program;
	const char *setting;
	const struct config_item *item;
	uint64_t wanted;
	uint64_t needs; /* descriptors */
	const char *then[LANG_COUNT];
};

static uint64_t number_of(const char *text)
{
	size_t digits = text ? strspn(text, "0123456789") : 0;

	return digits && digits < 10 && !text[digits] ? strtoull(text, NULL, 10) : 0;
}

/* NULL where it does not promise too much. */
static struct finding *state(struct findings *found, const struct promise *promise,
			     uint32_t allowed)
{
	struct finding *finding;

	if (!promise->needs || promise->needs <= allowed)
		return NULL;
	finding = finding_add(found, NULL);
	finding->suggested = true;
	finding_text(finding, "program", "%s", promise->program);
	finding_text(finding, "setting", "%s", promise->setting);
	finding_place(finding, "place", promise->item->file, promise->item->line);
	finding_count(finding, "wanted", promise->wanted);
	finding_count(finding, "needs", promise->needs);
	finding_count(finding, "limit", allowed);
	finding_words(finding, "then", promise->then[LANG_EN], promise->then[LANG_ZH]);
	return finding;
}

static void tell_limit(struct finding *finding, const struct config_item *limit,
		       const char *setting)
{
	if (!finding)
		return;
	finding_place(finding, "limit_place", limit->file, limit->line);
	finding_text(finding, "limit_setting", "%s", setting);
}

/*
 * Whether a program of that unit, or that program in no unit at all, runs with as much as it needs:
 * it got its limit elsewhere.
 */
static bool has_more(const struct audit *audit, const char *unit, bool hard,
		     const struct promise *promise)
{
	for (int i = 0; i < audit->process_count; i++) {
		const struct audit_process *process = &audit->processes[i];
		char name[128];

		if ((unit_of(&process->program, name, sizeof(name))
			     ? !strcmp(name, unit)
			     : !strcasecmp(process->program.comm, promise->program)) &&
		    (hard ? process->hard : process->soft) >= promise->needs)
			return true;
	}
	return false;
}

#define DEFAULT_SOFT 1024
#define DEFAULT_HARD 524288 /* both as systemd is built since 240 */

/* What the manager gives a unit that says nothing. */
static void compare_default(struct findings *found, const struct promise *promise,
			    const struct config *units, int unit, bool hard)
{
	const struct config_item *block = &units->items[unit];
	const struct config_item *item = unit_default_limit(units, "#DefaultLimitNOFILE");
	uint32_t soft = DEFAULT_SOFT, most = DEFAULT_HARD;
	struct finding *finding;

	if (has_more(found->audit, block->words[0], hard, promise))
		return;
	if (item)
		limits_parse_unit(item->words[1], &soft, &most);
	finding = state(found, promise, hard ? most : soft);
	if (!finding)
		return;
	if (item) {
		tell_limit(finding, item, "DefaultLimitNOFILE=");
		if (item->words[0][0] == '#')
			finding_words(finding, "limit_setting",
				      "no LimitNOFILE= in the unit, and what systemd was built "
				      "with",
				      "服务没有 LimitNOFILE=，systemd 编译时的默认值");
	} else {
		finding_place(finding, "limit_place", block->file, 0);
		finding_words(finding, "limit_setting",
			      "no LimitNOFILE=, and systemd's own default",
			      "没有 LimitNOFILE=，systemd 的默认值");
	}
	finding_text(finding, "unit", "%s", block->words[0]);
	finding_hides(finding, "unit", HIDES_PATH);
}

/* LimitNOFILE= of the unit against it: "soft:hard", or one number for both. */
static void compare(struct findings *found, const struct promise *promise,
		    const struct config *units, int unit, bool hard)
{
	const struct config_item *item = unit_limit(units, unit, "LimitNOFILE");
	uint32_t soft, most;
	struct finding *finding;

	if (!item) {
		compare_default(found, promise, units, unit, hard);
		return;
	}
	limits_parse_unit(item->words[1], &soft, &most);
	finding = state(found, promise, hard ? most : soft);
	tell_limit(finding, item, "LimitNOFILE=");
	if (finding)
		finding_text(finding, "raise", "LimitNOFILE=");
}

/* --- nginx ---------------------------------------------------------------------------------------
 */

static void judge_nginx(struct findings *found, const struct config *units)
{
	const struct config *config = config_get(CONFIG_NGINX);
	const struct config_item *events = config_find(config, -1, "events");
	const struct config_item *most =
		events ? config_find(config, (int)(events - config->items), "worker_connections")
		       : NULL;
	const struct config_item *own = config_find(config, -1, "worker_rlimit_nofile");
	struct promise promise = {
		"nginx",
		"worker_connections",
		most,
		0,
		0,
		{ "accept() fails with \"Too many open files\", and new connections wait unserved",
		  "accept() 报 “Too many open files”，新连接没人服务" },
	};
	uint32_t allowed;

	if (!most || most->count < 2)
		return;
	promise.wanted = promise.needs = number_of(most->words[1]);
	if (own && own->count > 1) {
		/* nginx sets it for its workers, whatever the unit says. */
		if (limits_parse(own->words[1], &allowed)) {
			struct finding *finding = state(found, &promise, allowed);

			tell_limit(finding, own, "worker_rlimit_nofile");
			if (finding)
				finding_text(finding, "raise", "worker_rlimit_nofile");
		}
		return;
	}
	for (int unit = -1; (unit = unit_next(units, unit, ".service")) >= 0;) {
		const struct config_item *start = unit_runs(units, unit, "nginx");

		/* -g: settings of the command line come on top of the file's. */
		if (start && !strstr(start->words[1], "worker_") &&
		    unit_reads(start, " -c ", config))
			compare(found, &promise, units, unit, false);
	}
}

/* --- HAProxy -------------------------------------------------------------------------------------
 */

/* Whether it could raise its own limit beyond what the unit says. */
static bool may_raise(const struct config *units, int unit)
{
	const struct config_item *user = unit_setting(units, unit, "User");

	if (!user || !strcmp(user->words[1], "root") || !strcmp(user->words[1], "0"))
		return true;
	for (int i = unit; (i = unit_list(units, unit, "AmbientCapabilities", i)) >= 0;)
		if (strstr(units->items[i].words[1], "CAP_SYS_RESOURCE") ||
		    units->items[i].words[1][0] == '~')
			return true;
	return false;
}

static void judge_haproxy(struct findings *found, const struct config *units)
{
	const struct config *config = config_get(CONFIG_HAPROXY);
	const struct config_item *global = config_find(config, -1, "global");
	const struct config_item *most =
		global ? config_find(config, (int)(global - config->items), "maxconn") : NULL;
	struct promise promise = {
		"HAProxy",
		"maxconn",
		most,
		0,
		0,
		{ "as a user without CAP_SYS_RESOURCE it cannot raise it: HAProxy refuses to start "
		  "(strict-limits), or serves fewer",
		  "该用户没有 CAP_SYS_RESOURCE，调不高：HAProxy "
		  "拒绝启动（strict-limits），或只能少服务一些" },
	};

	if (!most || most->count < 2 || most->is_undecided)
		return;
	promise.wanted = number_of(most->words[1]);
	/* It asks for two a connection: the client's and the server's. */
	promise.needs = promise.wanted * 2;
	for (int unit = -1; (unit = unit_next(units, unit, ".service")) >= 0;) {
		const struct config_item *start = unit_runs(units, unit, "haproxy");

		if (start && !may_raise(units, unit) && unit_reads(start, " -f ", config))
			compare(found, &promise, units, unit, true);
	}
}

/* --- Tomcat --------------------------------------------------------------------------------------
 */

/* "/etc/tomcat10/server.xml" belongs to "tomcat10.service". */
static int unit_of_file(const struct config *units, const char *file)
{
	const char *slash = strrchr(file, '/'), *folder = slash;
	char name[64];

	while (folder && folder > file && folder[-1] != '/')
		folder--;
	if (!folder || snprintf(name, sizeof(name), "%.*s.service", (int)(slash - folder),
				folder) >= (int)sizeof(name))
		return -1;
	return unit_find(units, name);
}

static void judge_tomcat(struct findings *found, const struct config *units)
{
	const struct config *config = config_get(CONFIG_TOMCAT);

	for (int i = 0; i < config->count; i++) {
		const struct config_item *item = &config->items[i];
		uint64_t most = number_of(config_value(item, "maxConnections"));
		int unit = most ? unit_of_file(units, item->file) : -1;
		struct promise promise = {
			"Tomcat",
			"maxConnections",
			item,
			most,
			most,
			{ "accept() fails with \"Too many open files\", and new connections wait "
			  "unserved",
			  "accept() 报 “Too many open files”，新连接没人服务" },
		};

		/* The Java machine raises its own to the hard limit, no further. */
		if (unit >= 0)
			compare(found, &promise, units, unit, true);
	}
}

static void judge(const struct audit *audit, struct findings *found)
{
	const struct config *units = config_get(CONFIG_SYSTEMD);

	(void)audit;
	judge_nginx(found, units);
	judge_haproxy(found, units);
	judge_tomcat(found, units);
}

const struct check check_descriptor_promise = {
	.id = "descriptor-promise",
	.reads_config = true,
	.causes = { "fd-exhausted", "accept-overflow" },
	.facts = {
		{ "wanted", { "{place}: {setting} promises {wanted|connection|connections}: {needs|descriptor|descriptors} at least",
			      "{place}：{setting} 承诺 {wanted} 个连接：至少要 {needs} 个文件描述符" } },
		{ "limit", { "{limit_place}: {limit_setting} allows {limit}", "{limit_place}：{limit_setting} 只允许 {limit} 个" } },
	},
	.where = { "{limit_place}" },
	.words = {
		[LANG_EN] = {
			.title = "{program} promises {wanted|connection|connections} and may open {limit|descriptor|descriptors}",
			.hurts = "The smaller number is reached first: {then}. Nothing yet shows that it was.",
			.fix = { "{limit_place}: {raise} above {needs}, with room for files and for connections to servers; in force at the next start.",
				 "systemctl edit {unit}: [Service] LimitNOFILE= above {needs}, with room for files and for connections to servers; in force at the next start.",
				 "Or {place}: {setting} of what the limit carries." },
			.cost = "Kernel memory for each connection that is then really open.",
			.folklore = "\"Raise fs.file-max\" or /etc/security/limits.conf: neither is this limit; systemd's services read only LimitNOFILE=.",
			.sampled = "promised connections against LimitNOFILE=",
		},
		[LANG_ZH] = {
			.title = "{program} 承诺 {wanted} 个连接，却只能打开 {limit} 个文件描述符",
			.hurts = "先到的是较小的数：{then}。目前还没有数字表明已经发生。",
			.fix = { "{limit_place}：把 {raise} 调到 {needs} 以上，给文件和到后端的连接留余地；下次启动生效。",
				 "systemctl edit {unit}：[Service] LimitNOFILE= 设到 {needs} 以上，给文件和到后端的连接留余地；下次启动生效。",
				 "或者 {place}：把 {setting} 降到上限承受得住的数。" },
			.cost = "每个真正打开的连接都占内核内存。",
			.folklore = "“调大 fs.file-max”或改 /etc/security/limits.conf：都不是这个上限；systemd 的服务只看 LimitNOFILE=。",
			.sampled = "承诺的连接数与 LimitNOFILE=",
		},
	},
	.sources = { "nginx ngx_event_module_init() in src/event/ngx_event.c; core module: worker_rlimit_nofile",
		     "HAProxy apply_nofile_limit() in src/limits.c; configuration manual: maxconn, strict-limits",
		     "Tomcat: The HTTP Connector, maxConnections", "systemd.exec(5): LimitNOFILE=; systemd-system.conf(5): DefaultLimitNOFILE=" },
	.judge = judge,
};
