/* SPDX-License-Identifier: MIT */
/*
 * Programs in a sentence: who had the socket, how it ended, who acted. Only a live host knows.
 *
 * Floor 5, of this folder only.
 */
#ifndef WHYRST_LANG_PROGRAMS_H
#define WHYRST_LANG_PROGRAMS_H

#include "lang/lang.h"

/* "nginx (pid 812)" of the resetter's or the victim's end; false, and nothing, if not known. */
bool programs_add_end(enum lang lang, const struct verdict *verdict, bool resetter,
		      struct buf *out);
/* "by SIGKILL from systemd-oomd (pid 411)", "with status 3"; a general word where not known. */
void programs_add_owner_end(enum lang lang, const struct verdict *verdict, struct buf *out);
/* "ss (pid 99)", or "somebody". */
void programs_add_actor(enum lang lang, const struct verdict *verdict, struct buf *out);

#endif
