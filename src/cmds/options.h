/* SPDX-License-Identifier: MIT */
/*
 * The command line: which verb, which options, what is left for the verb.
 *
 * Options may stand anywhere before "--", in every form that people type: -v, -qv, -ojson, -o json,
 * --lang zh, --lang=zh. The common ones (contract section 1) are handled here, a verb's own go to
 * its option().
 *
 * Floor 8.
 */
#ifndef WHYRST_CMDS_OPTIONS_H
#define WHYRST_CMDS_OPTIONS_H

#include "cmds/cmd.h"

enum options_want {
	WANT_RUN,
	WANT_HELP, /* of ret_cmd, or of the whole program if that is NULL */
	WANT_VERSION,
};

struct options {
	enum options_want want;
	const struct cmd *cmd;
	struct cmd_common common;
	int argc;    /* what is left for the verb, without its name */
	char **argv; /* freed by options_release() */
};

/* The options every verb knows, for help, man page and completion; ends with an entry of no name.
 */
extern const struct cmd_option options_common[];

/*
 * Reads @argv. Returns 0, or -EINVAL after one line on standard error (wrong usage), or -ENOMEM.
 * Choices that the environment makes (locale, NO_COLOR, terminal) are resolved.
 */
int options_parse(int argc, char **argv, struct options *ret_options);
void options_release(struct options *options);

/* The exit status when options_parse() failed: that of the verb that was meant, if it shows. */
int options_unusable(const struct options *options, int argc, char **argv);

/* The language that --lang says, else that LC_ALL, LC_MESSAGES or LANG, in this order, asks for. */
enum lang options_lang(void);

/* NULL if there is no verb of that name. */
const struct cmd *options_find_cmd(const char *name);

/*
 * One line on standard error, "whyrst: " before it: @en or @zh by language. Every argument belongs
 * to both.
 */
void options_complain(enum lang lang, const char *en, const char *zh, ...);

#endif
