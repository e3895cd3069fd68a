/* SPDX-License-Identifier: MIT */
/*
 * A pcapng file (draft-ietf-opsawg-pcapng) with one interface: section header, interface, enhanced
 * packets with comments. Written in this host's byte order; times in nanoseconds.
 *
 * Floor 7.
 */
#ifndef WHYRST_RUN_RECORDER_FILE_H
#define WHYRST_RUN_RECORDER_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/* Longest text of one comment; a longer one is cut at a character. */
#define FILE_COMMENT_MAX 4000

struct recorder_file {
	int fd;
	uint64_t bytes; /* of whole blocks */
	uint64_t limit;
	bool full; /* the limit was reached */
	struct buf block;
};

struct recorder_file_head {
	const char *interface;
	const char *filter; /* or NULL */
	uint16_t link;
	uint32_t snap_bytes;
};

struct recorder_file_packet {
	const uint8_t *bytes;
	uint32_t captured;
	uint32_t length;
	int64_t time_ns;
	bool has_direction, outgoing;
	const char *const *comments; /* UTF-8 */
	int comment_count;
};

/*
 * Opens @path as recorder_open() says, and writes the head. 0 or -errno; -EEXIST there is such a
 * file, -ELOOP it is a symbolic link.
 */
int recorder_file_open(const char *path, uint64_t limit, const struct recorder_file_head *head,
		       struct recorder_file *ret_file);
/* 0; -errno; or -EFBIG beyond the limit. What was only half written is cut off again. */
int recorder_file_packet(struct recorder_file *file, const struct recorder_file_packet *packet);
int recorder_file_flush(struct recorder_file *file);
int recorder_file_close(struct recorder_file *file);

#endif
