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
/*
 * The same of a time, of "SOFT:HARD" or of a signal, which only another one takes back. @unit can
 * be unit_manager(); -1: NULL.
 */
const struct config_item *unit_time(const struct config *units, int unit, const char *name);
const struct config_item *unit_limit(const struct config *units, int unit, const char *name);
const struct config_item *unit_signal(const struct config *units, int unit, const char *name);
/* The block of what holds for units that say nothing else; -1 if there is none. */
int unit_manager(const struct config *units);
/*
 * What the manager gives units that say nothing: as its files say, else as they show what it was
 * built with. @shown: "#DefaultTimeoutStopSec", the name in that comment, which is that of the
 * statement then. NULL: no file tells it.
 */
const struct config_item *unit_default_time(const struct config *units, const char *shown);
const struct config_item *unit_default_limit(const struct config *units, const char *shown);
/* The next of a list after statement @after (@unit: the first); -1: no more. */
int unit_list(const struct config *units, int unit, const char *name, int after);
/* What it says without the value's prefixes "-", "@", ":", "+", "!": a command line. */
const char *unit_command(const struct config_item *item);

/* The command of ExecStart= if it runs the program of that name, in whatever folder; else NULL. */
const struct config_item *unit_runs(const struct config *units, int unit, const char *program);

/*
 * Whether a program that is started so, with @flag (" -c ") before the names of its configuration
 * files, can have @config read: false where it names others.
 */
bool unit_reads(const struct config_item *start, const char *flag, const struct config *config);

#define UNIT_TIME_NEVER (-1) /* "infinity", and 0 */
#define UNIT_TIME_NONE (-2)  /* no time */

/* "90", "1min 30s", "1.5h"; microseconds or one of these. */
int64_t unit_time_us(const char *text);

#endif
