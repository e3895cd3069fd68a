/* SPDX-License-Identifier: MIT */
#include "cmds/help.h"

#include <string.h>

#include "cmds/options.h"

#define COLUMN 26

const char *const help_purpose[LANG_COUNT] = {
	"who reset a TCP connection, why, what proves it, and what to change",
	"谁用 RST 断开了 TCP 连接、为什么、凭什么断定、该改什么",
};

const char *const help_exit[HELP_EXIT_COUNT][LANG_COUNT] = {
	{ "done", "完成" },
	{ "something could not be read or done; what could be was printed",
	  "有内容读不了或做不到；能做的已经输出" },
	{ "wrong usage", "用法不对" },
};

enum heading {
	HEADING_USAGE,
	HEADING_VERBS,
	HEADING_OPTIONS,
	HEADING_COMMON,
	HEADING_EXAMPLES,
	HEADING_EXIT,
	HEADING_COUNT,
};

static const char *const headings[HEADING_COUNT][LANG_COUNT] = {
	[HEADING_USAGE] = { "Usage: ", "用法：" },
	[HEADING_VERBS] = { "Verbs", "命令" },
	[HEADING_OPTIONS] = { "Options", "选项" },
	[HEADING_COMMON] = { "Common options", "通用选项" },
	[HEADING_EXAMPLES] = { "Examples", "示例" },
	[HEADING_EXIT] = { "Exit status", "退出码" },
};

void help_option_text(struct buf *out, const struct cmd_option *option)
{
	if (option->letter) {
		buf_add_char(out, '-');
		buf_add_char(out, option->letter);
		if (option->name)
			buf_add_text(out, ", ");
	}
	if (option->name) {
		buf_add_text(out, "--");
		buf_add_text(out, option->name);
	}
	if (option->argument) {
		buf_add_char(out, ' ');
		buf_add_text(out, option->argument);
	}
}

/* "  LEFT      right": the right side on its own line where the left one is too long. */
static void add_row(struct buf *out, struct buf *left, const char *right)
{
	buf_add_text(out, "  ");
	buf_add(out, left->data, left->length);
	if (left->length + 4 > COLUMN) {
		buf_add_char(out, '\n');
		buf_add_repeated(out, ' ', COLUMN);
	} else {
		buf_add_repeated(out, ' ', COLUMN - 2 - left->length);
	}
	buf_add_text(out, right);
	buf_add_char(out, '\n');
	buf_clear(left);
}

static void add_heading(struct buf *out, enum heading heading, enum lang lang)
{
	buf_printf(out, "\n%s%s\n", headings[heading][lang], lang == LANG_ZH ? "：" : ":");
}

static void add_options(struct buf *out, struct buf *left, const struct cmd_option *options,
			int max, enum lang lang)
{
	int i;

	for (i = 0; i < max && (options[i].letter || options[i].name); i++) {
		help_option_text(left, &options[i]);
		add_row(out, left, options[i].help[lang]);
	}
}

static void add_examples(struct buf *out, const struct cmd *cmd, int max, enum lang lang)
{
	int i;

	for (i = 0; i < max && i < CMD_EXAMPLES_MAX && cmd->examples[i].line; i++)
		buf_printf(out, "  %s\n      %s\n", cmd->examples[i].line,
			   cmd->examples[i].help[lang]);
}

static void add_exit(struct buf *out, const struct cmd *cmd, enum lang lang)
{
	const char *const(*exits)[LANG_COUNT] = help_exit;
	int count = HELP_EXIT_COUNT, i;

	if (cmd && cmd->exit[0][lang]) {
		exits = cmd->exit;
		count = CMD_EXITS_MAX;
	}
	buf_printf(out, "\n%s%s", headings[HEADING_EXIT][lang], lang == LANG_ZH ? "：" : ":");
	for (i = 0; i < count && exits[i][lang]; i++)
		buf_printf(out, "%s%d %s", i ? (lang == LANG_ZH ? "；" : "; ") : " ", i,
			   exits[i][lang]);
	buf_add_char(out, '\n');
}

static void write_program(struct buf *out, struct buf *left, enum lang lang)
{
	int i;

	buf_printf(out, "whyrst: %s\n\n%swhyrst %s\n", help_purpose[lang],
		   headings[HEADING_USAGE][lang],
		   lang == LANG_ZH ? "命令 [选项] [参数]" : "VERB [OPTION...] [ARGUMENT...]");
	add_heading(out, HEADING_VERBS, lang);
	for (i = 0; i < cmd_table_count; i++) {
		buf_printf(left, "%s %s", cmd_table[i]->name, cmd_table[i]->synopsis);
		add_row(out, left, cmd_table[i]->summary[lang]);
	}
	add_heading(out, HEADING_COMMON, lang);
	add_options(out, left, options_common, 100, lang);
	add_heading(out, HEADING_EXAMPLES, lang);
	/* The verb's own page has the rest: this one must stay one screen. */
	for (i = 0; i < cmd_table_count; i++)
		add_examples(out, cmd_table[i], 1, lang);
}

static void write_cmd(struct buf *out, struct buf *left, const struct cmd *cmd, enum lang lang)
{
	buf_printf(out, "whyrst %s: %s\n\n%swhyrst %s %s\n", cmd->name, cmd->summary[lang],
		   headings[HEADING_USAGE][lang], cmd->name, cmd->synopsis);
	if (cmd->options[0].letter || cmd->options[0].name) {
		add_heading(out, HEADING_OPTIONS, lang);
		add_options(out, left, cmd->options, CMD_OPTIONS_MAX, lang);
	}
	add_heading(out, HEADING_COMMON, lang);
	add_options(out, left, options_common, 100, lang);
	if (cmd->examples[0].line) {
		add_heading(out, HEADING_EXAMPLES, lang);
		add_examples(out, cmd, CMD_EXAMPLES_MAX, lang);
	}
}

void help_write(struct buf *out, const struct cmd *cmd, enum lang lang)
{
	struct buf left;

	buf_init(&left, 4096);
	if (cmd)
		write_cmd(out, &left, cmd, lang);
	else
		write_program(out, &left, lang);
	add_exit(out, cmd, lang);
	buf_release(&left);
}
