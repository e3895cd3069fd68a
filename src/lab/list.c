/* SPDX-License-Identifier: MIT */
#include "lab/list.h"

#include <string.h>

#include "draw/width.h"
#include "lab/lab_private.h"
#include "lab/page.h"

#define NAME_COLUMNS 32
#define CAUSE_COLUMNS 24
#define WIDTH_DEFAULT 100

enum lab_group scenario_group(const struct scenario *scenario)
{
	if (scenario->group != GROUP_DEFAULT)
		return scenario->group;
	if (!strcmp(scenario->class, "none"))
		return GROUP_LOOK_ALIKE;
	switch (lab_host_of(scenario->sender)) {
	case LAB_CLIENT:
		return GROUP_CLIENT;
	case LAB_SERVER:
		return GROUP_SERVER;
	default:
		return GROUP_NETWORK;
	}
}

const char *scenario_group_id(const struct scenario *scenario)
{
	static const char *const ids[] = {
		[GROUP_SERVER] = "server",   [GROUP_CLIENT] = "client",
		[GROUP_NETWORK] = "network", [GROUP_LOOK_ALIKE] = "look-alike",
		[GROUP_LOAD] = "load",
	};

	return ids[scenario_group(scenario)];
}

json_t *scenario_json(const struct scenario *scenario, enum lang lang)
{
	json_t *needs = json_array();
	char need[64];
	int i;

	for (i = 0; needs_name(scenario, i, need, sizeof(need)); i++)
		json_array_append_new(needs, json_string(need));
	return json_pack("{s:s,s:i,s:s,s:s,s:s,s:s,s:o,s:b,s:b,s:o*}", "type", "scenario", "schema",
			 1, "name", scenario->name, "cause", scenario->cause, "group",
			 scenario_group_id(scenario), "story",
			 scenario->story[lang] ?: scenario->story[LANG_EN], "needs", needs, "slow",
			 scenario->slow, "has_remedy", scenario->remedy[LANG_EN] != NULL, "takes_s",
			 scenario->takes_s ? json_integer(scenario->takes_s) : NULL);
}

static void list_one(const struct scenario *scenario, const struct runner_options *options,
		     FILE *out)
{
	const char *story = scenario->story[options->lang] ?: scenario->story[LANG_EN];
	int width = options->width ?: WIDTH_DEFAULT, i;
	bool wide = width >= NAME_COLUMNS + CAUSE_COLUMNS + 40;
	int column = 2 + NAME_COLUMNS + CAUSE_COLUMNS;
	struct buf line, note;
	char need[64];

	buf_init(&line, 8192);
	buf_init(&note, 4096);
	buf_add_text(&note, story);
	for (i = 0; needs_name(scenario, i, need, sizeof(need)); i++)
		if (i == 0)
			buf_printf(&note, " · %s %s", lang_word(options->lang, WORD_LAB_NEEDS),
				   need);
		else
			buf_printf(&note, ", %s", need);
	if (scenario->takes_s)
		buf_printf(&note, " · %u %s%s", scenario->takes_s,
			   lang_word(options->lang, WORD_LAB_SECONDS),
			   scenario->slow ? ", --slow" : "");
	if (scenario->remedy[LANG_EN])
		buf_add_text(&note, " · --fixed");
	buf_add_text(&line, "  ");
	width_pad(&line, scenario->name, NAME_COLUMNS - 1);
	buf_add_char(&line, ' ');
	width_pad(&line, strcmp(scenario->cause, "none") ? scenario->cause : "-",
		  CAUSE_COLUMNS - 1);
	buf_add_char(&line, ' ');
	if (!wide) {
		buf_add_text(&line, "\n    ");
		column = 4;
	}
	width_wrap(&line, buf_text(&note), column, column, width);
	fprintf(out, "%s\n", buf_text(&line));
	buf_release(&line);
	buf_release(&note);
}

static void list_end(const struct runner_options *options, FILE *out)
{
	struct buf text;

	buf_init(&text, 4096);
	width_wrap(&text, lang_word(options->lang, WORD_LAB_LIST_END), 0, 0,
		   options->width ?: WIDTH_DEFAULT);
	fprintf(out, "\n%s\n", buf_text(&text));
	buf_release(&text);
}

void list_write(const struct scenario *const scenarios[], const struct runner_options *options,
		FILE *out)
{
	static const enum word titles[] = {
		[GROUP_SERVER] = WORD_LAB_GROUP_SERVER,
		[GROUP_CLIENT] = WORD_LAB_GROUP_CLIENT,
		[GROUP_NETWORK] = WORD_LAB_GROUP_NETWORK,
		[GROUP_LOOK_ALIKE] = WORD_LAB_GROUP_LOOK_ALIKE,
		[GROUP_LOAD] = WORD_LAB_GROUP_LOAD,
	};
	int i, group;

	for (i = 0; options->json && scenarios[i]; i++) {
		json_t *object = scenario_json(scenarios[i], options->lang);

		json_object_set_new(object, "views", json_array());
		json_dumpf(object, out, JSON_COMPACT);
		fputc('\n', out);
		json_decref(object);
	}
	for (group = GROUP_SERVER; !options->json && group <= GROUP_LOAD; group++) {
		bool any = false;

		for (i = 0; scenarios[i]; i++) {
			if ((int)scenario_group(scenarios[i]) != group)
				continue;
			if (!any)
				fprintf(out, "%s%s%s%s\n", group > GROUP_SERVER ? "\n" : "",
					page_on(options, PAGE_BOLD),
					lang_word(options->lang, titles[group]), page_off(options));
			any = true;
			list_one(scenarios[i], options, out);
		}
	}
	if (!options->json)
		list_end(options, out);
}
