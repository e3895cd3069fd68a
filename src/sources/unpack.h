/* SPDX-License-Identifier: MIT */
/*
 * Decompression of a stream, whatever packed it. Members and frames that follow each other are one
 * stream, as their own tools have it.
 *
 * Floor 6. Memory is bounded: windows of more than 128 MiB are refused.
 */
#ifndef WHYRST_SOURCES_UNPACK_H
#define WHYRST_SOURCES_UNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of a stream that show how it is packed. */
#define UNPACK_HEAD 6

enum unpack_kind {
	UNPACK_NONE, /* not compressed, as far as the first bytes show */
	UNPACK_GZIP,
	UNPACK_ZSTD,
	UNPACK_XZ,
	UNPACK_FOREIGN, /* compressed by something else: unpack_foreign_name() */
};

enum unpack_status {
	UNPACK_MORE, /* go on: with more room or more input */
	UNPACK_END,
	UNPACK_BROKEN, /* unpack_problem() says why */
};

struct unpack_io {
	const uint8_t *in; /* moved on by what was used */
	size_t in_bytes;
	bool in_last; /* nothing comes after these */
	uint8_t *out; /* moved on by what was written */
	size_t out_room;
};

struct unpack;

enum unpack_kind unpack_recognize(const uint8_t *head, size_t bytes);
/* "bzip2": a name for UNPACK_FOREIGN. */
const char *unpack_foreign_name(const uint8_t *head, size_t bytes);

/* 0, -EINVAL (not a kind that is unpacked here) or -ENOMEM. */
int unpack_new(enum unpack_kind kind, struct unpack **ret_unpack);
void unpack_free(struct unpack *unpack);
enum unpack_status unpack_step(struct unpack *unpack, struct unpack_io *io);
const char *unpack_problem(const struct unpack *unpack);

#endif
