/* SPDX-License-Identifier: MIT */
#include "run/live_words.h"

#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 512

/* A decimal number up to a character of @stop; 0: none. */
static uint16_t take_port(const char **at, char stop)
{
	char *end;
	unsigned long port = **at >= '0' && **at <= '9' ? strtoul(*at, &end, 10) : 0;

	if (!port || port > 65535 || *end != stop)
		return 0;
	*at = *end ? end + 1 : end;
	return (uint16_t)port;
}

/* One pair of words; false if it is none that the kernel can judge. */
static bool take_pair(struct live_words *simple, const char *word, const char *value)
{
	if (!strcmp(word, "port") && !simple->first_port) {
		simple->first_port = simple->last_port = take_port(&value, '\0');
		return simple->first_port;
	}
	if (!strcmp(word, "portrange") && !simple->first_port) {
		simple->first_port = take_port(&value, '-');
		simple->last_port = simple->first_port ? take_port(&value, '\0') : 0;
		return simple->first_port && simple->first_port <= simple->last_port;
	}
	if (strcmp(word, "host") || simple->has_host ||
	    endpoint_parse_host(value, strlen(value), &simple->host) < 0)
		return false;
	simple->has_host = true;
	return true;
}

struct live_words live_words_simple(const char *words)
{
	char copy[WORDS_MAX], *save = NULL, *word, *value;
	struct live_words simple = { 0 };

	if (!words || strlen(words) >= sizeof(copy))
		return simple;
	strcpy(copy, words);
	for (word = strtok_r(copy, " \t", &save); word; word = strtok_r(NULL, " \t", &save)) {
		if (!strcmp(word, "and") || !strcmp(word, "tcp"))
			continue;
		value = strtok_r(NULL, " \t", &save);
		if (!value || !take_pair(&simple, word, value))
			return (struct live_words){ 0 };
	}
	return simple;
}
