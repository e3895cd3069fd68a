/* SPDX-License-Identifier: MIT */
/*
 * What scenarios there are: for people, and as objects.
 *
 * Floor 6.
 */
#ifndef WHYRST_LAB_LIST_H
#define WHYRST_LAB_LIST_H

#include <jansson.h>

#include "lab/runner.h"

enum lab_group scenario_group(const struct scenario *scenario);
/* "server", "client", "network", "look-alike", "load" */
const char *scenario_group_id(const struct scenario *scenario);
/* `scenario` as in docs/schema/scenario.json, without views. */
json_t *scenario_json(const struct scenario *scenario, enum lang lang);
/* All of them, in groups as a person thinks. */
void list_write(const struct scenario *const scenarios[], const struct runner_options *options,
		FILE *out);

#endif
