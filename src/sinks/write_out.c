/* SPDX-License-Identifier: MIT */
#include "sinks/write_out.h"

#include <errno.h>

int write_out(FILE *out, struct buf *buf)
{
	int r = 0;

	errno = 0;
	if (buf->overflow)
		r = -ENOMEM;
	else if (buf->length && fwrite_unlocked(buf->data, 1, buf->length, out) != buf->length)
		r = errno ? -errno : -EIO;
	buf_clear(buf);
	return r;
}
