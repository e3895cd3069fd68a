/* SPDX-License-Identifier: MIT */
/*
 * The ladder diagram (draw/ladder.h) with the words of a language.
 *
 * Floor 6.
 */
#ifndef WHYRST_SINKS_DIAGRAM_H
#define WHYRST_SINKS_DIAGRAM_H

#include "draw/ladder.h"
#include "lang/lang.h"

void diagram_add(const struct evidence *ev, enum lang lang, const struct ladder_style *style,
		 struct buf *out);

/* Whether the locale of the environment says that text is not UTF-8 (LC_ALL, LC_CTYPE, LANG). */
bool diagram_locale_is_ascii(void);

#endif
