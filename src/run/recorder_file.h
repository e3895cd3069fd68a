/* SPDX-License-Identifier: MIT */
/*
 * A pcapng file as it grows: whole blocks, within a limit, in nobody's way.
 *
 * Floor 7.
 */
#ifndef WHYRST_RUN_RECORDER_FILE_H
#define WHYRST_RUN_RECORDER_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "wire/pcapng_write.h"

struct recorder_file {
	int fd;
	uint64_t bytes; /* of whole blocks */
	uint64_t limit;
	bool full; /* the limit was reached */
	struct buf block;
};

/*
 * Opens @path as recorder_open() says, and writes the head. 0 or -errno; -EEXIST there is such a
 * file, -ELOOP it is a symbolic link.
 */
int recorder_file_open(const char *path, uint64_t limit, const struct pcapng_head *head,
		       struct recorder_file *ret_file);
/* 0; -errno; or -EFBIG beyond the limit. What was only half written is cut off again. */
int recorder_file_packet(struct recorder_file *file, const struct pcapng_packet *packet);
int recorder_file_flush(struct recorder_file *file);
int recorder_file_close(struct recorder_file *file);

#endif
