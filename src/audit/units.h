/* SPDX-License-Identifier: MIT */
/*
 * What checks ask of systemd's units (config_get(CONFIG_SYSTEMD)). An assignment without a value
 * takes back those before it.
 *
 * Floor 6, of this folder only.
 */
#ifndef WHYRST_AUDIT_UNITS_H
#define WHYRST_AUDIT_UNITS_H

#include "audit/config.h"

/* The block of "nginx.service", for "x@1.service" that of "x@.service"; -1 if there is none. */
int unit_find(const struct config *units, const char *name);
/* The next unit after @after (-1: the first) that ends with @kind (".service"); -1: no more. */
int unit_next(const struct config *units, int after, const char *kind);

/* What counts of an assignment that is made once: the last one. NULL if there is none. */
const struct config_item *unit_setting(const struct config *units, int unit, const char *name);
/* The next of a list after statement @after (@unit: the first); -1: no more. */
int unit_list(const struct config *units, int unit, const char *name, int after);
/* What it says without the value's prefixes "-", "@", ":", "+", "!": a command line. */
const char *unit_command(const struct config_item *item);

/* The command of ExecStart= if it runs the program of that name, in whatever folder; else NULL. */
const struct config_item *unit_runs(const struct config *units, int unit, const char *program);

/* "90", "1min 30s", "500ms"; microseconds, or -1: no time, or none that ends. */
int64_t unit_time_us(const char *text);

#endif
