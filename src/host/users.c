/* SPDX-License-Identifier: MIT */
#include "host/users.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/boot.h"
#include "host/lines.h"

#define USERS_LIMIT 16384
#define FILE_LIMIT (8 << 20)
#define RECHECK_NS (60 * INT64_C(1000000000))

struct user {
	uint32_t uid;
	uint32_t order; /* of its line */
	char name[32];
};

struct users {
	struct user *list; /* by uid, then by order */
	size_t count;
	size_t capacity;
	int64_t checked_ns;
	struct timespec changed;
	off_t bytes;
	char path[];
};

/* name:password:uid:... ; lines of NIS ("+::::") and comments have no number there. */
static bool parse(const char *line, size_t length, struct user *ret)
{
	const char *end = line + length, *colon = memchr(line, ':', length), *p;
	uint64_t uid = 0;
	size_t name_bytes;

	if (!colon || colon == line || *line == '+' || *line == '-' || *line == '#')
		return false;
	name_bytes = (size_t)(colon - line);
	if (memchr(line, '\0', name_bytes))
		return false;
	p = memchr(colon + 1, ':', (size_t)(end - colon - 1));
	if (!p || ++p == end || *p == ':')
		return false;
	for (; p < end && *p != ':'; p++) {
		if (*p < '0' || *p > '9')
			return false;
		uid = uid * 10 + (uint64_t)(*p - '0');
		if (uid > UINT32_MAX)
			return false;
	}
	ret->uid = (uint32_t)uid;
	if (name_bytes >= sizeof(ret->name))
		name_bytes = sizeof(ret->name) - 1;
	memcpy(ret->name, line, name_bytes);
	ret->name[name_bytes] = '\0';
	return true;
}

static int take(void *context, const char *line, size_t length)
{
	struct users *users = context;
	struct user user;

	if (!parse(line, length, &user))
		return 0;
	if (users->count == users->capacity) {
		size_t capacity = users->capacity ? users->capacity * 2 : 64;
		struct user *list;

		if (capacity > USERS_LIMIT)
			return -E2BIG;
		list = realloc(users->list, capacity * sizeof(*list));
		if (!list)
			return -ENOMEM;
		users->list = list;
		users->capacity = capacity;
	}
	user.order = (uint32_t)users->count;
	users->list[users->count++] = user;
	return 0;
}

static int by_uid(const void *a, const void *b)
{
	const struct user *x = a, *y = b;

	if (x->uid != y->uid)
		return x->uid < y->uid ? -1 : 1;
	return x->order < y->order ? -1 : x->order > y->order;
}

/* Only when the file is another than last time. */
static void load(struct users *users)
{
	struct stat st;
	int fd;

	users->checked_ns = clock_monotonic_ns();
	fd = open(users->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 &&
	    (st.st_size != users->bytes || st.st_mtim.tv_sec != users->changed.tv_sec ||
	     st.st_mtim.tv_nsec != users->changed.tv_nsec)) {
		users->bytes = st.st_size;
		users->changed = st.st_mtim;
		users->count = 0;
		lines_read(fd, FILE_LIMIT, take, users); /* what could be read is good */
		if (users->count)
			qsort(users->list, users->count, sizeof(*users->list), by_uid);
	}
	close(fd);
}

struct users *users_new(const char *path)
{
	struct users *users = calloc(1, sizeof(*users) + strlen(path) + 1);

	if (!users)
		return NULL;
	strcpy(users->path, path);
	users->bytes = -1;
	load(users);
	return users;
}

void users_free(struct users *users)
{
	if (!users)
		return;
	free(users->list);
	free(users);
}

static const char *find(const struct users *users, uint32_t uid)
{
	size_t low = 0, high = users->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (users->list[middle].uid < uid)
			low = middle + 1;
		else
			high = middle;
	}
	return low < users->count && users->list[low].uid == uid ? users->list[low].name : NULL;
}

const char *users_name(struct users *users, uint32_t uid)
{
	const char *name = find(users, uid);

	/* A package may have added its user since. Numbers of containers never get a name here. */
	if (!name && clock_monotonic_ns() - users->checked_ns >= RECHECK_NS) {
		load(users);
		name = find(users, uid);
	}
	return name;
}

size_t users_count(const struct users *users)
{
	return users->count;
}
