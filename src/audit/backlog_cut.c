/* SPDX-License-Identifier: MIT */
/* A program asks for a longer accept queue than the kernel allows. */
#include <stdlib.h>
#include <string.h>

#include "audit/check.h"
#include "audit/config.h"
#include "audit/units.h"

/* A listener at that port which has exactly what the host allows. */
static bool is_in_force(const struct audit_space *space, int port, int64_t limit)
{
	for (int i = 0; port && i < space->listener_count; i++)
		if (space->listeners[i].local.port == port && space->listeners[i].backlog == limit)
			return true;
	return false;
}

/* More digits are no wish but "as much as may be": systemd's own default is 4294967295. */
static void state(struct findings *found, const struct audit_space *space,
		  const struct config_item *item, const char *setting, const char *value, int port)
{
	size_t digits = value ? strspn(value, "0123456789") : 0;
	int64_t limit = audit_number(space, "net.core.somaxconn", INT64_MAX);
	int64_t wanted = digits && digits < 10 && !value[digits] ? atoll(value) : 0;
	struct finding *finding;

	if (wanted <= limit)
		return;
	finding = finding_add(found, space);
	finding->suggested = true;
	finding_place(finding, "place", item->file, item->line);
	finding_text(finding, "setting", "%s", setting);
	finding_count(finding, "wanted", (uint64_t)wanted);
	finding_text(finding, "value", "%lld", (long long)wanted); /* to be copied */
	finding_count(finding, "limit", (uint64_t)limit);
	if (is_in_force(space, port, limit))
		finding_text(finding, "port", "%d", port);
}

static const struct audit_space *own_space(const struct audit *audit)
{
	for (int i = 0; i < audit->space_count; i++)
		if (audit->spaces[i].own)
			return &audit->spaces[i];
	return NULL;
}

static void judge_haproxy(struct findings *found, const struct audit_space *space)
{
	const struct config *config = config_get(CONFIG_HAPROXY);

	for (int i = 0; i < config->count; i++) {
		const struct config_item *item = &config->items[i];
		const struct config_item *bind = config_find(config, item->parent, "bind");

		if (item->count > 1 && item->parent >= 0 && !item->is_undecided &&
		    config_is(item, "backlog"))
			state(found, space, item, "backlog", item->words[1],
			      bind && bind->count > 1 ? config_port(bind->words[1]) : 0);
	}
}

static void judge_sockets(struct findings *found, const struct audit_space *space)
{
	const struct config *units = config_get(CONFIG_SYSTEMD);

	for (int unit = -1; (unit = unit_next(units, unit, ".socket")) >= 0;) {
		const struct config_item *item = unit_setting(units, unit, "Backlog");
		int listen = unit_list(units, unit, "ListenStream", unit);
		int port = listen < 0 ? 0 : config_port(units->items[listen].words[1]);

		/* Of TCP: a path, an abstract name and VSOCK have no port there. */
		if (item && port)
			state(found, space, item, "Backlog=", item->words[1], port);
	}
}

static void judge(const struct audit *audit, struct findings *found)
{
	const struct config *nginx = config_get(CONFIG_NGINX);
	const struct config *tomcat = config_get(CONFIG_TOMCAT);
	const struct audit_space *space = own_space(audit);

	if (!space)
		return;
	for (int i = 0; i < nginx->count; i++)
		if (nginx->items[i].count > 1 && config_is(&nginx->items[i], "listen"))
			state(found, space, &nginx->items[i], "backlog",
			      config_value(&nginx->items[i], "backlog"),
			      config_port(nginx->items[i].words[1]));
	judge_haproxy(found, space);
	for (int i = 0; i < tomcat->count; i++) {
		const char *port = config_value(&tomcat->items[i], "port");

		state(found, space, &tomcat->items[i], "acceptCount",
		      config_value(&tomcat->items[i], "acceptCount"), port ? config_port(port) : 0);
	}
	judge_sockets(found, space);
}

const struct check check_backlog_cut = {
	.id = "backlog-cut",
	.causes = { "accept-overflow" },
	.facts = {
		{ "wanted", { "{place}: {setting} {wanted}", "{place}：{setting} {wanted}" } },
		{ "limit", { "net.core.somaxconn is {limit}: listen() takes the smaller number", "net.core.somaxconn 为 {limit}：listen() 取两者中较小的" } },
		{ "port", { "the listener at port {port} runs with {limit}", "端口 {port} 的监听实际就是 {limit}" } },
	},
	.where = { "{place}" },
	.words = {
		[LANG_EN] = {
			.title = "an accept queue of {wanted} was asked for, and {limit} is what it gets",
			.hurts = "A burst that was planned for overflows the queue: handshakes are dropped and clients wait seconds. Nothing yet shows that it did.",
			.fix = { "net.core.somaxconn = {value} in /etc/sysctl.d, then restart the program: the limit is taken at listen().",
				 "Or leave it, and ask for no more than {limit}." },
			.cost = "A longer queue is a longer wait for those at its end.",
			.sampled = "configured backlogs",
		},
		[LANG_ZH] = {
			.title = "配置要求全连接队列 {wanted}，实际只有 {limit}",
			.hurts = "预计中的突发会让队列溢出：握手被丢弃，客户端要等几秒。目前还没有数字表明已经发生。",
			.fix = { "在 /etc/sysctl.d 里写 net.core.somaxconn = {value}，然后重启程序：上限在 listen() 时确定。",
				 "或者不改，配置里也不要超过 {limit}。" },
			.cost = "队列越长，排在队尾的等得越久。",
			.sampled = "配置的 backlog",
		},
	},
	.sources = { "Linux __sys_listen_socket() in net/socket.c" },
	.judge = judge,
};
