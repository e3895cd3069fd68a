/* SPDX-License-Identifier: MIT */
/* nginx told to end connections that timed out with a reset. */
#include <string.h>

#include "audit/check.h"
#include "audit/config.h"

#define SECOND INT64_C(1000000)

static void judge(const struct audit *audit, struct findings *found)
{
	const struct config *config = config_get(CONFIG_NGINX);

	(void)audit;
	for (int i = 0; i < config->count; i++) {
		const struct config_item *item = &config->items[i], *timeout;
		struct finding *finding;

		if (item->count < 2 || !config_is(item, "reset_timedout_connection") ||
		    strcmp(item->words[1], "on"))
			continue;
		finding = finding_add(found, NULL);
		finding->suggested = true;
		finding_place(finding, "place", item->file, item->line);
		timeout = config_inherit(config, item->parent, "send_timeout");
		if (timeout && timeout->count > 1 &&
		    config_time_us(timeout->words[1], SECOND) > 0) {
			finding_place(finding, "send_place", timeout->file, timeout->line);
			finding_duration(finding, "send",
					 config_time_us(timeout->words[1], SECOND));
		}
	}
}

const struct check check_timedout_reset = {
	.id = "timedout-reset",
	.reads_config = true,
	.causes = { "linger-zero" },
	.facts = {
		{ "place", { "{place}: reset_timedout_connection on", "{place}：reset_timedout_connection on" } },
		{ "send", { "{send_place}: a client that takes nothing for {send} has timed out", "{send_place}：客户端 {send} 没有取走数据就算超时" } },
	},
	.where = { "{place}" },
	.words = {
		[LANG_EN] = {
			.title = "nginx ends connections that timed out with a reset",
			.hurts = "Slow clients get \"connection reset by peer\" in the middle of a response, where without it they would get what was already "
				"sent and then an end: SO_LINGER with time 0 throws the unsent rest away.",
			.fix = { "{place}: `reset_timedout_connection off;`, unless sockets in FIN_WAIT1 pile up (`whyrst audit --connections` shows them); then reload nginx." },
			.cost = "Sockets with unsent bytes stay until the kernel gives them up.",
			.sampled = "reset_timedout_connection",
		},
		[LANG_ZH] = {
			.title = "nginx 用 RST 断开超时的连接",
			.hurts = "慢客户端会在响应中途得到 “connection reset by peer”；不开的话，它能收完已发出的部分再正常结束：时间为 0 的 SO_LINGER 会丢弃未发出的数据。",
			.fix = { "{place}：设为 `reset_timedout_connection off;`，除非 FIN_WAIT1 堆积（用 `whyrst audit --connections` 查看）；然后重载 nginx。" },
			.cost = "还有未发数据的套接字会留到内核放弃为止。",
			.sampled = "reset_timedout_connection",
		},
	},
	.sources = { "nginx: ngx_http_core_module, reset_timedout_connection" },
	.judge = judge,
};
