/* SPDX-License-Identifier: MIT */
/* Inputs: files, pipes, three kinds of compression, and streams that are cut, damaged or bombs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <lzma.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "sources/input.h"
#include "sources/unpack.h"

#define CONTENT (3u << 20)

static uint8_t *content; /* neither constant nor random */
static char folder[] = "/tmp/whyrst-input-XXXXXX";
static char path[64];

struct bytes {
	uint8_t *at;
	size_t count;
};

static struct bytes pack(enum unpack_kind kind, const uint8_t *at, size_t count)
{
	struct bytes out = { malloc(count + count / 10 + 4096), 0 };
	size_t room = count + count / 10 + 4096;

	assert_non_null(out.at);
	if (kind == UNPACK_GZIP) {
		z_stream z = { .next_in = (Bytef *)(uintptr_t)at,
			       .avail_in = (uInt)count,
			       .next_out = out.at,
			       .avail_out = (uInt)room };

		assert_int_equal(deflateInit2(&z, 1, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
		assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
		out.count = z.total_out;
		deflateEnd(&z);
	} else if (kind == UNPACK_ZSTD) {
		out.count = ZSTD_compress(out.at, room, at, count, 1);
		assert_false(ZSTD_isError(out.count));
	} else {
		assert_int_equal(lzma_easy_buffer_encode(0, LZMA_CHECK_CRC32, NULL, at, count,
							 out.at, &out.count, room),
				 LZMA_OK);
	}
	return out;
}

/* Reads to the end by steps of all sizes; returns the count, and whether it was the content. */
static size_t drain(struct input *input, bool *ret_same)
{
	size_t total = 0, available, step = 1;
	const uint8_t *at;

	*ret_same = true;
	for (;;) {
		at = input_peek(input, step, &available);
		if (!available)
			break;
		assert_int_equal(input_offset(input), total);
		if (available > step)
			available = step;
		if (total + available > CONTENT || memcmp(at, content + total, available) != 0)
			*ret_same = false;
		input_skip(input, available);
		total += available;
		step = step * 5 % 300007 + 1;
	}
	return total;
}

static size_t drain_memory(const uint8_t *bytes, size_t count, bool *ret_same, char problem[160])
{
	struct input *input;
	size_t total;

	assert_int_equal(input_open_memory(bytes, count, &input), 0);
	total = drain(input, ret_same);
	snprintf(problem, 160, "%s", input_problem(input) ? input_problem(input) : "");
	input_close(input);
	return total;
}

static const char *write_file(const void *bytes, size_t count)
{
	FILE *stream;

	snprintf(path, sizeof(path), "%s/file", folder);
	stream = fopen(path, "wb");
	assert_non_null(stream);
	assert_int_equal(fwrite(bytes, 1, count, stream), count);
	assert_int_equal(fclose(stream), 0);
	return path;
}

static void test_plain_file(void **unused)
{
	char problem[160];
	struct input *input;
	bool same;

	(void)unused;
	assert_int_equal(input_open(write_file(content, CONTENT), &input, problem), 0);
	assert_string_equal(input_name(input), path);
	assert_false(input_is_stream(input));
	assert_int_equal(drain(input, &same), CONTENT);
	assert_true(same);
	assert_null(input_problem(input));
	input_close(input);
	/* Empty: nothing there, and no failure. */
	assert_int_equal(input_open(write_file("", 0), &input, problem), 0);
	assert_int_equal(drain(input, &same), 0);
	assert_null(input_problem(input));
	input_close(input);
}

/* A file that is cut while it is read ends there. */
static void test_file_shrinks(void **unused)
{
	char problem[160];
	struct input *input;
	size_t available;
	bool same;

	(void)unused;
	assert_int_equal(input_open(write_file(content, CONTENT), &input, problem), 0);
	input_peek(input, 100, &available);
	assert_true(available >= 100);
	assert_int_equal(truncate(path, 4096), 0);
	assert_true(drain(input, &same) < CONTENT);
	assert_true(same);
	input_close(input);
}

static void test_cannot_open(void **unused)
{
	char problem[160], long_path[300];
	struct input *input;

	(void)unused;
	assert_int_equal(input_open(folder, &input, problem), -EISDIR);
	assert_non_null(strstr(problem, "is a directory: name a capture file"));
	assert_non_null(strstr(problem, folder));
	assert_int_equal(input_open("/nonexistent/x.pcap", &input, problem), -ENOENT);
	assert_non_null(strstr(problem, "/nonexistent/x.pcap: cannot be opened"));
	memset(long_path, 'a', sizeof(long_path));
	memcpy(long_path + 280, "/end.pcap", 10);
	assert_true(input_open(long_path, &input, problem) < 0);
	assert_non_null(strstr(problem, "/end.pcap: cannot be opened"));
}

static void *feed_pipe(void *context)
{
	int fd = open(context, O_WRONLY);
	size_t at = 0;

	while (at < CONTENT) {
		size_t step = at % 4099 + 1;
		ssize_t wrote = write(fd, content + at, step < CONTENT - at ? step : CONTENT - at);

		if (wrote <= 0)
			break;
		at += (size_t)wrote;
	}
	close(fd);
	return NULL;
}

static void test_pipe(void **unused)
{
	char problem[160];
	struct input *input;
	pthread_t thread;
	bool same;

	(void)unused;
	snprintf(path, sizeof(path), "%s/pipe", folder);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(pthread_create(&thread, NULL, feed_pipe, path), 0);
	assert_int_equal(input_open(path, &input, problem), 0);
	assert_true(input_is_stream(input));
	assert_int_equal(drain(input, &same), CONTENT);
	assert_true(same);
	pthread_join(thread, NULL);
	input_close(input);
	unlink(path);
}

static void test_compressed(void **unused)
{
	enum unpack_kind kind;
	char problem[160];
	struct input *input;
	bool same;

	(void)unused;
	for (kind = UNPACK_GZIP; kind <= UNPACK_XZ; kind++) {
		/* Two members, the second one beginning anywhere. */
		size_t half = CONTENT / 3;
		struct bytes a = pack(kind, content, half);
		struct bytes b = pack(kind, content + half, CONTENT - half);
		uint8_t *both = malloc(a.count + b.count + 8);

		assert_non_null(both);
		memcpy(both, a.at, a.count);
		memcpy(both + a.count, b.at, b.count);
		assert_int_equal(unpack_recognize(both, a.count), kind);
		assert_int_equal(drain_memory(both, a.count + b.count, &same, problem), CONTENT);
		assert_true(same);
		assert_string_equal(problem, "");
		assert_int_equal(input_open(write_file(both, a.count + b.count), &input, problem),
				 0);
		assert_int_equal(drain(input, &same), CONTENT);
		assert_true(same);
		assert_null(input_problem(input));
		input_close(input);
		/* Padding is taken where its own tool takes it, garbage nowhere. */
		memset(both + a.count + b.count, 0, 8);
		drain_memory(both, a.count + b.count + 8, &same, problem);
		assert_int_equal(problem[0] != '\0', kind == UNPACK_ZSTD);
		memset(both + a.count + b.count, 'z', 8);
		assert_int_equal(drain_memory(both, a.count + b.count + 8, &same, problem),
				 CONTENT);
		assert_true(problem[0]);
		free(a.at);
		free(b.at);
		free(both);
	}
}

/* Cut off and damaged anywhere: what came out before is right, and it is said. */
static void test_compressed_broken(void **unused)
{
	enum unpack_kind kind;
	char problem[160];
	bool same;

	(void)unused;
	for (kind = UNPACK_GZIP; kind <= UNPACK_XZ; kind++) {
		struct bytes packed = pack(kind, content, 6000);
		size_t at, total;

		for (at = 6; at < packed.count; at++) {
			total = drain_memory(packed.at, at, &same, problem);
			assert_true(total <= 6000);
			assert_true(same);
			if (!strstr(problem, "end in the middle"))
				fail_msg("kind %d cut at %zu: '%s'", kind, at, problem);
		}
		for (at = 6; at < packed.count; at++) {
			packed.at[at] ^= 0x55;
			total = drain_memory(packed.at, packed.count, &same, problem);
			/* zstd had no checksum here: it may not notice. */
			assert_true(total == 6000 || problem[0]);
			packed.at[at] ^= 0x55;
		}
		free(packed.at);
	}
}

static void test_foreign(void **unused)
{
	char problem[160];
	bool same;

	(void)unused;
	assert_int_equal(drain_memory((const uint8_t *)"BZh91AY&SY", 10, &same, problem), 0);
	assert_non_null(strstr(problem, "packed with bzip2"));
	assert_int_equal(drain_memory((const uint8_t *)"PK\3\4aaaaaa", 10, &same, problem), 0);
	assert_non_null(strstr(problem, "packed with zip"));
}

/* Zeros of 8 GiB, packed: reading stops at a bound that has nothing to do with how many there are.
 */
static void test_bomb(void **unused)
{
	static uint8_t zeros[1 << 20], packed[1 << 16];
	char problem[160];
	struct input *input;
	size_t available, one, i;
	uint64_t total = 0;
	uint8_t *bomb;

	(void)unused;
	one = ZSTD_compress(packed, sizeof(packed), zeros, sizeof(zeros), 1);
	assert_false(ZSTD_isError(one));
	bomb = malloc(one * 8192);
	assert_non_null(bomb);
	for (i = 0; i < 8192; i++)
		memcpy(bomb + i * one, packed, one);
	assert_int_equal(input_open_memory(bomb, one * 8192, &input), 0);
	for (;;) {
		input_peek(input, 65536, &available);
		if (!available)
			break;
		input_skip(input, available);
		total += available;
	}
	assert_true(total > 1 << 30);
	assert_true(total < 3u << 29);
	assert_true(input_too_large(input));
	snprintf(problem, sizeof(problem), "%s", input_problem(input));
	assert_non_null(strstr(problem, "grows more than 1000-fold"));
	input_close(input);
	free(bomb);
}

static int set_up(void **unused)
{
	uint32_t i, x = 1;

	(void)unused;
	content = malloc(CONTENT);
	if (!content || !mkdtemp(folder))
		return -1;
	for (i = 0; i < CONTENT; i++) {
		x = x * 1664525 + 1013904223;
		content[i] = x >> 30 ? (uint8_t)(i >> 8) : (uint8_t)(x >> 24);
	}
	return 0;
}

static int tear_down(void **unused)
{
	(void)unused;
	free(content);
	snprintf(path, sizeof(path), "%s/file", folder);
	unlink(path);
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain_file),  cmocka_unit_test(test_file_shrinks),
		cmocka_unit_test(test_cannot_open), cmocka_unit_test(test_pipe),
		cmocka_unit_test(test_compressed),  cmocka_unit_test(test_compressed_broken),
		cmocka_unit_test(test_foreign),	    cmocka_unit_test(test_bomb),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
