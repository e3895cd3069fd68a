/* SPDX-License-Identifier: MIT */
/* Reading lines of foreign files, and names of users from one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/lines.h"
#include "host/users.h"

static char path[64];

/* A file that holds @length bytes of @text, open at its beginning. */
static int file_of(const char *text, size_t length)
{
	int fd;

	strcpy(path, "/tmp/whyrst-lines-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	while (length) {
		ssize_t wrote = write(fd, text, length);

		assert_true(wrote > 0);
		text += wrote;
		length -= (size_t)wrote;
	}
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	return fd;
}

struct seen {
	int count, stop_at;
	size_t bytes, longest;
	char last[64];
};

static int take(void *context, const char *line, size_t length)
{
	struct seen *seen = context;

	seen->count++;
	seen->bytes += length;
	if (length > seen->longest)
		seen->longest = length;
	if (length < sizeof(seen->last)) {
		memcpy(seen->last, line, length);
		seen->last[length] = '\0';
	}
	return seen->count == seen->stop_at ? 7 : 0;
}

static struct seen read_text(const char *text, size_t length, size_t max, int stop_at, int expected)
{
	struct seen seen = { .stop_at = stop_at };
	int fd = file_of(text, length);

	assert_int_equal(lines_read(fd, max, take, &seen), expected);
	close(fd);
	unlink(path);
	return seen;
}

static void test_lines(void **unused)
{
	struct seen seen;

	(void)unused;
	assert_int_equal(read_text("", 0, 100, 0, 0).count, 0);
	assert_int_equal(read_text("\n\n", 2, 100, 0, 0).count, 2);
	seen = read_text("a\nbc\nd", 6, 100, 0, 0);
	assert_int_equal(seen.count, 3);
	assert_string_equal(seen.last, "d");
	seen = read_text("a\nbc\nd\n", 7, 100, 2, 7);
	assert_string_equal(seen.last, "bc");
	read_text("a\nbc\nd\n", 7, 6, 0, -EFBIG);
	assert_int_equal(lines_read(-1, 100, take, &seen), -EBADF);
}

static void test_long_lines(void **unused)
{
	size_t sizes[] = { LINE_MAX_BYTES - 1, LINE_MAX_BYTES,	      LINE_MAX_BYTES + 1, 40000,
			   LINE_MAX_BYTES * 2, LINE_MAX_BYTES * 2 + 2 };
	char *text = malloc(100000);
	struct seen seen;
	size_t i;

	(void)unused;
	for (i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		size_t length = sizes[i];

		memset(text, 'x', length);
		memcpy(text + length, "\nafter\n", 7);
		seen = read_text(text, length + 7, 100000, 0, 0);
		assert_string_equal(seen.last, "after");
		assert_int_equal(seen.count, length <= LINE_MAX_BYTES ? 2 : 1);
	}
	seen = read_text(text, 50000, 100000, 0, 0);
	assert_true(seen.longest <= LINE_MAX_BYTES);
	/* More than a buffer of short lines. */
	for (i = 0; i < 99999; i += 3)
		memcpy(text + i, "ab\n", 3);
	seen = read_text(text, 99999, 100000, 0, 0);
	assert_int_equal(seen.count, 33333);
	assert_int_equal(seen.bytes, 66666);
	free(text);
}

static void test_whole_file(void **unused)
{
	char text[8];

	(void)unused;
	close(file_of("0123456789", 10));
	assert_int_equal(file_read_at(AT_FDCWD, path, text, sizeof(text)), 7);
	assert_string_equal(text, "0123456");
	unlink(path);
	assert_int_equal(file_read_at(AT_FDCWD, path, text, sizeof(text)), -ENOENT);
	assert_string_equal(text, "");
	assert_int_equal(file_read_at(AT_FDCWD, "/proc/self", text, sizeof(text)), -EISDIR);
}

static struct users *users_of(const char *text, size_t length)
{
	struct users *users;

	close(file_of(text, length));
	users = users_new(path);
	assert_non_null(users);
	return users;
}

static void test_users(void **unused)
{
	static const char passwd[] = "root:x:0:0:root:/root:/bin/bash\n"
				     "# comment:x:77:\n"
				     "toor:x:0:0::/root:/bin/sh\n"
				     "www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin\n"
				     "+::::::\n"
				     "+nis:x:5:5:::\n"
				     "-bad:x:6:\n"
				     ":x:7:7:::\n"
				     "nonumber:x::7:::\n"
				     "letters:x:7a:7:::\n"
				     "negative:x:-1:7:::\n"
				     "big:x:4294967296:1:::\n"
				     "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n"
				     "largest:x:4294967295:1:::\n"
				     "n\0ul:x:8:8:::\n"
				     "short:x\n"
				     "a-name-of-more-than-thirty-one-characters:x:9:9:::\n"
				     "esc\033[31m:x:10:10:::\n"
				     "last:x:11";
	struct users *users = users_of(passwd, sizeof(passwd) - 1);

	(void)unused;
	assert_string_equal(users_name(users, 0), "root");
	assert_string_equal(users_name(users, 33), "www-data");
	assert_string_equal(users_name(users, 65534), "nobody");
	assert_string_equal(users_name(users, UINT32_MAX), "largest");
	assert_string_equal(users_name(users, 9), "a-name-of-more-than-thirty-one-");
	assert_string_equal(users_name(users, 10), "esc\033[31m");
	assert_string_equal(users_name(users, 11), "last");
	assert_null(users_name(users, 5));
	assert_null(users_name(users, 6));
	assert_null(users_name(users, 7));
	assert_null(users_name(users, 8));
	assert_null(users_name(users, 77));
	assert_null(users_name(users, 1));
	assert_int_equal(users_count(users), 8);
	users_free(users);
	unlink(path);

	users = users_new("/nonexistent/passwd");
	assert_null(users_name(users, 0));
	users_free(users);
	users_free(NULL);
}

static void test_many_users(void **unused)
{
	size_t bytes = 20000 * 16, used = 0;
	char *text = malloc(bytes);
	struct users *users;
	int i;

	(void)unused;
	for (i = 20000; i > 0; i--)
		used += (size_t)snprintf(text + used, bytes - used, "u%d:x:%d:\n", i, i);
	users = users_of(text, used);
	assert_int_equal(users_count(users), 16384);
	assert_string_equal(users_name(users, 20000), "u20000");
	assert_string_equal(users_name(users, 3617), "u3617");
	assert_null(users_name(users, 3616));
	users_free(users);
	unlink(path);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),	   cmocka_unit_test(test_long_lines),
		cmocka_unit_test(test_whole_file), cmocka_unit_test(test_users),
		cmocka_unit_test(test_many_users),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
