/* SPDX-License-Identifier: MIT */
/* One address as JSON: docs/schema/probe.json. */
#include "cmds/probe.h"

#include <stdlib.h>

#include "base/escape.h"

static void add_ms(struct buf *out, const char *key, int64_t us)
{
	buf_printf(out, ",\"%s\":%.3f", key, (double)us / 1000);
}

static const char *end_name(const struct lapse *lapse)
{
	if (lapse->kind == LAPSE_FORGOTTEN)
		return "silence";
	if (lapse->alert || lapse->end == LINK_END_TLS)
		return "tls-alert";
	return lapse->end == LINK_END_FIN ? "fin" : lapse->end == LINK_END_RST ? "rst" : "silence";
}

static const char *late_name(enum late_got got)
{
	static const char *const names[] = { "", "rst", "answer", "ignored", "silence" };

	return names[got];
}

static void add_late_list(struct buf *out, const struct lapse *lapse)
{
	if (!lapse->lates)
		return;
	buf_add_text(out, ",\"late\":[");
	for (int i = 0; i < lapse->lates; i++) {
		buf_printf(out, "%s{\"after_ms\":%.0f,\"got\":\"%s\"", i ? "," : "",
			   (double)lapse->late[i].after_us / 1000, late_name(lapse->late[i].got));
		if (lapse->late[i].took_us)
			add_ms(out, "ms", lapse->late[i].took_us);
		buf_add_char(out, '}');
	}
	buf_add_char(out, ']');
}

static void add_lapse(struct buf *out, const char *name, const struct lapse *lapse)
{
	static const char *const keepalive[] = { "", "holds", "no-help" };
	static const char *const ttl[] = { "", "same", "higher", "lower" };

	buf_printf(out, ",\"%s\":{", name);
	buf_printf(out, "\"survived_ms\":%.3f", (double)lapse->survived_us / 1000);
	if (lapse->busy)
		buf_add_text(out, ",\"busy\":true");
	if (lapse->kind == LAPSE_CLOSED || lapse->kind == LAPSE_FORGOTTEN) {
		add_ms(out, "idle_ms", lapse->idle_us);
		add_ms(out, "error_ms", lapse->error_us);
		buf_printf(out, ",\"samples\":%d,\"closes_with\":\"%s\"", lapse->samples,
			   end_name(lapse));
	}
	if (lapse->kind == LAPSE_CLOSED) {
		add_ms(out, "shortest_ms", lapse->shortest_us);
		add_ms(out, "longest_ms", lapse->longest_us);
		if (lapse->alert)
			buf_printf(out, ",\"then\":\"%s\"",
				   lapse->end == LINK_END_FIN	? "fin"
				   : lapse->end == LINK_END_RST ? "rst"
								: "nothing");
		else if (lapse->then_reset)
			buf_add_text(out, ",\"then\":\"rst\"");
		if (lapse->farewell_status)
			buf_printf(out, ",\"says_status\":%d", lapse->farewell_status);
	}
	add_late_list(out, lapse);
	if (lapse->kind == LAPSE_FORGOTTEN && lapse->closes_us)
		add_ms(out, "server_closes_ms", lapse->closes_us);
	if (lapse->keepalive != KEEPALIVE_NOT_TRIED)
		buf_printf(out,
			   ",\"keepalive\":{\"result\":\"%s\",\"interval_s\":%d,\"tried_ms\":%.0f}",
			   keepalive[lapse->keepalive], lapse->keepalive_s,
			   (double)lapse->keepalive_us / 1000);
	if (lapse->ttl) {
		buf_printf(out, ",\"ttl\":{\"handshake\":%u,\"reset_is\":\"%s\"",
			   lapse->ttl_handshake, ttl[lapse->ttl]);
		if (lapse->ttl_reset)
			buf_printf(out, ",\"reset\":%u", lapse->ttl_reset);
		buf_add_char(out, '}');
	}
	buf_add_char(out, '}');
}

static void add_between(const struct probe_report *report, const struct lapse *lapse)
{
	const char *between = "no-sign";

	if (lapse->ttl > SIEVE_SAME)
		between = "box";
	else if (lapse->kind == LAPSE_FORGOTTEN && !lapse->reset)
		between = "box";
	else if (lapse->kind == LAPSE_FORGOTTEN)
		between = lapse->ttl ? "peer-or-box-beside-it" : "unknown";
	else if (lapse->kind != LAPSE_CLOSED || lapse->end != LINK_END_FIN)
		between = "unknown";
	json_text(report->page, "between", between);
}

static void add_clients(struct page *page, const struct ladder *ladder, const struct lapse *lapse)
{
	struct advice advice;
	struct buf line;
	int count = 0;

	if (!advice_make(lapse, &advice))
		return;
	buf_printf(&page->out, ",\"client_under_s\":%lld,\"clients\":[", (long long)advice.under_s);
	buf_init(&line, 4096);
	for (int i = 0; i < client_table_count; i++) {
		const struct client *client = &client_table[i];

		if (!(client->protocols & ladder->target.protocol->clients))
			continue;
		buf_printf(&page->out, "%s{\"name\":\"", count++ ? "," : "");
		escape_json(&page->out, client->name, strlen(client->name));
		buf_add_char(&page->out, '"');
		if (client->line && advice.set_s) {
			buf_clear(&line);
			client_add_line(client, &advice, &line);
			json_text(page, "set", buf_text(&line));
		}
		if (client->default_s > 0)
			buf_printf(&page->out, ",\"default_s\":%lld", (long long)client->default_s);
		json_text(page, "note", client->note[page->lang]);
		buf_printf(&page->out, ",\"races\":%s}",
			   client_races(client, &advice) ? "true" : "false");
	}
	buf_add_char(&page->out, ']');
	buf_release(&line);
}

static void add_matches(const struct probe_report *report, const struct lapse *lapse)
{
	const struct idle_product *match[PROBE_MATCHES_MAX];
	int count = probe_matches(report, lapse, match, PROBE_MATCHES_MAX);
	struct buf *out = &report->page->out, line;

	buf_add_text(out, ",\"matches\":[");
	buf_init(&line, 1024);
	for (int i = 0; i < count; i++) {
		buf_clear(&line);
		buf_printf(&line, "%s %s = %lld s", match[i]->software, match[i]->setting,
			   (long long)match[i]->seconds);
		buf_add_text(out, i ? ",\"" : "\"");
		escape_json(out, buf_text(&line), line.length);
		buf_add_char(out, '"');
	}
	buf_add_char(out, ']');
	buf_release(&line);
}

static void add_peer(const struct probe_report *report)
{
	const struct finding *finding = report->finding;
	const struct trial *first = finding->first;
	struct page *page = report->page;

	if (first->link.tls_version[0])
		json_text(page, "tls", first->link.tls_version);
	if (finding->tls_us)
		add_ms(&page->out, "tls_ms", finding->tls_us);
	if (!finding->status)
		return;
	buf_printf(&page->out, ",\"status\":%d,\"closes_each\":%s", finding->status,
		   finding->closes_each ? "true" : "false");
	json_text(page, "server", first->server);
	if (first->announced_s >= 0)
		buf_printf(&page->out, ",\"announced_s\":%lld", (long long)first->announced_s);
	if (first->announced_max >= 0)
		buf_printf(&page->out, ",\"announced_max\":%lld", (long long)first->announced_max);
}

/* The keys of the contract: one number where the details have many. */
static void add_main(const struct probe_report *report, const struct lapse *lapse)
{
	static const char *const key[] = { "idle_before_request_ms", "idle_after_request_ms" };
	const struct finding *finding = report->finding;
	struct page *page = report->page;

	for (int i = 0; i < FINDING_MODES; i++) {
		const struct lapse *one = &finding->lapse[i];

		if (one->kind == LAPSE_CLOSED || one->kind == LAPSE_FORGOTTEN)
			add_ms(&page->out, key[i], one->idle_us);
	}
	if (lapse->kind == LAPSE_CLOSED || lapse->kind == LAPSE_FORGOTTEN)
		json_text(page, "closes_with", end_name(lapse));
	if (lapse->kind == LAPSE_FORGOTTEN)
		json_text(page, "late_request", lapse->reset ? "rst" : "silence");
	else if (lapse->lates)
		json_text(page, "late_request", late_name(lapse->late[0].got));
	if (finding->requests_all)
		buf_printf(&page->out, ",\"max_requests\":%u", finding->requests);
	else if (finding->requests)
		buf_printf(&page->out, ",\"requests_tried\":%u", finding->requests);
}

void probe_json(const struct probe_report *report)
{
	const struct finding *finding = report->finding;
	const struct lapse *lapse = finding_main(finding, NULL);
	struct page *page = report->page;
	struct buf *out = &page->out, problem;

	buf_add_text(out, "{\"type\":\"probe\",\"schema\":1");
	json_text(page, "target", report->target);
	json_text(page, "address", report->address);
	json_text(page, "protocol", report->ladder->target.protocol->name);
	buf_printf(out,
		   ",\"connections\":%d,\"handshakes_lost\":%u,\"failed\":%d,\"stopped\":%s,"
		   "\"took_ms\":%.0f",
		   finding->connections, finding->lost, finding->failed,
		   finding->stopped ? "true" : "false", (double)finding->took_ns / 1e6);
	if (!finding->answers) {
		buf_init(&problem, 4096);
		probe_add_problem(report, finding->first, &problem);
		json_text(page, "error", buf_text(&problem));
		buf_release(&problem);
		buf_add_text(out, "}\n");
		page_flush(page);
		return;
	}
	if (finding->failure) {
		buf_init(&problem, 4096);
		probe_add_problem(report, finding->failure, &problem);
		json_text(page, "failure", buf_text(&problem));
		buf_release(&problem);
	}
	add_ms(out, "rtt_ms", finding->rtt_us);
	add_peer(report);
	add_main(report, lapse);
	add_lapse(out, "before_request", &finding->lapse[FINDING_BEFORE]);
	if (finding->asked[FINDING_AFTER])
		add_lapse(out, "after_request", &finding->lapse[FINDING_AFTER]);
	add_between(report, lapse);
	add_matches(report, lapse);
	add_clients(page, report->ladder, lapse);
	buf_add_text(out, "}\n");
	page_flush(page);
}
