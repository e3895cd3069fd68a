/* SPDX-License-Identifier: MIT */
/* A health check that reads every connection of the host to find one listener. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "audit/check.h"
#include "audit/config.h"
#include "audit/limits.h"
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

/* The line of the script that calls it; 0 if none does. */
static int line_of_netstat(const char *path)
{
	static char text[SCRIPT_MAX_BYTES];
	char below[512];
	const char *at = text, *stop;
	ssize_t length;

	snprintf(below, sizeof(below), "%s%s", limits_root(), path);
	length = file_read_at(AT_FDCWD, below, text, sizeof(text));
	if (length < 2 || text[0] != '#' || text[1] != '!')
		return 0;
	for (int line = 1; at < text + length; line++, at = stop + 1) {
		const char *comment;

		stop = memchr(at, '\n', (size_t)(text + length - at));
		stop = stop ? stop : text + length;
		comment = memchr(at, '#', (size_t)(stop - at));
		if (says_netstat(at, (size_t)((comment ? comment : stop) - at)))
			return line;
	}
	return 0;
}

static void state(struct findings *found, const struct config_item *item, const char *script,
		  int script_line, const char *program)
{
	struct finding *finding = finding_add(found, NULL);

	finding->suggested = true;
	finding_text(finding, "place", "%s:%d", item->file, item->line);
	finding_text(finding, "program", "%s", program);
	if (script_line)
		finding_text(finding, "script", "%s:%d", script, script_line);
}

/* @command: a command line, of which the first word may be a script. */
static void look_at(struct findings *found, const struct config_item *item, const char *command,
		    const char *program)
{
	char path[256];
	int line;

	if (says_netstat(command, strlen(command))) {
		state(found, item, NULL, 0, program);
		return;
	}
	snprintf(path, sizeof(path), "%.*s", (int)strcspn(command, " \t"), command);
	line = path[0] == '/' ? line_of_netstat(path) : 0;
	if (line)
		state(found, item, path, line, program);
}

static void judge(const struct audit *audit, struct findings *found)
{
	static const char *const names[] = { "script", "misc_path", "check_script" };
	const struct config *keepalived = config_get(CONFIG_KEEPALIVED);
	const struct config *haproxy = config_get(CONFIG_HAPROXY);

	(void)audit;
	for (int i = 0; i < keepalived->count; i++) {
		const struct config_item *item = &keepalived->items[i];

		for (size_t n = 0; n < sizeof(names) / sizeof(*names); n++)
			if (item->count > 1 && config_is(item, names[n]))
				look_at(found, item, item->words[1], "keepalived");
	}
	for (int i = 0; i < haproxy->count; i++) {
		const struct config_item *item = &haproxy->items[i];

		if (item->count > 2 && config_is(item, "external-check") &&
		    !strcmp(item->words[1], "command"))
			look_at(found, item, item->words[2], "HAProxy");
	}
}

const struct check check_netstat_check = {
	.id = "netstat-check",
	.causes = { "vip-moved" },
	.facts = {
		{ "place", { "{place}: a health check of {program}", "{place}：{program} 的健康检查" } },
		{ "script", { "{script} calls netstat", "{script} 调用了 netstat" } },
	},
	.where = { "{script}", "{place}" },
	.words = {
		[LANG_EN] = {
			.title = "a health check of {program} shells out to netstat",
			.hurts = "netstat reads every socket of the host: with some hundred thousand connections it takes longer than the check may, the "
				"healthy server counts as dead, the address moves or the server is taken out, and every open connection is reset.",
			.fix = { "{place}: `whyrst check --vrrp PORT` asks the kernel for that one listener, in milliseconds however many connections there are." },
			.cost = "None; it also notices a program that listens and does not accept.",
			.folklore = "\"Raise the check's timeout\": then a dead server is noticed that much later.",
			.sampled = "health checks",
		},
		[LANG_ZH] = {
			.title = "{program} 的健康检查调用了 netstat",
			.hurts = "netstat 要读遍本机的每个套接字：有几十万条连接时，它比检查允许的时间还慢；健康的服务被当成已死，"
				"虚拟地址漂移或服务被摘除，所有已建立的连接都会被 RST。",
			.fix = { "{place}：改用 `whyrst check --vrrp 端口`，只向内核查询那一个监听，不论有多少连接都只要几毫秒。" },
			.cost = "没有；它还能发现“在监听但不接受连接”的程序。",
			.folklore = "“把检查的超时调大”：真的宕机时就会更晚才发现。",
			.sampled = "健康检查",
		},
	},
	.sources = { "Linux net/ipv4/tcp_ipv4.c: /proc/net/tcp walks the whole table", "keepalived.conf(5): vrrp_script" },
	.judge = judge,
};
