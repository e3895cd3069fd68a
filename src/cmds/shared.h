/* SPDX-License-Identifier: MIT */
/*
 * What verbs that run an analysis have in common: numbers, the filter's words, notes on standard
 * error.
 *
 * Floor 8, of this folder only.
 */
#ifndef WHYRST_CMDS_SHARED_H
#define WHYRST_CMDS_SHARED_H

#include "base/buf.h"
#include "cmds/cmd.h"
#include "sinks/sink.h"

struct cmd_seed {
	uint64_t value;
	bool given;
};

/* A whole number from @least to @most; -EINVAL with one line printed. @name: of the option. */
int cmd_parse_number(const char *name, const char *text, uint64_t least, uint64_t most,
		     uint64_t *ret_value);
/*
 * A time like "90", "60s", "5m" or "2h", from @least_ns to @most_ns; -EINVAL with one line printed.
 */
int cmd_parse_duration(const char *name, const char *text, int64_t least_ns, int64_t most_ns,
		       int64_t *ret_ns);
/*
 * The namespace of --netns WHAT: a file, a process, or all (NULL), which is *ret_fd -1. 0, or the
 * exit status after one line.
 */
int cmd_open_netns(const struct cmd_common *common, const char *what, int *ret_fd,
		   uint32_t *ret_inode);
/* The words of FILTER, a space between them. */
void cmd_join_words(struct buf *filter, int argc, char **argv);
/* One line on standard error, escaped. @context: struct cmd_common. */
void cmd_print_note(void *context, const char *en, const char *zh, ...);
/* Columns of standard output, 0 if it is no terminal. */
int cmd_terminal_width(void);
/*
 * The key decides nothing but the order within hash tables; a seed (--seed or WHYRST_SEED) makes
 * runs repeatable in tests.
 */
void cmd_choose_key(struct cmd_seed *seed, uint64_t key[2]);
/* NULL if there is none of that name. */
const struct sink *cmd_find_sink(const char *name);

#endif
