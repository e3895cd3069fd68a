/* SPDX-License-Identifier: MIT */
/* Who is connected as JSON Lines, one object a namespace: docs/schema/connections.json. */
#include "cmds/audit.h"

#include <inttypes.h>
#include <stdlib.h>

#include "audit/tally.h"

#define TOP 1000

static void add_endpoint(struct page *page, const char *key, const struct endpoint *endpoint,
			 size_t (*format)(const struct endpoint *endpoint,
					  char text[ENDPOINT_TEXT_MAX]))
{
	struct endpoint shown = audit_shown(page, endpoint);
	char text[ENDPOINT_TEXT_MAX];

	format(&shown, text);
	json_text(page, key, text);
}

/* Those that there are: zero is left out. */
static void add_state(struct page *page, bool *first, int state, uint64_t count)
{
	if (!count)
		return;
	buf_printf(&page->out, "%s\"%s\":%" PRIu64, *first ? "" : ",",
		   sock_diag_state_name((uint8_t)state), count);
	*first = false;
}

static void add_group(struct page *page, const struct tally_group *group)
{
	struct program program;
	bool first = true;

	buf_printf(&page->out, "{\"sockets\":%u", group->total);
	if (group->kind == TALLY_SERVED)
		buf_printf(&page->out, ",\"port\":%u", group->near.port);
	else if (group->kind == TALLY_CALLED)
		add_endpoint(page, "remote", &group->far, endpoint_format);
	else
		add_endpoint(page, "address", &group->far, endpoint_format_host);
	if (group->kind == TALLY_CALLED)
		add_endpoint(page, "from", &group->near, endpoint_format_host);
	buf_add_text(&page->out, ",\"states\":{");
	for (int state = 0; state < TALLY_STATES; state++)
		add_state(page, &first, state, group->count[state]);
	buf_printf(&page->out, "},\"unread\":%u", group->unread);
	if (group->pid && process_read(group->pid, &program) == 0) {
		buf_printf(&page->out, ",\"owner\":{\"pid\":%u", group->pid);
		json_text(page, "comm", program.comm);
		buf_add_char(&page->out, '}');
	}
	buf_add_char(&page->out, '}');
}

/* The largest groups of a kind, and how many more there are. */
static void add_groups(struct page *page, const struct tally *tally, enum tally_kind kind,
		       const char *key, bool owners)
{
	const struct tally_group **top = calloc(TOP, sizeof(*top));
	int count = top ? tally_top(tally, kind, top, TOP) : 0;
	uint32_t more = 0;

	if (owners && kind != TALLY_PEER)
		audit_find_owners(top, count);
	buf_printf(&page->out, ",\"%s\":[", key);
	for (int i = 0; i < count; i++) {
		buf_add_text(&page->out, i ? "," : "");
		add_group(page, top[i]);
	}
	free(top);
	for (uint32_t i = 0; i < tally->group_count; i++)
		more += tally->groups[i].kind == kind;
	buf_printf(&page->out, "],\"%s_left_out\":%u", key, more - (uint32_t)count);
}

static void add_queues(struct page *page, const struct audit_space *space)
{
	bool first = true;

	buf_add_text(&page->out, ",\"queues\":[");
	for (int i = 0; i < space->listener_count; i++) {
		const struct audit_listener *listener = &space->listeners[i];

		if (!listener->queue)
			continue;
		buf_printf(&page->out, "%s{\"queue\":%u,\"backlog\":%u", first ? "" : ",",
			   listener->queue, listener->backlog);
		add_endpoint(page, "listen", &listener->local, endpoint_format);
		buf_add_char(&page->out, '}');
		first = false;
	}
	buf_add_char(&page->out, ']');
}

static void add_space(struct page *page, const struct audit_space *space, bool owners,
		      int64_t took_us)
{
	const struct tally *tally = space->sockets;
	bool first = true;

	buf_printf(&page->out, "{\"type\":\"connections\",\"schema\":1,\"netns\":%u", space->inode);
	if (!space->own)
		json_text(page, "namespace", space->name);
	buf_printf(&page->out, ",\"sockets\":%" PRIu64 ",\"states\":{", tally->total);
	for (int state = 0; state < TALLY_STATES; state++)
		add_state(page, &first, state, tally->count[state]);
	buf_add_char(&page->out, '}');
	add_queues(page, space);
	add_groups(page, tally, TALLY_SERVED, "served", owners);
	add_groups(page, tally, TALLY_CALLED, "called", owners);
	add_groups(page, tally, TALLY_PEER, "peers", owners);
	if (tally->unplaced)
		buf_printf(&page->out, ",\"unplaced\":%" PRIu64, tally->unplaced);
	buf_printf(&page->out, ",\"ms\":%" PRId64 ".%03d}\n", took_us / 1000,
		   (int)(took_us % 1000));
	page_flush(page);
}

void audit_connections_json(struct page *page, const struct audit *audit, bool owners,
			    int64_t took_us)
{
	for (int i = 0; i < audit->space_count; i++)
		if (audit->spaces[i].sockets)
			add_space(page, &audit->spaces[i], owners, took_us);
}
