/* SPDX-License-Identifier: MIT */
/*
 * Files that set limits or sysctls, with anything in them: a unit, limits.conf, a file of sysctl.d
 * that --apply adds to. What it adds is found there again, and adding it twice changes nothing.
 *
 * Seeds: tests/fuzz/seeds/settings/[a-z]*
 */
#include <stdlib.h>
#include <string.h>

#include "audit/limits.h"
#include "audit/remedies.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

static void add_setting(const char *text)
{
	static const char name[] = "net.core.somaxconn";
	char *once = remedy_sysctl_text(text, name, "4096", "accept-queue");
	char *twice = once ? remedy_sysctl_text(once, name, "4096", "accept-queue") : NULL;

	if (once && !remedy_sysctl_line(once, name))
		abort();
	if (twice && strcmp(once, twice) != 0)
		abort();
	free(once);
	free(twice);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
	char *text = malloc(count + 1); /* terminated, as file_read_at() does it */
	uint32_t soft, hard;

	if (!text)
		return 0;
	memcpy(text, bytes, count);
	text[count] = '\0';
	limits_parse(text, &soft);
	if (limits_parse_unit(text, &soft, &hard) && soft > hard)
		abort();
	limits_parse_conf(text, "www-data", &soft);
	add_setting(text);
	free(text);
	return 0;
}
