/* SPDX-License-Identifier: MIT */
/*
 * A health check, or a command that systemd waits for, which reads every connection of the host to
 * find one listener.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "audit/check.h"
#include "audit/config.h"
#include "audit/root.h"
#include "audit/units.h"
#include "host/lines.h"

#define SCRIPT_MAX_BYTES 65536

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-';
}

/* The word itself, not netstat_old. */
static bool says_netstat(const char *text, size_t length)
{
	static const char word[] = "netstat";
	const size_t size = sizeof(word) - 1;

	for (size_t i = 0; i + size <= length; i++)
		if (!memcmp(text + i, word, size) && (!i || !is_letter(text[i - 1])) &&
		    (i + size == length || !is_letter(text[i + size])))
			return true;
	return false;
}

/* What it says is searched for something: netstat -tln | grep :80. */
static bool pipes_netstat(const char *text, size_t length)
{
	const char *bar = memchr(text, '|', length);

	return bar && bar + 1 < text + length && bar[1] != '|' &&
	       says_netstat(text, (size_t)(bar - text));
}

/* The line of the script of which @says is true; 0 if there is none. */
static int line_of_netstat(const char *path, bool (*says)(const char *text, size_t length))
{
	static char text[SCRIPT_MAX_BYTES];
	const char *at = text, *stop;
	ssize_t length;

	length = root_read(path, text, sizeof(text));
	if (length < 2 || text[0] != '#' || text[1] != '!')
		return 0;
	for (int line = 1; at < text + length; line++, at = stop + 1) {
		const char *comment;

		stop = memchr(at, '\n', (size_t)(text + length - at));
		stop = stop ? stop : text + length;
		comment = memchr(at, '#', (size_t)(stop - at));
		if (says(at, (size_t)((comment ? comment : stop) - at)))
			return line;
	}
	return 0;
}

/* Who asks, and what becomes of it when the answer is late. */
struct asker {
	const char *what[LANG_COUNT];
	const char *program;
	const char *then[LANG_COUNT];
	bool (*says)(const char *text, size_t length);
};

static void state(struct findings *found, const struct asker *asker, const struct config_item *item,
		  const char *script, int script_line)
{
	struct finding *finding = finding_add(found, NULL);

	finding->suggested = true;
	finding_place(finding, "place", item->file, item->line);
	finding_words(finding, "what", asker->what[LANG_EN], asker->what[LANG_ZH]);
	finding_text(finding, "program", "%s", asker->program);
	finding_hides(finding, "program", HIDES_PATH);
	finding_words(finding, "then", asker->then[LANG_EN], asker->then[LANG_ZH]);
	if (script_line)
		finding_place(finding, "script", script, script_line);
}

/* @command: a command line; of the first words of it one may be a script. */
static void look_at(struct findings *found, const struct asker *asker,
		    const struct config_item *item, const char *command)
{
	if (asker->says(command, strlen(command))) {
		state(found, asker, item, NULL, 0);
		return;
	}
	for (int words = 0; *command && words < 3; words++) {
		size_t length = strcspn(command, " \t\"'");
		char path[256];
		int line;

		snprintf(path, sizeof(path), "%.*s", (int)length, command);
		line = path[0] == '/' ? line_of_netstat(path, asker->says) : 0;
		if (line) {
			state(found, asker, item, path, line);
			return;
		}
		command += length;
		command += strspn(command, " \t\"'");
	}
}

static void judge_units(struct findings *found)
{
	static const struct {
		const char *name;
		const char *what[LANG_COUNT];
	} names[] = {
		{ "ExecCondition", { "ExecCondition=", " ExecCondition= " } },
		{ "ExecStartPre", { "ExecStartPre=", " ExecStartPre= " } },
		{ "ExecStart", { "ExecStart=", " ExecStart= " } },
		{ "ExecStartPost", { "ExecStartPost=", " ExecStartPost= " } },
		{ "ExecReload", { "ExecReload=", " ExecReload= " } },
		{ "ExecStop", { "ExecStop=", " ExecStop= " } },
		{ "ExecStopPost", { "ExecStopPost=", " ExecStopPost= " } },
	};
	const struct config *units = config_get(CONFIG_SYSTEMD);

	for (int unit = -1; (unit = unit_next(units, unit, ".service")) >= 0;)
		for (size_t n = 0; n < sizeof(names) / sizeof(*names); n++) {
			struct asker asker = {
				{ names[n].what[LANG_EN], names[n].what[LANG_ZH] },
				units->items[unit].words[0],
				{ "and a start, a reload, a stop or a check that waits for it runs "
				  "into its timeout: systemd then ends the service, or a watchdog "
				  "takes a healthy server for dead.",
				  "等它的启动、重载、停止或检查就会超时：systemd "
				  "结束该服务，或看门狗把健康的服务当成已死。" },
				pipes_netstat,
			};

			for (int i = unit; (i = unit_list(units, unit, names[n].name, i)) >= 0;)
				look_at(found, &asker, &units->items[i],
					unit_command(&units->items[i]));
		}
}

#define CHECK_LATE_EN                                                                              \
	"the healthy server counts as dead, the address moves or the server is taken out, and "    \
	"every open connection is reset."
#define CHECK_LATE_ZH "健康的服务被当成已死，虚拟地址漂移或服务被摘除，所有已建立的连接都会被 RST。"

static void judge(const struct audit *audit, struct findings *found)
{
	static const char *const names[] = { "script", "misc_path", "check_script" };
	static const struct asker vrrp = { { "a health check", "健康检查" },
					   "keepalived",
					   { CHECK_LATE_EN, CHECK_LATE_ZH },
					   says_netstat };
	static const struct asker proxy = { { "a health check", "健康检查" },
					    "HAProxy",
					    { CHECK_LATE_EN, CHECK_LATE_ZH },
					    says_netstat };
	const struct config *keepalived = config_get(CONFIG_KEEPALIVED);
	const struct config *haproxy = config_get(CONFIG_HAPROXY);

	(void)audit;
	for (int i = 0; i < keepalived->count; i++) {
		const struct config_item *item = &keepalived->items[i];

		for (size_t n = 0; n < sizeof(names) / sizeof(*names); n++)
			if (item->count > 1 && config_is(item, names[n]))
				look_at(found, &vrrp, item, item->words[1]);
	}
	for (int i = 0; i < haproxy->count; i++) {
		const struct config_item *item = &haproxy->items[i];

		if (item->count > 2 && !item->is_undecided && config_is(item, "external-check") &&
		    !strcmp(item->words[1], "command"))
			look_at(found, &proxy, item, item->words[2]);
	}
	judge_units(found);
}

const struct check check_netstat_check = {
	.id = "netstat-check",
	.reads_config = true,
	.causes = { "vip-moved" },
	.facts = {
		{ "place", { "{place}: {what} of {program}", "{place}：{program} 的{what}" } },
		{ "script", { "{script} calls netstat", "{script} 调用了 netstat" } },
	},
	.where = { "{script}", "{place}" },
	.words = {
		[LANG_EN] = {
			.title = "{what} of {program} shells out to netstat",
			.hurts = "netstat reads every socket of the host: with some hundred thousand connections it takes longer than it may, "
				"{then}",
			.fix = { "{place}: `whyrst check --vrrp PORT` asks the kernel for that one listener, in milliseconds however many connections there are." },
			.cost = "None; it also notices a program that listens and does not accept.",
			.folklore = "\"Raise the check's timeout\": then a dead server is noticed that much later.",
			.sampled = "health checks",
		},
		[LANG_ZH] = {
			.title = "{program} 的{what}调用了 netstat",
			.hurts = "netstat 要读遍本机的每个套接字：有几十万条连接时，它比允许的时间还慢；{then}",
			.fix = { "{place}：改用 `whyrst check --vrrp 端口`，只向内核查询那一个监听，不论有多少连接都只要几毫秒。" },
			.cost = "没有；它还能发现“在监听但不接受连接”的程序。",
			.folklore = "“把检查的超时调大”：真的宕机时就会更晚才发现。",
			.sampled = "健康检查",
		},
	},
	.sources = { "Linux net/ipv4/tcp_ipv4.c: /proc/net/tcp walks the whole table", "keepalived.conf(5): vrrp_script", "systemd.service(5): ExecStartPre=, TimeoutStartSec=" },
	.judge = judge,
};
