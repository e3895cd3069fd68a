/* SPDX-License-Identifier: MIT */
/* The report of a whole log: what it holds, from whom, when, and what each group means. */
#include "cmds/explain.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/anonymize.h"
#include "base/escape.h"
#include "base/hash.h"
#include "cmds/options.h"

#define PEERS_SHOWN 3
#define MINUTES_SHOWN 3

struct report {
	struct page *page;
	const struct log *log;
	struct anonymizer anonymizer;
};

/* The name of a peer as it may be shown: with --anonymize another one, always the same. */
static void peer_shown(struct report *report, const char *peer, struct buf *out)
{
	if (report->page->common->anonymize)
		anonymizer_add_peer(&report->anonymizer, peer, out);
	else
		escape_terminal(out, peer, strlen(peer));
}

static bool on_the_wire(const struct entry *entry)
{
	return entry->packet != PACKET_FRAME && entry->op != OP_BIND && entry->op != OP_ACCEPT &&
	       !(entry->packet == PACKET_NONE && entry->who == WHO_LOCAL);
}

/* "host 192.0.2.7 and port 8080" of an address; nothing for a name that pcap-filter may not know.
 */
static void add_filter(const char *peer, struct buf *out)
{
	struct endpoint endpoint;
	const char *colon = strrchr(peer, ':');
	size_t host = strlen(peer);

	if (peer[0] == '[') {
		peer++;
		host = strcspn(peer, "]");
		if (colon && colon < peer + host)
			colon = NULL;
	} else if (colon && strchr(peer, ':') == colon) {
		host = (size_t)(colon - peer);
	} else {
		colon = NULL;
	}
	if (endpoint_parse_host(peer, host, &endpoint) < 0)
		return;
	buf_printf(out, "host %.*s", (int)host, peer);
	if (colon)
		buf_printf(out, " and port %s", colon + 1);
}

static void add_next(struct report *report, const struct entry *entry, const char *peer)
{
	struct buf filter, line;

	if (!on_the_wire(entry))
		return;
	buf_init(&filter, 512);
	buf_init(&line, 2048);
	if (peer)
		add_filter(peer, &filter);
	buf_printf(&line, "whyrst live%s%s%s", filter.length ? " '" : "", buf_text(&filter),
		   filter.length ? "'" : "");
	page_row(report->page, page_pick(report->page, "next", "下一步"), NULL, buf_text(&line));
	buf_clear(&line);
	buf_printf(&line, "tcpdump -i any -s 128 -w reset.pcap '%s%s%s'  →  whyrst read reset.pcap",
		   filter.length ? "tcp and " : "tcp", buf_text(&filter), "");
	page_row(report->page, NULL, NULL, buf_text(&line));
	buf_release(&filter);
	buf_release(&line);
}

static void add_times(struct report *report, const struct log_group *group)
{
	struct log_minute minutes[MINUTES_SHOWN];
	struct page *page = report->page;
	char first[WHEN_TEXT_MAX], last[WHEN_TEXT_MAX], text[WHEN_TEXT_MAX];
	int all, count = log_minutes(report->log, group->entry, minutes, MINUTES_SHOWN, &all);
	struct buf line;

	buf_init(&line, 2048);
	if (group->first.kind == WHEN_NONE) {
		buf_add_text(&line, page_pick(page, "no time in these lines", "这些行没有时间"));
	} else {
		when_format(&group->first, false, first);
		when_format(&group->last, false, last);
		buf_add_text(&line, first);
		if (strcmp(first, last))
			buf_printf(&line, page_pick(page, " to %s", " 至 %s"), last);
		buf_add_text(&line, page_pick(page, "; busiest minute ", "；最忙的分钟 "));
		for (int i = 0; i < count; i++) {
			when_format(&minutes[i].when, false, text);
			buf_printf(&line, "%s%s (%llu)", i ? page_pick(page, ", ", "、") : "", text,
				   (unsigned long long)minutes[i].count);
		}
		if (all > count)
			buf_printf(&line,
				   page_pick(page, "; %d minutes in all", "；共 %d 分钟有记录"),
				   all);
		if (group->lost_minutes)
			buf_printf(&line,
				   page_pick(page, "; minutes of %llu events no longer kept",
					     "；有 %llu 次的分钟未能保留"),
				   (unsigned long long)group->lost_minutes);
	}
	page_row(page, page_pick(page, "when", "时间"), NULL, buf_text(&line));
	buf_release(&line);
}

static void add_peers(struct report *report, const struct log_group *group,
		      const struct log_peer *peers, int count, int all)
{
	struct page *page = report->page;
	char text[WHEN_TEXT_MAX];
	struct buf line;

	buf_init(&line, 4096);
	for (int i = 0; i < count; i++) {
		buf_add_text(&line, i ? page_pick(page, ", ", "、") : "");
		peer_shown(report, peers[i].peer, &line);
		buf_printf(&line, " (%llu", (unsigned long long)peers[i].count);
		if (peers[i].busiest.kind != WHEN_NONE && page->common->verbose) {
			when_format(&peers[i].busiest, false, text);
			buf_printf(&line, page_pick(page, "; %llu at %s", "；其中 %llu 次在 %s"),
				   (unsigned long long)peers[i].busiest_count, text);
		}
		buf_add_char(&line, ')');
	}
	if (all > count)
		buf_printf(&line, page_pick(page, "; %d peers in all", "；共 %d 个对端"), all);
	if (group->lost_peers)
		buf_printf(&line,
			   page_pick(page, "; peers of %llu events no longer kept",
				     "；有 %llu 次的对端未能保留"),
			   (unsigned long long)group->lost_peers);
	if (count && group->without_peer)
		buf_printf(&line,
			   page_pick(page, "; %llu events name none", "；有 %llu 次没有写明"),
			   (unsigned long long)group->without_peer);
	if (!count)
		buf_add_text(&line, page_pick(page, "none named in these lines", "这些行没有写明"));
	page_row(page, page_pick(page, "peers", "对端"), NULL, buf_text(&line));
	buf_release(&line);
}

static void add_group(struct report *report, const struct log_group *group)
{
	const struct entry *entry = &entry_table[group->entry];
	struct page *page = report->page;
	struct log_peer peers[LOG_TOP_MAX];
	int max = page->common->verbose ? LOG_TOP_MAX : PEERS_SHOWN, all, count;
	struct buf line;

	count = log_peers(report->log, group->entry, peers, max, &all);
	buf_init(&line, 8192);
	lang_add_count(page->lang, group->count, &line);
	buf_printf(&line, " × %s", entry->message ? entry->message : entry->id);
	page_strong(page, buf_text(&line));
	if (entry->ecosystem)
		buf_printf(&page->out, "  · %s", entry->ecosystem);
	buf_add_char(&page->out, '\n');
	add_times(report, group);
	add_peers(report, group, peers, count, all);
	if (!page->common->quiet) {
		page_row(page, page_pick(page, "means", "含义"), NULL,
			 entry->words[page->lang].meaning);
		buf_clear(&line);
		entry_add_side(entry, page->lang, &line);
		page_row(page, page_pick(page, "side", "哪一侧"), NULL, buf_text(&line));
		explain_causes(page, entry);
		page_row(page, page_pick(page, "do", "怎么办"), NULL,
			 entry->words[page->lang].fix[0]);
		add_next(report, entry, count && !page->common->anonymize ? peers[0].peer : NULL);
	}
	if (page->common->verbose && !page->common->anonymize) {
		buf_clear(&line);
		escape_terminal(&line, group->sample, group->sample_length);
		page_row(page, page_pick(page, "e.g.", "例如"), NULL, buf_text(&line));
	}
	buf_add_char(&page->out, '\n');
	buf_release(&line);
}

static void json_when(struct page *page, const char *key, const struct when *when)
{
	char text[WHEN_TEXT_MAX];

	if (when->kind == WHEN_NONE)
		return;
	when_format(when, true, text);
	json_text(page, key, text);
}

static void json_group(struct report *report, const struct log_group *group, int rank)
{
	const struct entry *entry = &entry_table[group->entry];
	struct page *page = report->page;
	struct log_minute minutes[LOG_TOP_MAX];
	struct log_peer peers[LOG_TOP_MAX];
	struct buf name;
	int all, count;

	json_entry_open(page, entry, rank);
	buf_printf(&page->out, ",\"log\":{\"count\":%llu", (unsigned long long)group->count);
	json_when(page, "first", &group->first);
	json_when(page, "last", &group->last);
	if (group->without_time)
		buf_printf(&page->out, ",\"without_time\":%llu",
			   (unsigned long long)group->without_time);
	if (group->without_peer)
		buf_printf(&page->out, ",\"without_peer\":%llu",
			   (unsigned long long)group->without_peer);
	count = log_minutes(report->log, group->entry, minutes, LOG_TOP_MAX, &all);
	buf_printf(&page->out, ",\"minutes\":%d,\"lost_minutes\":%llu,\"busiest\":[", all,
		   (unsigned long long)group->lost_minutes);
	for (int i = 0; i < count; i++) {
		buf_printf(&page->out, "%s{\"count\":%llu", i ? "," : "",
			   (unsigned long long)minutes[i].count);
		json_when(page, "minute", &minutes[i].when);
		buf_add_char(&page->out, '}');
	}
	count = log_peers(report->log, group->entry, peers, LOG_TOP_MAX, &all);
	buf_printf(&page->out, "],\"peers\":%d,\"lost_peers\":%llu,\"top_peers\":[", all,
		   (unsigned long long)group->lost_peers);
	buf_init(&name, 1024);
	for (int i = 0; i < count; i++) {
		buf_clear(&name);
		peer_shown(report, peers[i].peer, &name);
		buf_printf(&page->out, "%s{\"count\":%llu", i ? "," : "",
			   (unsigned long long)peers[i].count);
		json_text(page, "peer", buf_text(&name));
		if (peers[i].busiest.kind != WHEN_NONE) {
			json_when(page, "busiest_minute", &peers[i].busiest);
			buf_printf(&page->out, ",\"busiest_count\":%llu",
				   (unsigned long long)peers[i].busiest_count);
		}
		buf_add_char(&page->out, '}');
	}
	buf_release(&name);
	buf_add_char(&page->out, ']');
	if (!page->common->anonymize)
		json_bytes(page, "sample", group->sample, group->sample_length);
	buf_add_text(&page->out, "}}\n");
}

static void tell_counts(const struct page *page, const struct log_counts *counts, int groups)
{
	fprintf(stderr,
		page_pick(page, "whyrst: %llu lines, %llu events in %d groups",
			  "whyrst：%llu 行，%llu 次，%d 组"),
		(unsigned long long)counts->lines, (unsigned long long)counts->events, groups);
	if (counts->repeated)
		fprintf(stderr,
			page_pick(page, "; %llu further lines of the same stack traces",
				  "；另有 %llu 行属于同一堆栈"),
			(unsigned long long)counts->repeated);
	fputc('\n', stderr);
	if (counts->long_lines)
		options_complain(page->lang,
				 "%llu lines over 64 KiB: only their beginning was looked at",
				 "有 %llu 行超过 64 KiB：只看了开头部分",
				 (unsigned long long)counts->long_lines);
}

int explain_log(struct page *page, struct log *log, int max)
{
	const struct log_group *groups[64];
	struct report report = { .page = page, .log = log };
	int all, count;

	if (max > 64)
		max = 64;
	anonymizer_init(&report.anonymizer, page->key);
	all = log_groups(log, groups, max);
	count = all < max ? all : max;
	for (int i = 0; i < count; i++) {
		if (!strcmp(page->common->output, "json"))
			json_group(&report, groups[i], i + 1);
		else
			add_group(&report, groups[i]);
		page_flush(page);
	}
	if (!page->common->quiet)
		tell_counts(page, log_get_counts(log), all);
	if (all > count)
		options_complain(page->lang, "%d more groups: see them with -c %d",
				 "还有 %d 组：用 -c %d 查看", all - count, all);
	return all;
}
