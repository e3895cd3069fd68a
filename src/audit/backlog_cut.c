/* SPDX-License-Identifier: MIT */
/* A program asks for a longer accept queue than the kernel allows. */
#include <stdlib.h>
#include <string.h>

#include "audit/check.h"
#include "audit/config.h"

static void state(struct findings *found, const struct audit_space *space,
		  const struct config_item *item, const char *setting, const char *value)
{
	size_t digits = value ? strspn(value, "0123456789") : 0;
	int64_t limit = audit_number(space, "net.core.somaxconn", INT64_MAX);
	int64_t wanted = digits && digits < 10 && !value[digits] ? atoll(value) : 0;
	struct finding *finding;

	if (wanted <= limit)
		return;
	finding = finding_add(found, NULL);
	finding->suggested = true;
	finding_text(finding, "place", "%s:%d", item->file, item->line);
	finding_text(finding, "setting", "%s", setting);
	finding_count(finding, "wanted", (uint64_t)wanted);
	finding_count(finding, "limit", (uint64_t)limit);
}

static const struct audit_space *own_space(const struct audit *audit)
{
	for (int i = 0; i < audit->space_count; i++)
		if (audit->spaces[i].own)
			return &audit->spaces[i];
	return NULL;
}

static void judge(const struct audit *audit, struct findings *found)
{
	const struct config *nginx = config_get(CONFIG_NGINX);
	const struct config *haproxy = config_get(CONFIG_HAPROXY);
	const struct config *tomcat = config_get(CONFIG_TOMCAT);
	const struct audit_space *space = own_space(audit);

	if (!space)
		return;
	for (int i = 0; i < nginx->count; i++)
		if (config_is(&nginx->items[i], "listen"))
			state(found, space, &nginx->items[i], "backlog",
			      config_value(&nginx->items[i], "backlog"));
	for (int i = 0; i < haproxy->count; i++)
		if (haproxy->items[i].count > 1 && config_is(&haproxy->items[i], "backlog"))
			state(found, space, &haproxy->items[i], "backlog",
			      haproxy->items[i].words[1]);
	for (int i = 0; i < tomcat->count; i++)
		state(found, space, &tomcat->items[i], "acceptCount",
		      config_value(&tomcat->items[i], "acceptCount"));
}

const struct check check_backlog_cut = {
	.id = "backlog-cut",
	.causes = { "accept-overflow" },
	.facts = {
		{ "wanted", { "{place}: {setting} {wanted}", "{place}：{setting} {wanted}" } },
		{ "limit", { "net.core.somaxconn is {limit}: listen() takes the smaller number", "net.core.somaxconn 为 {limit}：listen() 取两者中较小的" } },
	},
	.where = { "{place}" },
	.words = {
		[LANG_EN] = {
			.title = "an accept queue of {wanted} was asked for, and {limit} is what it gets",
			.hurts = "A burst that was planned for overflows the queue: handshakes are dropped and clients wait seconds. Nothing yet shows that it did.",
			.fix = { "net.core.somaxconn {wanted} in /etc/sysctl.d, then restart the program: the limit is taken at listen().",
				 "Or leave it, and ask for no more than {limit}." },
			.cost = "A longer queue is a longer wait for those at its end.",
			.sampled = "configured backlogs",
		},
		[LANG_ZH] = {
			.title = "配置要求全连接队列 {wanted}，实际只有 {limit}",
			.hurts = "预计中的突发会让队列溢出：握手被丢弃，客户端要等几秒。目前还没有数字表明已经发生。",
			.fix = { "在 /etc/sysctl.d 里把 net.core.somaxconn 设为 {wanted}，然后重启程序：上限在 listen() 时确定。",
				 "或者不改，配置里也不要超过 {limit}。" },
			.cost = "队列越长，排在队尾的等得越久。",
			.sampled = "配置的 backlog",
		},
	},
	.sources = { "Linux __sys_listen_socket() in net/socket.c" },
	.judge = judge,
};
