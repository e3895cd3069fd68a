/* SPDX-License-Identifier: MIT */
#include "audit/queues.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/settings.h"
#include "audit/units.h"

#define BACKLOG_LEAST 4096 /* the kernel's own somaxconn since 5.4 */
#define BACKLOG_MOST 65535 /* it is 16 bits wide before 5.4 */

static int64_t larger(int64_t backlog)
{
	int64_t value = backlog * 2 > BACKLOG_LEAST ? backlog * 2 : BACKLOG_LEAST;

	return value < BACKLOG_MOST ? value : BACKLOG_MOST;
}

/* The socket unit that gave this listener its backlog: systemd listens, the program does not. */
static const struct config_item *backlog_of_unit(const struct audit_listener *listener)
{
	const struct config *units = config_get(CONFIG_SYSTEMD);

	for (int unit = -1; (unit = unit_next(units, unit, ".socket")) >= 0;) {
		const struct config_item *item = unit_setting(units, unit, "Backlog");

		if (!item || strtoull(item->words[1], NULL, 10) != listener->backlog)
			continue;
		for (int i = unit; (i = unit_list(units, unit, "ListenStream", i)) >= 0;)
			if (config_port(units->items[i].words[1]) == listener->local.port)
				return item;
	}
	return NULL;
}

void queue_tell(struct finding *finding, const struct audit_listener *listener)
{
	int64_t somaxconn = audit_number(finding->space, "net.core.somaxconn", 0);
	const struct slot *comm = finding_slot(finding, "comm", 4);
	const struct program_setting *known = comm ? setting_find(comm->text[LANG_EN]) : NULL;
	char to[32];

	finding_count(finding, "queue_most", listener->queue_most);
	finding_count(finding, "backlog", listener->backlog);
	finding_count(finding, "looks", (uint64_t)listener->looks);
	finding_count(finding, "looks_full", (uint64_t)listener->full);
	if (listener->backlog < somaxconn) {
		const struct config_item *unit =
			!finding->space || finding->space->own ? backlog_of_unit(listener) : NULL;

		finding_count(finding, "somaxconn_is", (uint64_t)somaxconn);
		if (unit) {
			finding_text(finding, "setting", "%s:%d: Backlog=", unit->file, unit->line);
			finding_hides(finding, "setting", HIDES_PATH);
		} else if (known) {
			finding_text(finding, "setting", "%s", known->backlog);
		} else {
			finding_words(finding, "setting",
				      "the backlog that the program gives to listen()",
				      "程序传给 listen() 的 backlog");
		}
		return;
	}
	snprintf(to, sizeof(to), "%lld", (long long)larger(somaxconn));
	finding_setting(finding, "somaxconn", "somaxconn_to", "net.core.somaxconn", to);
}

bool unit_of(const struct program *program, char *ret_unit, size_t unit_bytes)
{
	static const char kind[] = ".service", manager[] = "user@";
	const char *end;

	ret_unit[0] = '\0';
	/*
	 * The outermost part that is a service: what stands below is of another manager, a
	 * container's or a user's, and may be called like any unit of the host.
	 */
	for (const char *part = program->cgroup; *part; part = *end ? end + 1 : end) {
		size_t bytes;

		end = strchrnul(part, '/');
		bytes = (size_t)(end - part);
		if (bytes <= sizeof(kind) - 1 ||
		    memcmp(end - (sizeof(kind) - 1), kind, sizeof(kind) - 1) != 0)
			continue;
		if (bytes >= unit_bytes || !memcmp(part, manager, sizeof(manager) - 1))
			return false;
		memcpy(ret_unit, part, bytes);
		ret_unit[bytes] = '\0';
		return true;
	}
	return false;
}
