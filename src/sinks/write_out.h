/* SPDX-License-Identifier: MIT */
/*
 * How a sink hands its text to its file.
 *
 * Floor 6, of this folder only.
 */
#ifndef WHYRST_SINKS_WRITE_OUT_H
#define WHYRST_SINKS_WRITE_OUT_H

#include <stdio.h>

#include "base/buf.h"

/* Writes @buf to @out and clears it. 0, -ENOMEM where it overflowed, -errno of the write. */
int write_out(FILE *out, struct buf *buf);

#endif
