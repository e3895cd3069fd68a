/* SPDX-License-Identifier: MIT */
/* Capture files for tests, built in memory in either byte order. */
#ifndef WHYRST_TESTS_CAPTURE_BUILD_H
#define WHYRST_TESTS_CAPTURE_BUILD_H

#include <stdbool.h>

#include "packet_build.h"
#include "sources/source.h"

struct file {
	uint8_t *bytes;
	size_t count;
	size_t room;
	bool big; /* endian */
};

static inline void file_put(struct file *file, const void *bytes, size_t count)
{
	if (file->count + count > file->room) {
		file->room = (file->count + count) * 2;
		file->bytes = realloc(file->bytes, file->room);
		if (!file->bytes)
			abort();
	}
	if (count)
		memcpy(file->bytes + file->count, bytes, count);
	file->count += count;
}

static inline void file_put_word(struct file *file, uint64_t value, int bytes)
{
	uint8_t out[8];
	int i;

	for (i = 0; i < bytes; i++)
		out[file->big ? bytes - 1 - i : i] = (uint8_t)(value >> 8 * i);
	file_put(file, out, (size_t)bytes);
}

static inline void file_put16(struct file *file, uint32_t value)
{
	file_put_word(file, value, 2);
}

static inline void file_put32(struct file *file, uint32_t value)
{
	file_put_word(file, value, 4);
}

static inline void file_release(struct file *file)
{
	free(file->bytes);
	memset(file, 0, sizeof(*file));
}

/* ---- pcap -------------------------------------------------------------------------------------
 */

static inline void pcap_header(struct file *file, uint32_t magic, uint32_t link)
{
	file_put32(file, magic);
	file_put16(file, 2);
	file_put16(file, 4);
	file_put32(file, 0);
	file_put32(file, 0);
	file_put32(file, 262144);
	file_put32(file, link);
}

static inline void pcap_record(struct file *file, uint32_t s, uint32_t fraction, const void *bytes,
			       uint32_t captured, uint32_t length)
{
	file_put32(file, s);
	file_put32(file, fraction);
	file_put32(file, captured);
	file_put32(file, length);
	file_put(file, bytes, captured);
}

/* ---- pcapng -----------------------------------------------------------------------------------
 */

static inline void block(struct file *file, uint32_t type, const struct file *body)
{
	uint32_t length = (uint32_t)((body->count + 3) & ~(size_t)3) + 12;

	file_put32(file, type);
	file_put32(file, length);
	file_put(file, body->bytes, body->count);
	file_put(file, "\0\0\0", (4 - body->count % 4) % 4);
	file_put32(file, length);
}

static inline void block_section(struct file *file)
{
	struct file body = { .big = file->big };

	file_put32(&body, 0x1a2b3c4d);
	file_put16(&body, 1);
	file_put16(&body, 0);
	file_put_word(&body, UINT64_MAX, 8);
	block(file, 0x0a0d0d0a, &body);
	file_release(&body);
}

/* @resolution and @offset_s become options where they are not 6 and 0. */
static inline void block_interface(struct file *file, uint16_t link, uint32_t snap,
				   uint8_t resolution, int64_t offset_s)
{
	struct file body = { .big = file->big };

	file_put16(&body, link);
	file_put16(&body, 0);
	file_put32(&body, snap);
	file_put16(&body, 2); /* if_name */
	file_put16(&body, 3);
	file_put(&body, "lo0", 4);
	if (resolution != 6) {
		file_put16(&body, 9);
		file_put16(&body, 1);
		file_put(&body, &resolution, 1);
		file_put(&body, "\0\0", 3);
	}
	if (offset_s) {
		file_put16(&body, 14);
		file_put16(&body, 8);
		file_put_word(&body, (uint64_t)offset_s, 8);
	}
	file_put32(&body, 0);
	block(file, 1, &body);
	file_release(&body);
}

/* @flags: epb_flags, as an option where not 0. */
static inline void block_enhanced(struct file *file, uint32_t interface, uint64_t time,
				  const void *bytes, uint32_t captured, uint32_t length,
				  uint32_t flags)
{
	struct file body = { .big = file->big };

	file_put32(&body, interface);
	file_put32(&body, (uint32_t)(time >> 32));
	file_put32(&body, (uint32_t)time);
	file_put32(&body, captured);
	file_put32(&body, length);
	file_put(&body, bytes, captured);
	file_put(&body, "\0\0\0", (4 - captured % 4) % 4);
	if (flags) {
		file_put16(&body, 1); /* opt_comment */
		file_put16(&body, 5);
		file_put(&body, "hello\0\0", 8);
		file_put16(&body, 2);
		file_put16(&body, 4);
		file_put32(&body, flags);
		file_put32(&body, 0);
	}
	block(file, 6, &body);
	file_release(&body);
}

/* ---- reading ----------------------------------------------------------------------------------
 */

#define READING_MAX 64

struct reading {
	int opened; /* 0 or what open() returned; 1: no source takes it */
	char problem[160];
	struct observation obs[READING_MAX];
	int count; /* all of them, kept or not */
	struct source_counts counts;
};

/* Reads @bytes as a user's file: the source is found by its first bytes. */
static inline void read_memory(const uint8_t *bytes, size_t count, const char *filter,
			       struct reading *ret)
{
	struct source_options options = { .filter = filter, .file = 3 };
	struct observation batch[7];
	const struct source *source;
	struct source_state *state;
	struct input *input;
	const uint8_t *head;
	size_t available;
	int got, i;

	memset(ret, 0, sizeof(*ret));
	ret->opened = 1;
	if (input_open_memory(bytes, count, &input) < 0)
		abort();
	head = input_peek(input, 4096, &available);
	source = source_find(head, available);
	if (!source) {
		if (input_problem(input))
			snprintf(ret->problem, sizeof(ret->problem), "%s", input_problem(input));
		input_close(input);
		return;
	}
	ret->opened = source->open(input, &options, &state, ret->problem);
	if (ret->opened < 0)
		return;
	while ((got = source->read(state, batch, 7)) > 0)
		for (i = 0; i < got; i++, ret->count++)
			if (ret->count < READING_MAX) {
				ret->obs[ret->count] = batch[i];
				ret->obs[ret->count].reason = NULL;
			}
	/* The end stays the end. */
	if (source->read(state, batch, 7) != 0)
		abort();
	ret->counts = *source->counts(state);
	source->close(state);
}

static inline void read_file(const struct file *file, struct reading *ret)
{
	/* Of exactly its size, so that the sanitizer sees a byte too far. */
	uint8_t *copy = malloc(file->count ? file->count : 1);

	if (!copy)
		abort();
	memcpy(copy, file->bytes, file->count);
	read_memory(copy, file->count, NULL, ret);
	free(copy);
}

#endif
