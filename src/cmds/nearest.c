/* SPDX-License-Identifier: MIT */
#include "cmds/nearest.h"

#include <stdio.h>
#include <string.h>

static int minimum(int a, int b)
{
	return a < b ? a : b;
}

/* Insertions, deletions, replacements, and swaps of neighbours, each for 1. */
static int edit_distance(const char *a, const char *b)
{
	int row[3][NEAREST_NAME_MAX + 1];
	int n = (int)strnlen(a, NEAREST_NAME_MAX);
	int m = (int)strnlen(b, NEAREST_NAME_MAX);
	int i, j;

	for (j = 0; j <= m; j++)
		row[0][j] = j;
	for (i = 1; i <= n; i++) {
		int *now = row[i % 3], *before = row[(i + 2) % 3], *twice = row[(i + 1) % 3];

		now[0] = i;
		for (j = 1; j <= m; j++) {
			now[j] = minimum(minimum(before[j], now[j - 1]) + 1,
					 before[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = minimum(now[j], twice[j - 2] + 1);
		}
	}
	return row[n % 3][m];
}

void nearest_init(struct nearest *nearest, const char *typed)
{
	memset(nearest, 0, sizeof(*nearest));
	nearest->typed = typed;
}

static void offer(struct nearest *nearest, const char *typed, const char *name, const char *shown)
{
	size_t length = strlen(typed);
	int distance = edit_distance(typed, name);
	int limit = length <= 3 ? 1 : length <= 6 ? 2 : 3;
	int at, last;

	/* "anon" for "anonymize": the beginning of a name is as good as a slip of one key. */
	if (length >= 3 && !strncmp(typed, name, length))
		distance = 1;
	if (distance > limit)
		return;
	for (at = 0; at < nearest->count; at++)
		if (!strcmp(nearest->name[at], shown))
			return;
	for (at = 0; at < nearest->count && nearest->distance[at] <= distance; at++)
		;
	if (at >= NEAREST_MAX)
		return;
	if (nearest->count < NEAREST_MAX)
		nearest->count++;
	for (last = nearest->count - 1; last > at; last--) {
		nearest->distance[last] = nearest->distance[last - 1];
		memcpy(nearest->name[last], nearest->name[last - 1], NEAREST_NAME_MAX);
	}
	nearest->distance[at] = distance;
	snprintf(nearest->name[at], NEAREST_NAME_MAX, "%s", shown);
}

void nearest_offer(struct nearest *nearest, char letter, const char *name)
{
	const char *typed = nearest->typed;
	char bare[NEAREST_NAME_MAX], shown[NEAREST_NAME_MAX];

	while (*typed == '-')
		typed++;
	snprintf(bare, sizeof(bare), "%.*s", (int)strcspn(typed, "="), typed);
	if (typed == nearest->typed) { /* a word */
		offer(nearest, bare, name, name);
		return;
	}
	/* -V for -v: a lone letter is only offered for the same letter in another case. */
	if (letter && bare[0] && !bare[1] && (bare[0] ^ letter) == 0x20) {
		snprintf(shown, sizeof(shown), "-%c", letter);
		offer(nearest, shown, shown, shown);
	} else if (name) {
		snprintf(shown, sizeof(shown), "--%s", name);
		offer(nearest, bare, name, shown);
	}
}

const char *nearest_text(struct nearest *nearest)
{
	size_t length = 0;
	int i;

	nearest->text[0] = 0;
	for (i = 0; i < nearest->count; i++)
		length += (size_t)snprintf(nearest->text + length, sizeof(nearest->text) - length,
					   "%s%s", i ? ", " : "", nearest->name[i]);
	return nearest->text;
}
