/* SPDX-License-Identifier: MIT */
/* Who is connected and what is abnormal: what people look for in `netstat -an`, on one screen. */
#include "cmds/audit.h"

#include <stdio.h>
#include <string.h>

#include "audit/tally.h"
#include "base/anonymize.h"
#include "cmds/shared.h"
#include "draw/table.h"

#define TOP 8

struct state_words {
	enum sock_diag_state state;
	const char *name;
	const char *words[LANG_COUNT]; /* NULL: nothing abnormal about it */
};

static const struct state_words states[] = {
	{ SOCK_DIAG_ESTABLISHED, "ESTABLISHED", { NULL, NULL } },
	{ SOCK_DIAG_LISTEN, "LISTEN", { NULL, NULL } },
	{ SOCK_DIAG_SYN_SENT,
	  "SYN-SENT",
	  { "asked to connect and not answered yet", "发起了连接，对端还没应答" } },
	{ SOCK_DIAG_SYN_RECV,
	  "SYN-RECV",
	  { "asked by a peer, whose last ACK has not come", "对端发起，最后一个 ACK 还没到" } },
	{ SOCK_DIAG_CLOSE_WAIT,
	  "CLOSE-WAIT",
	  { "the peer has closed, the program here has not", "对端已关闭，本机程序还没关" } },
	{ SOCK_DIAG_FIN_WAIT1,
	  "FIN-WAIT-1",
	  { "closed here, and the peer has not acknowledged it", "本机已关闭，对端还没确认" } },
	{ SOCK_DIAG_FIN_WAIT2,
	  "FIN-WAIT-2",
	  { "closed here, and the peer has not", "本机已关闭，对端还没关" } },
	{ SOCK_DIAG_LAST_ACK,
	  "LAST-ACK",
	  { "closed at both ends, the last ACK is missing", "两端都已关闭，还差最后一个 ACK" } },
	{ SOCK_DIAG_CLOSING, "CLOSING", { "closed at both ends at once", "两端同时关闭" } },
	{ SOCK_DIAG_TIME_WAIT, "TIME-WAIT", { NULL, NULL } },
	{ SOCK_DIAG_CLOSE, "UNCONNECTED", { NULL, NULL } },
};

#define STATES ((int)(sizeof(states) / sizeof(*states)))

static void add_number(const struct page *page, struct table *table, uint64_t number)
{
	struct buf text;

	buf_init(&text, 64);
	if (number)
		lang_add_count(page->lang, number, &text);
	else
		buf_add_text(&text, "-");
	table_add(table, buf_text(&text));
	buf_release(&text);
}

static void add_states(struct page *page, const struct tally *tally)
{
	struct buf line;

	buf_init(&line, 4096);
	for (int i = 0; i < STATES; i++) {
		uint64_t count = tally->count[states[i].state];

		if (!count)
			continue;
		buf_add_text(&line, line.length ? page_pick(page, ", ", "，") : "");
		lang_add_count(page->lang, count, &line);
		buf_printf(&line, " %s", states[i].name);
	}
	page_row(page, page_pick(page, "states", "状态"), NULL, buf_text(&line));
	buf_release(&line);
}

struct endpoint audit_shown(const struct page *page, const struct endpoint *endpoint)
{
	static struct anonymizer anonymizer;
	static struct cmd_seed seed;
	static const uint8_t any[sizeof(endpoint->ip)];
	static bool ready;
	struct endpoint ret = *endpoint;
	uint64_t key[2];

	/* That it is every address of this host tells nobody's. */
	if (!page->common->anonymize || !memcmp(endpoint->ip, any, sizeof(any)))
		return ret;
	if (!ready) {
		cmd_choose_key(&seed, key);
		anonymizer_init(&anonymizer, key);
		ready = true;
	}
	anonymizer_map(&anonymizer, &ret);
	return ret;
}

static void add_abnormal(struct page *page, const struct audit_space *space)
{
	const char *label = page_pick(page, "abnormal", "异常");
	struct buf line;

	buf_init(&line, 4096);
	for (int i = 0; i < STATES; i++) {
		uint64_t count = space->sockets->count[states[i].state];

		if (!count || !states[i].words[page->lang])
			continue;
		buf_clear(&line);
		lang_add_count(page->lang, count, &line);
		buf_printf(&line, " %s%s%s", states[i].name, page_pick(page, ": ", "："),
			   states[i].words[page->lang]);
		page_row(page, label, NULL, buf_text(&line));
		label = NULL;
	}
	for (int i = 0; i < space->listener_count; i++) {
		const struct audit_listener *listener = &space->listeners[i];
		char text[ENDPOINT_TEXT_MAX];
		struct endpoint local;

		if (!listener->queue)
			continue;
		local = audit_shown(page, &listener->local);
		endpoint_format(&local, text);
		buf_clear(&line);
		buf_printf(&line,
			   page_pick(page,
				     listener->queue == 1 ? "%u waits for accept() at %s, limit %u"
							  : "%u wait for accept() at %s, limit %u",
				     "%u 个连接在 %s 等待 accept()，上限 %u"),
			   listener->queue, text, listener->backlog);
		page_row(page, label, NULL, buf_text(&line));
		label = NULL;
	}
	if (label)
		page_row(page, label, NULL, page_pick(page, "nothing", "无"));
	buf_release(&line);
}

static void add_who(const struct page *page, struct table *table, const struct tally_group *group)
{
	struct endpoint far = audit_shown(page, &group->far);
	char text[ENDPOINT_TEXT_MAX];

	if (group->kind == TALLY_SERVED)
		snprintf(text, sizeof(text), page_pick(page, "port %u", "端口 %u"),
			 group->near.port);
	else if (group->kind == TALLY_CALLED)
		endpoint_format(&far, text);
	else
		endpoint_format_host(&far, text);
	table_add(table, text);
}

static void add_group(const struct page *page, struct table *table, const struct tally_group *group,
		      bool owners)
{
	static const enum sock_diag_state columns[] = { SOCK_DIAG_ESTABLISHED, SOCK_DIAG_CLOSE_WAIT,
							SOCK_DIAG_TIME_WAIT };
	uint64_t rest = group->total;
	struct program program;
	char text[64];

	add_who(page, table, group);
	for (int i = 0; i < 3; i++) {
		add_number(page, table, group->count[columns[i]]);
		rest -= group->count[columns[i]];
	}
	add_number(page, table, rest);
	add_number(page, table, group->unread);
	if (!owners)
		return;
	text[0] = '\0';
	if (group->pid && process_read(group->pid, &program) == 0) {
		snprintf(text, sizeof(text), "%s (%u)", program.comm, group->pid);
		for (char *p = text; *p; p++)
			if (*p < 0x20 || *p >= 0x7f)
				*p = '?';
	}
	table_add(table, *text ? text : "-");
}

static void add_top(struct page *page, const struct tally *tally, enum tally_kind kind,
		    const char *heading, bool owners)
{
	const struct tally_group *top[TOP];
	int count = tally_top(tally, kind, top, TOP);
	struct table table;

	if (!count)
		return;
	owners &= kind != TALLY_PEER;
	if (owners)
		audit_find_owners(top, count);
	table_init(&table, owners ? 7 : 6);
	for (int i = 1; i < 6; i++)
		table.right[i] = true;
	table_add(&table, heading);
	table_add(&table, page_pick(page, "open", "已建立"));
	table_add(&table, "CLOSE-WAIT");
	table_add(&table, "TIME-WAIT");
	table_add(&table, page_pick(page, "other", "其他"));
	table_add(&table, page_pick(page, "unread", "有未读数据"));
	if (owners)
		table_add(&table, page_pick(page, "program", "程序"));
	for (int i = 0; i < count; i++)
		add_group(page, &table, top[i], owners);
	buf_add_char(&page->out, '\n');
	table_draw(&table, 2, 0, &page->out);
	table_release(&table);
}

static void add_space(struct page *page, const struct audit_space *space, bool owners)
{
	const struct tally *tally = space->sockets;
	struct buf line;

	buf_init(&line, 512);
	lang_add_count(page->lang, tally->total, &line);
	buf_add_text(&line, page_pick(page, tally->total == 1 ? " TCP socket" : " TCP sockets",
				      " 个 TCP 套接字"));
	if (!space->own)
		buf_printf(&line, page_pick(page, " in network namespace %s", "，网络命名空间 %s"),
			   space->name);
	page_strong(page, buf_text(&line));
	buf_add_char(&page->out, '\n');
	buf_release(&line);
	add_states(page, tally);
	add_abnormal(page, space);
	add_top(page, tally, TALLY_SERVED, page_pick(page, "served here", "本机提供的服务"),
		owners);
	add_top(page, tally, TALLY_CALLED, page_pick(page, "called from here", "本机连出"), owners);
	add_top(page, tally, TALLY_PEER, page_pick(page, "most connected peers", "连接最多的对端"),
		owners);
}

void audit_connections_text(struct page *page, const struct audit *audit, bool owners,
			    int64_t took_us)
{
	int shown = 0;
	struct buf line;

	for (int i = 0; i < audit->space_count; i++) {
		const struct audit_space *space = &audit->spaces[i];

		/* Of a namespace without sockets nothing is to be told but of the only one. */
		if (!space->sockets || (!space->sockets->total && audit->space_count > 1))
			continue;
		if (shown++)
			buf_add_char(&page->out, '\n');
		add_space(page, space, owners);
	}
	if (page->common->quiet)
		return;
	buf_init(&line, 128);
	buf_add_char(&page->out, '\n');
	buf_add_text(&line, page_pick(page, "sockets read in ", "读取套接字用时 "));
	lang_add_duration(page->lang, took_us, &line);
	page_row(page, NULL, NULL, buf_text(&line));
	buf_release(&line);
}
