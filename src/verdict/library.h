/* SPDX-License-Identifier: MIT */
/*
 * Words of a verdict for users of the library. (The tool's own words are richer: lang/.)
 *
 * Floor 4.
 */
#ifndef WHYRST_VERDICT_LIBRARY_H
#define WHYRST_VERDICT_LIBRARY_H

#include <stddef.h>

#include "verdict/verdict.h"

/* @what is an enum whyrst_text of whyrst.h, where the rest is described. */
int library_text(const struct verdict *verdict, int what, const char *language, char *text,
		 size_t size);

#endif
