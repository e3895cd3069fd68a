/* SPDX-License-Identifier: MIT */
/*
 * A verb of the command line. One file a verb; the table is generated (`const struct cmd
 * cmd_<file>`). Help text, man page and completion are all made from this struct.
 *
 * Floor 8.
 */
#ifndef WHYRST_CMDS_CMD_H
#define WHYRST_CMDS_CMD_H

#include <stdbool.h>

#include "lang/lang.h"

enum color_when {
	COLOR_AUTO,
	COLOR_ALWAYS,
	COLOR_NEVER,
};

/* Options every verb knows (contract section 1). */
struct cmd_common {
	const char *output; /* -o: "text" or "json" */
	enum lang lang;
	enum color_when color;
	bool use_color; /* resolved: NO_COLOR, terminal */
	int verbose;
	int quiet;
	bool anonymize;
};

struct cmd_option {
	char letter;	      /* 0: none */
	const char *name;     /* long, without dashes; NULL: none */
	const char *argument; /* "COUNT"; NULL: takes none */
	const char *help[LANG_COUNT];
};

struct cmd_example {
	const char *line;
	const char *help[LANG_COUNT];
};

#define CMD_OPTIONS_MAX 24
#define CMD_EXAMPLES_MAX 8
#define CMD_EXITS_MAX 4

struct cmd {
	const char *name;
	const char *synopsis;			    /* "FILE... [FILTER]" */
	const char *summary[LANG_COUNT];	    /* one line */
	const char *description[LANG_COUNT];	    /* paragraphs of the man page, plain text */
	struct cmd_option options[CMD_OPTIONS_MAX]; /* its own; common ones are added */
	struct cmd_example examples[CMD_EXAMPLES_MAX];
	/* By status, where they are not those of every verb: then they are the answer. */
	const char *exit[CMD_EXITS_MAX][LANG_COUNT];
	/*
	 * The exit status for a command line that could not be understood; NULL: 2. The words are
	 * all that was typed.
	 */
	int (*unusable)(int argc, char **argv);
	/*
	 * Called for each of its own options, then run() with what is left. 0, or -EINVAL with one
	 * line printed.
	 */
	int (*option)(char letter, const char *name, const char *argument);
	/* Returns the exit status: 0 done, 1 something could not be done, 2 wrong usage. */
	int (*run)(const struct cmd_common *common, int argc, char **argv);
};

extern const struct cmd *const cmd_table[];
extern const int cmd_table_count;

#endif
