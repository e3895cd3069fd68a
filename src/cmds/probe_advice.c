/* SPDX-License-Identifier: MIT */
/* What a measured timeout means: which product's default it is, and what clients have to be told.
 */
#include "cmds/probe.h"

#include <string.h>
#include <strings.h>

#include "draw/table.h"

#define CLIENTS_INDENT 12

static bool is_named(const struct idle_product *product, const char *server)
{
	size_t n = strcspn(server, "/( ");

	return n >= 3 && !strncasecmp(product->software, server, n);
}

int probe_matches(const struct probe_report *report, const struct lapse *lapse,
		  const struct idle_product **ret_matches, int max)
{
	const struct idle_product *found[PROBE_MATCHES_MAX];
	int count, kept = 0;

	if (lapse->kind != LAPSE_CLOSED && lapse->kind != LAPSE_FORGOTTEN)
		return 0;
	count = idle_match(lapse->idle_us, lapse->kind == LAPSE_FORGOTTEN ? lapse->error_us : 0,
			   found, PROBE_MATCHES_MAX);
	for (int pass = 0; pass < 2; pass++) {
		for (int i = 0; i < count && kept < max; i++) {
			enum idle_role role = lapse->kind == LAPSE_CLOSED ? IDLE_SERVER : IDLE_PATH;

			if (found[i]->role == role &&
			    is_named(found[i], report->finding->first->server) == !pass)
				ret_matches[kept++] = found[i];
		}
	}
	return kept;
}

void probe_row_matches(const struct probe_report *report, const struct lapse *lapse)
{
	const struct idle_product *match[PROBE_MATCHES_MAX];
	int count = probe_matches(report, lapse, match, PROBE_MATCHES_MAX);
	struct buf line;

	if (!count)
		return;
	buf_init(&line, 8192);
	/* What the server calls itself rules the others out. */
	if (!report->page->common->verbose && is_named(match[0], report->finding->first->server)) {
		for (int i = 1; i < count; i++) {
			if (!is_named(match[i], report->finding->first->server))
				count = i;
		}
	}
	for (int i = 0; i < count; i++) {
		if (i)
			buf_add_text(&line, probe_pick(report, ", ", "、"));
		buf_printf(&line, "%s %s %lld", match[i]->software, match[i]->setting,
			   (long long)match[i]->seconds);
	}
	buf_add_text(&line, probe_pick(report, " (defaults: a match, no proof)",
				       "（默认值相符，不是证据）"));
	page_row(report->page, probe_pick(report, "matches", "相符"), NULL, buf_text(&line));
	buf_release(&line);
}

static void add_clients(const struct probe_report *report, const struct advice *advice)
{
	const struct target *target = &report->ladder->target;
	struct page *page = report->page;
	struct table table;
	struct buf cell;

	table_init(&table, 3);
	buf_init(&cell, 4096);
	for (int i = 0; i < client_table_count; i++) {
		const struct client *client = &client_table[i];

		if (!(client->protocols & target->protocol->clients))
			continue;
		table_add(&table, client->name);
		buf_clear(&cell);
		if (client->line && advice->set_s)
			client_add_line(client, advice, &cell);
		else if (!client->line)
			buf_add_char(&cell, '-');
		table_add(&table, buf_text(&cell));
		buf_clear(&cell);
		if (client->default_s > 0)
			buf_printf(&cell, probe_pick(report, "default %lld s", "默认 %lld 秒"),
				   (long long)client->default_s);
		else if (client->default_s == CLIENT_DEFAULT_NONE)
			buf_add_text(&cell, probe_pick(report, "no limit by default", "默认不限"));
		else
			buf_add_text(&cell, probe_pick(report, "default not known", "默认值未知"));
		if (client_races(client, advice))
			buf_add_text(&cell, probe_pick(report, ": too long", "：太长"));
		if (client->note[page->lang])
			buf_printf(&cell, probe_pick(report, "; %s", "；%s"),
				   client->note[page->lang]);
		table_add(&table, buf_text(&cell));
	}
	page_row(page, probe_pick(report, "clients", "客户端"), NULL,
		 probe_pick(report, "where that is set, and what they do by default:",
			    "各客户端在哪里设置，默认是多少："));
	table_draw(&table, CLIENTS_INDENT, page->width, &page->out);
	table_release(&table);
	buf_release(&cell);
}

void probe_rows_advice(const struct probe_report *report, const struct lapse *lapse)
{
	struct advice advice;
	struct buf line;

	if (!advice_make(lapse, &advice))
		return;
	buf_init(&line, 8192);
	if (advice.under_s)
		buf_printf(
			&line,
			probe_pick(report,
				   "keep client connections idle for less than %lld s: set %lld s",
				   "让客户端连接的空闲时间短于 %lld 秒：设为 %lld 秒"),
			(long long)advice.under_s, (long long)advice.set_s);
	else
		buf_add_text(&line,
			     probe_pick(report,
					"too short to keep connections for: raise it on the "
					"server, or open a new connection for "
					"each request and retry what is idempotent",
					"太短，不值得保持连接：在服务端调大，或每次请求新建连接，"
					"并对幂等请求重试"));
	if (advice.keepalive_s)
		buf_printf(&line,
			   probe_pick(report,
				      "; or TCP keepalive every %lld s (SO_KEEPALIVE, and "
				      "TCP_KEEPIDLE or "
				      "net.ipv4.tcp_keepalive_time = %lld)",
				      "；或每 %lld 秒一次 TCP keepalive（SO_KEEPALIVE，加 "
				      "TCP_KEEPIDLE 或 "
				      "net.ipv4.tcp_keepalive_time = %lld）"),
			   (long long)advice.keepalive_s, (long long)advice.keepalive_s);
	page_row(report->page, probe_pick(report, "do", "怎么办"), NULL, buf_text(&line));
	buf_release(&line);
	add_clients(report, &advice);
}
