/* SPDX-License-Identifier: MIT */
/* Configuration files below a folder of their own, and what the checks say of them. */
#ifndef WHYRST_TESTS_CONFIG_FILES_H
#define WHYRST_TESTS_CONFIG_FILES_H

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "audit/check.h"

static char folder[PATH_MAX];

static void make_folder(void)
{
	const char *base = getenv("TMPDIR");

	snprintf(folder, sizeof(folder), "%s/whyrst-config-XXXXXX", base ? base : "/tmp");
	assert_non_null(mkdtemp(folder));
}

static void put(const char *path, const char *text)
{
	char full[PATH_MAX + 128];
	FILE *file;

	snprintf(full, sizeof(full), "%s%s", folder, path);
	for (char *slash = strchr(full + strlen(folder) + 1, '/'); slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(full, 0700);
		*slash = '/';
	}
	file = fopen(full, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

__attribute__((unused)) static int count(const struct findings *findings, const char *id,
					 const char *says)
{
	struct buf line;
	int n = 0;

	buf_init(&line, 4096);
	for (int i = 0; i < findings->count; i++) {
		const struct finding *finding = &findings->items[i];

		if (strcmp(finding->check->id, id))
			continue;
		assert_true(finding->suggested);
		for (int lang = 0; lang < LANG_COUNT; lang++) {
			buf_clear(&line);
			for (int f = 0; f < CHECK_FACTS_MAX && finding->check->facts[f].name; f++)
				finding_expand(finding, (enum lang)lang,
					       finding->check->facts[f].words[lang], &line);
			assert_true(finding_expand(finding, (enum lang)lang,
						   finding->check->words[lang].title, &line));
			if (lang == LANG_EN)
				n += strstr(buf_text(&line), says) != NULL;
		}
	}
	buf_release(&line);
	return n;
}

static int remove_folder(void **state)
{
	char command[PATH_MAX + 16];

	(void)state;
	snprintf(command, sizeof(command), "rm -rf '%s'", folder);
	return folder[0] ? system(command) : 0;
}

#endif
