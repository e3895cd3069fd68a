/* SPDX-License-Identifier: MIT */
#include "host/net_stat.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "host/lines.h"

#define CPUS_TEXT (256 * 1024) /* a line of a processor is under 200 bytes */
#define WORDS_MAX 32

/* The number behind "@word " of the line that begins with @label. */
static int64_t labelled(const char *text, const char *label, const char *word)
{
	const char *line = strstr(text, label), *end, *at;

	/* It may stand in another word of an earlier line. */
	while (line && line != text && line[-1] != '\n')
		line = strstr(line + 1, label);
	if (!line)
		return NET_STAT_UNKNOWN;
	end = strchr(line, '\n');
	at = strstr(line, word);
	if (!at || (end && at > end))
		return NET_STAT_UNKNOWN;
	return strtoll(at + strlen(word), NULL, 10);
}

void sockstat_parse(const char *text, struct sockstat *ret)
{
	ret->orphans = labelled(text, "TCP:", " orphan ");
	ret->time_wait = labelled(text, "TCP:", " tw ");
	ret->memory_pages = labelled(text, "TCP:", " mem ");
}

int sockstat_read(struct sockstat *ret)
{
	char text[4096];
	ssize_t length =
		file_read_at(AT_FDCWD, "/proc/thread-self/net/sockstat", text, sizeof(text));

	*ret = (struct sockstat){ NET_STAT_UNKNOWN, NET_STAT_UNKNOWN, NET_STAT_UNKNOWN };
	if (length < 0)
		return (int)length;
	sockstat_parse(text, ret);
	return 0;
}

/*
 * The hexadecimal numbers of one line, 32 bits each (%08x in the kernel), so that no sum of them
 * overflows; returns how many. *@p moves to the next line.
 */
static int hex_line(const char **p, int64_t *ret, int limit)
{
	int count = 0;

	while (**p && **p != '\n') {
		char *end;
		unsigned long long value = strtoull(*p, &end, 16);

		if (end == *p) {
			(*p)++;
			continue;
		}
		if (count < limit)
			ret[count++] = value > UINT32_MAX ? UINT32_MAX : (int64_t)value;
		*p = end;
	}
	if (**p)
		(*p)++;
	return count;
}

void softnet_parse(const char *text, struct softnet *ret)
{
	/* processed, dropped, time_squeeze: softnet_seq_show() in net/core/net-procfs.c. */
	int64_t columns[WORDS_MAX];
	int lines = 0;

	*ret = (struct softnet){ 0, 0 };
	while (*text) {
		if (hex_line(&text, columns, WORDS_MAX) < 3)
			continue;
		ret->dropped += columns[1];
		ret->squeezed += columns[2];
		lines++;
	}
	if (!lines)
		*ret = (struct softnet){ NET_STAT_UNKNOWN, NET_STAT_UNKNOWN };
}

static int read_long(const char *path, char **ret_text)
{
	char *text = malloc(CPUS_TEXT);
	ssize_t length;

	if (!text)
		return -ENOMEM;
	length = file_read_at(AT_FDCWD, path, text, CPUS_TEXT);
	if (length < 0) {
		free(text);
		return (int)length;
	}
	*ret_text = text;
	return 0;
}

int softnet_read(struct softnet *ret)
{
	char *text = NULL;
	int r = read_long("/proc/thread-self/net/softnet_stat", &text);

	*ret = (struct softnet){ NET_STAT_UNKNOWN, NET_STAT_UNKNOWN };
	if (r)
		return r;
	softnet_parse(text, ret);
	free(text);
	return 0;
}

/* Which column @name is of a line of names; -1. */
static int column_of(const char *line, const char *name)
{
	size_t bytes = strlen(name);

	for (int column = 0; *line && *line != '\n'; column++) {
		size_t word = strcspn(line, " \n");

		if (word == bytes && !memcmp(line, name, bytes))
			return column;
		line += word;
		line += strspn(line, " ");
	}
	return -1;
}

void conntrack_stat_parse(const char *text, struct conntrack_stat *ret)
{
	/* The columns differ between kernels, their names do not (ct_cpu_seq_show() in
	 * net/netfilter/nf_conntrack_standalone.c). */
	static const char *const names[] = { "invalid", "drop", "early_drop", "insert_failed" };
	int64_t *const fields[] = { &ret->invalid, &ret->dropped, &ret->early_dropped,
				    &ret->insert_failed };
	int columns[4];
	int64_t numbers[WORDS_MAX];

	for (int i = 0; i < 4; i++) {
		columns[i] = column_of(text, names[i]);
		*fields[i] = columns[i] >= 0 ? 0 : NET_STAT_UNKNOWN;
	}
	text = strchr(text, '\n');
	while (text && *text) {
		int count = hex_line(&text, numbers, WORDS_MAX);

		for (int i = 0; i < 4; i++)
			if (columns[i] >= 0 && columns[i] < count)
				*fields[i] += numbers[columns[i]];
	}
}

int conntrack_stat_read(struct conntrack_stat *ret)
{
	char *text = NULL;
	int r = read_long("/proc/thread-self/net/stat/nf_conntrack", &text);

	*ret = (struct conntrack_stat){ NET_STAT_UNKNOWN, NET_STAT_UNKNOWN, NET_STAT_UNKNOWN,
					NET_STAT_UNKNOWN };
	if (r)
		return r;
	conntrack_stat_parse(text, ret);
	free(text);
	return 0;
}

int file_nr_read(int64_t *ret_used, int64_t *ret_limit)
{
	char text[128], *p;
	ssize_t length = file_read_at(AT_FDCWD, "/proc/sys/fs/file-nr", text, sizeof(text));

	*ret_used = *ret_limit = NET_STAT_UNKNOWN;
	if (length < 0)
		return (int)length;
	/* The second number is 0 since Linux 2.6. */
	*ret_used = strtoll(text, &p, 10);
	strtoll(p, &p, 10);
	*ret_limit = strtoll(p, NULL, 10);
	return 0;
}
