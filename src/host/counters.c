/* SPDX-License-Identifier: MIT */
#include "host/counters.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/lines.h"
#include "host/netns.h"

#define FILE_LIMIT 65536 /* they are about 5 kB */

struct question {
	const char *directory;
	const char *const *names;
	int count;
	uint64_t *values;
};

/* The word at @p and where it ends. */
static size_t word(const char **p, const char *end)
{
	const char *start;

	while (*p < end && **p == ' ')
		(*p)++;
	start = *p;
	while (start < end && *start != ' ')
		start++;
	return (size_t)(start - *p);
}

/* "-1" (TcpMaxConn) is no count. */
static bool parse_value(const char *p, size_t length, uint64_t *ret)
{
	size_t i;

	*ret = 0;
	for (i = 0; i < length; i++) {
		if (p[i] < '0' || p[i] > '9')
			return false;
		*ret = *ret * 10 + (uint64_t)(p[i] - '0');
	}
	return length > 0;
}

/* "TcpExt: Name Name" and, below it, "TcpExt: 1 2": the same words in the same order. */
static void parse_pair(const char *p, const char *end, const char *value, const char *value_end,
		       const struct question *question)
{
	const char *prefix = p;
	size_t prefix_bytes = word(&p, end), length;
	int i;

	if (!prefix_bytes || prefix[prefix_bytes - 1] != ':' ||
	    (size_t)(value_end - value) < prefix_bytes || memcmp(prefix, value, prefix_bytes) != 0)
		return;
	p += prefix_bytes;
	value += prefix_bytes--;
	while ((length = word(&p, end)) > 0) {
		size_t digits = word(&value, value_end);

		for (i = 0; i < question->count; i++) {
			const char *name = question->names[i];
			uint64_t number;

			if (strlen(name) == prefix_bytes + length &&
			    memcmp(name, prefix, prefix_bytes) == 0 &&
			    memcmp(name + prefix_bytes, p, length) == 0 &&
			    parse_value(value, digits, &number))
				question->values[i] = number;
		}
		p += length;
		value += digits;
	}
}

static void parse(const char *text, size_t length, const struct question *question)
{
	const char *line = text, *end = text + length;

	while (line < end) {
		const char *stop = memchr(line, '\n', (size_t)(end - line)), *second, *second_stop;

		if (!stop)
			return;
		second = stop + 1;
		second_stop = second < end ? memchr(second, '\n', (size_t)(end - second)) : NULL;
		if (!second_stop)
			return; /* cut off: a number could be too */
		parse_pair(line, stop, second, second_stop, question);
		line = second_stop + 1;
	}
}

void counters_parse(const char *text, size_t length, const char *const *names, int count,
		    uint64_t *values)
{
	struct question question = { NULL, names, count, values };

	parse(text, length, &question);
}

static int read_directory(void *context)
{
	static const char *const files[] = { "snmp", "netstat" };
	const struct question *question = context;
	char text[FILE_LIMIT];
	size_t i;
	int fd = open(question->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC), r = 0;

	if (fd < 0)
		return -errno;
	for (i = 0; i < sizeof(files) / sizeof(*files) && !r; i++) {
		ssize_t length = file_read_at(fd, files[i], text, sizeof(text));

		if (length < 0)
			r = (int)length;
		else
			parse(text, (size_t)length, question);
	}
	close(fd);
	return r;
}

int counters_read(uint32_t netns, const char *const *names, int count, uint64_t *ret_values)
{
	/* Not /proc/net: that is the namespace of the process's first thread. */
	struct question question = { "/proc/thread-self/net", names, count, ret_values };
	char path[32];
	uint32_t pid;
	int fd = -1, i, r;

	for (i = 0; i < count; i++)
		ret_values[i] = COUNTER_UNKNOWN;
	if (netns && netns != netns_own()) {
		r = netns_find(netns, &fd);
		if (r)
			return r;
	}
	r = netns_run(fd, read_directory, &question);
	if (fd >= 0)
		close(fd);
	if (r != -EPERM)
		return r;
	pid = netns_process(netns);
	if (!pid)
		return -EPERM;
	snprintf(path, sizeof(path), "/proc/%u/net", pid);
	question.directory = path;
	return read_directory(&question);
}
