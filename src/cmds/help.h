/* SPDX-License-Identifier: MIT */
/*
 * Help: one screen, made from the same structs as the man page and the completion.
 *
 * Floor 8.
 */
#ifndef WHYRST_CMDS_HELP_H
#define WHYRST_CMDS_HELP_H

#include "base/buf.h"
#include "cmds/cmd.h"

/* @cmd NULL: the whole program. */
void help_write(struct buf *out, const struct cmd *cmd, enum lang lang);

/* "-c COUNT", "--memory MB", "-q, --quiet": as help and man page both show an option. */
void help_option_text(struct buf *out, const struct cmd_option *option);

/* One line that says what the program is for. */
extern const char *const help_purpose[LANG_COUNT];

#define HELP_EXIT_COUNT 3
extern const char *const help_exit[HELP_EXIT_COUNT][LANG_COUNT]; /* by exit status */

#endif
