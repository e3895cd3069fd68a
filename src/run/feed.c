/* SPDX-License-Identifier: MIT */
#include "run/feed.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define PATH_SHOWN 120
#define HEAD_LEAST 128
#define HEAD_BYTES 65536 /* prose may stand before the first packet line of a text */

static void describe_stranger(const char *path, const uint8_t *head, size_t bytes,
			      char problem[PROBLEM_BYTES])
{
	size_t i, length = 0, n = bytes < 8 ? bytes : 8;
	char hex[8 * 3 + 1] = "";

	if (!bytes) {
		snprintf(problem, PROBLEM_BYTES,
			 "%s: is empty: nothing was captured, or it was cut to nothing", path);
		return;
	}
	for (i = 0; i < n; i++)
		length += (size_t)snprintf(hex + length, sizeof(hex) - length, "%s%02x",
					   i ? " " : "", head[i]);
	snprintf(problem, PROBLEM_BYTES, "%s: not a pcap, pcapng or tcpdump text (first bytes %s)",
		 path, hex);
}

bool feed_is_pipe(const char *path)
{
	struct stat st;

	return !strcmp(path, "-") ||
	       (stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode));
}

/* The end of a long path says more than its beginning. */
static void show_path(const char *path, char shown[PATH_SHOWN + 4])
{
	size_t length = strlen(path);

	if (!strcmp(path, "-"))
		path = "standard input";
	else if (length > PATH_SHOWN)
		snprintf(shown, PATH_SHOWN + 4, "...%s", path + length - PATH_SHOWN);
	if (length <= PATH_SHOWN)
		snprintf(shown, PATH_SHOWN + 4, "%s", path);
}

int feed_open(struct feed *feed, const char *path, uint8_t file, const char *filter,
	      char problem[PROBLEM_BYTES])
{
	struct source_options options = { .filter = filter, .file = file };
	char shown[PATH_SHOWN + 4];
	struct input *input;
	const uint8_t *head = NULL;
	char words[160] = "";
	size_t bytes = 0, want;
	int r;

	show_path(path, shown);
	memset(feed, 0, sizeof(*feed));
	feed->name = path;
	r = input_open(path, &input, words);
	if (r < 0) {
		snprintf(problem, PROBLEM_BYTES, "%s", words);
		return r;
	}
	/* As little as tells what it is: behind a pipe somebody may still be capturing. */
	for (want = HEAD_LEAST; !feed->source && want <= HEAD_BYTES; want *= 8) {
		head = input_peek(input, want, &bytes);
		if (bytes > HEAD_BYTES)
			bytes = HEAD_BYTES;
		feed->source = bytes ? source_find(head, bytes) : NULL;
		if (bytes < want)
			break;
	}
	if (!feed->source) {
		if (!bytes && input_problem(input))
			snprintf(problem, PROBLEM_BYTES, "%s: %s", shown, input_problem(input));
		else
			describe_stranger(shown, head, bytes, problem);
		input_close(input);
		return -EINVAL;
	}
	r = feed->source->open(input, &options, &feed->state, words);
	if (r < 0) {
		/* The source may have named the file already. */
		if (!strncmp(words, shown, strlen(shown)))
			snprintf(problem, PROBLEM_BYTES, "%s", words);
		else
			snprintf(problem, PROBLEM_BYTES, "%s: %s", shown, words);
		feed->source = NULL;
	}
	return r;
}

void feed_close(struct feed *feed)
{
	if (feed->source)
		feed->source->close(feed->state);
	feed->source = NULL;
	feed->state = NULL;
}
