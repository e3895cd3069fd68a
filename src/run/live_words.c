/* SPDX-License-Identifier: MIT */
#include "run/live_words.h"

#include <stdlib.h>
#include <string.h>

#define WORDS_MAX 512

struct simple {
	uint16_t port;
	bool has_host;
	struct endpoint host;
};

/* One pair of words; false if it is none that the kernel can judge. */
static bool take_pair(struct simple *simple, const char *word, const char *value)
{
	char *end;

	if (!strcmp(word, "port") && !simple->port) {
		unsigned long port = strtoul(value, &end, 10);

		if (*end || !port || port > 65535)
			return false;
		simple->port = (uint16_t)port;
		return true;
	}
	if (strcmp(word, "host") || simple->has_host ||
	    endpoint_parse_host(value, strlen(value), &simple->host) < 0)
		return false;
	simple->has_host = true;
	return true;
}

void live_words_simple(const char *words, uint16_t *ret_port, bool *ret_has_host,
		       struct endpoint *ret_host)
{
	char copy[WORDS_MAX], *save = NULL, *word, *value;
	struct simple simple = { 0 };

	*ret_port = 0;
	*ret_has_host = false;
	if (!words || strlen(words) >= sizeof(copy))
		return;
	strcpy(copy, words);
	for (word = strtok_r(copy, " \t", &save); word; word = strtok_r(NULL, " \t", &save)) {
		if (!strcmp(word, "and") || !strcmp(word, "tcp"))
			continue;
		value = strtok_r(NULL, " \t", &save);
		if (!value || !take_pair(&simple, word, value))
			return;
	}
	*ret_port = simple.port;
	*ret_has_host = simple.has_host;
	*ret_host = simple.host;
}
