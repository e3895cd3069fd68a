/* SPDX-License-Identifier: MIT */
#include "cmds/options.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/escape.h"
#include "cmds/nearest.h"
#include "sinks/sink.h"

const struct cmd_option options_common[] = {
	{ 'o',
	  "output",
	  "text|json",
	  { "text for people (default) or JSON Lines, one object a line",
	    "输出格式：给人看的 text（默认），或每行一个对象的 json" } },
	{ 0,
	  "lang",
	  "en|zh",
	  { "language; default from LC_ALL, LC_MESSAGES, LANG",
	    "语言；默认取自 LC_ALL、LC_MESSAGES、LANG" } },
	{ 0,
	  "color",
	  "auto|always|never",
	  { "colour; auto: on a terminal without NO_COLOR",
	    "颜色；auto 表示在终端上且没有设置 NO_COLOR 时使用" } },
	{ 0,
	  "anonymize",
	  NULL,
	  { "replace addresses, each one always by the same other",
	    "替换地址，同一地址始终换成同一个" } },
	{ 'q',
	  "quiet",
	  NULL,
	  { "only the answers, no progress and no remarks", "只给结论，不报进度和说明" } },
	{ 'v',
	  "verbose",
	  NULL,
	  { "more: every reset, evidence, rivals, the ladder diagram",
	    "更多细节：逐个 RST、证据、其它可能的原因、时序图" } },
	{ 0, "version", NULL, { "print the version", "显示版本号" } },
	{ 'h',
	  "help",
	  NULL,
	  { "this page; after a verb, the page of that verb",
	    "显示本页；跟在命令之后则显示该命令的说明" } },
	{ 0 },
};

struct parser {
	int argc;
	char **argv;
	int at;
	struct options *options;
	bool only_words;  /* "--" was seen */
	bool read_option; /* -r was seen */
};

void options_complain(enum lang lang, const char *en, const char *zh, ...)
{
	struct buf raw, line;
	va_list arguments;

	buf_init(&raw, 4096);
	buf_init(&line, 16384);
	va_start(arguments, zh);
	buf_vprintf(&raw, lang == LANG_ZH ? zh : en, arguments);
	va_end(arguments);
	/* What a user or a file name brought in must not drive the terminal. */
	escape_terminal(&line, raw.data, raw.length);
	fprintf(stderr, "whyrst: %s\n", buf_text(&line));
	buf_release(&raw);
	buf_release(&line);
}

const struct cmd *options_find_cmd(const char *name)
{
	int i;

	for (i = 0; i < cmd_table_count; i++)
		if (!strcmp(cmd_table[i]->name, name))
			return cmd_table[i];
	return NULL;
}

static int said_lang = -1; /* by --lang, which the verbs' own complaints come in, too */

enum lang options_lang(void)
{
	static const char *const names[] = { "LC_ALL", "LC_MESSAGES", "LANG" };
	size_t i;

	if (said_lang >= 0)
		return (enum lang)said_lang;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const char *value = getenv(names[i]);

		if (value && *value)
			return strncmp(value, "zh", 2) ? LANG_EN : LANG_ZH;
	}
	return LANG_EN;
}

static int wrong_value(const struct parser *p, const char *option, const char *value,
		       const char *allowed)
{
	options_complain(p->options->common.lang, "%s cannot be '%s': it is one of %s",
			 "%s 不能是“%s”，可选：%s", option, value, allowed);
	return -EINVAL;
}

static int set_output(struct parser *p, const char *value)
{
	int i;

	for (i = 0; i < sink_table_count; i++)
		if (!strcmp(sink_table[i]->name, value)) {
			p->options->common.output = sink_table[i]->name;
			return 0;
		}
	return wrong_value(p, "-o", value, "text, json");
}

static int set_common(struct parser *p, const char *name, const char *value)
{
	struct cmd_common *common = &p->options->common;

	if (!strcmp(name, "output"))
		return set_output(p, value);
	if (!strcmp(name, "lang")) {
		if (strcmp(value, "en") && strcmp(value, "zh"))
			return wrong_value(p, "--lang", value, "en, zh");
		common->lang = !strcmp(value, "zh") ? LANG_ZH : LANG_EN;
	} else if (!strcmp(name, "color")) {
		if (!strcmp(value, "auto"))
			common->color = COLOR_AUTO;
		else if (!strcmp(value, "always"))
			common->color = COLOR_ALWAYS;
		else if (!strcmp(value, "never"))
			common->color = COLOR_NEVER;
		else
			return wrong_value(p, "--color", value, "auto, always, never");
	} else if (!strcmp(name, "anonymize")) {
		common->anonymize = true;
	} else if (!strcmp(name, "quiet")) {
		common->quiet++;
	} else if (!strcmp(name, "verbose")) {
		common->verbose++;
	} else if (!strcmp(name, "version")) {
		p->options->want = WANT_VERSION;
	} else if (!strcmp(name, "help") && p->options->want == WANT_RUN) {
		p->options->want = WANT_HELP;
	}
	return 0;
}

static bool option_exists(const struct cmd_option *option)
{
	return option->name || option->letter;
}

static const struct cmd_option *find_in(const struct cmd_option *list, int max, char letter,
					const char *name, size_t length)
{
	int i;

	for (i = 0; i < max && option_exists(&list[i]); i++) {
		if (letter && list[i].letter == letter)
			return &list[i];
		if (name && list[i].name && strlen(list[i].name) == length &&
		    !memcmp(list[i].name, name, length))
			return &list[i];
	}
	return NULL;
}

static const struct cmd_option *find_option(const struct cmd *cmd, char letter, const char *name,
					    size_t length, bool *ret_common)
{
	const struct cmd_option *found = find_in(options_common, 100, letter, name, length);

	*ret_common = found;
	if (!found && cmd)
		found = find_in(cmd->options, CMD_OPTIONS_MAX, letter, name, length);
	return found;
}

/* Names the options of @cmd (or, without a verb, of nobody) that come closest to what was typed. */
static int unknown_option(const struct parser *p, const char *typed)
{
	const struct cmd *cmd = p->options->cmd;
	enum lang lang = p->options->common.lang;
	struct nearest nearest;
	int i;

	nearest_init(&nearest, typed);
	for (i = 0; option_exists(&options_common[i]); i++)
		nearest_offer(&nearest, options_common[i].letter, options_common[i].name);
	for (i = 0; cmd && i < CMD_OPTIONS_MAX && option_exists(&cmd->options[i]); i++)
		nearest_offer(&nearest, cmd->options[i].letter, cmd->options[i].name);
	if (nearest.count)
		options_complain(lang, "unknown option %s: did you mean %s?",
				 "未知选项 %s：是否想用 %s？", typed, nearest_text(&nearest));
	else
		options_complain(lang, "unknown option %s: 'whyrst %s%s-h' lists them",
				 "未知选项 %s：用“whyrst %s%s-h”查看全部选项", typed,
				 cmd ? cmd->name : "", cmd ? " " : "");
	return -EINVAL;
}

static int needs_value(const struct parser *p, const char *typed, const char *value)
{
	options_complain(p->options->common.lang, "%s needs a value: %s", "%s 需要一个值：%s",
			 typed, value);
	return -EINVAL;
}

static int take_option(struct parser *p, const struct cmd_option *option, bool is_common,
		       const char *typed, const char *value)
{
	if (option->argument && !value) {
		if (p->at + 1 >= p->argc)
			return needs_value(p, typed, option->argument);
		value = p->argv[++p->at];
	}
	if (is_common)
		return set_common(p, option->name, value);
	return p->options->cmd->option(option->letter, option->name, value);
}

static int parse_long(struct parser *p, const char *word)
{
	const char *name = word + 2;
	const char *equals = strchr(name, '=');
	size_t length = equals ? (size_t)(equals - name) : strlen(name);
	const struct cmd_option *option;
	bool is_common;

	option = find_option(p->options->cmd, 0, name, length, &is_common);
	if (!option)
		return unknown_option(p, word);
	if (equals && !option->argument) {
		options_complain(p->options->common.lang, "--%s takes no value", "--%s 不带值",
				 option->name);
		return -EINVAL;
	}
	return take_option(p, option, is_common, word, equals ? equals + 1 : NULL);
}

static int parse_short(struct parser *p, const char *word)
{
	const char *c;

	for (c = word + 1; *c; c++) {
		const struct cmd_option *option;
		char typed[3] = { '-', *c, 0 };
		bool is_common;
		int r;

		option = find_option(p->options->cmd, *c, NULL, 0, &is_common);
		if (!option)
			return unknown_option(p, c == word + 1 ? word : typed);
		r = take_option(p, option, is_common, typed,
				option->argument && c[1] ? c + 1 : NULL);
		if (r < 0)
			return r;
		if (option->argument)
			break;
	}
	return 0;
}

/* -104 is an errno as kernels print it, no option; unless the verb has one of that digit. */
static bool is_option(const struct parser *p, const char *word)
{
	const struct cmd *cmd = p->options->cmd;

	if (p->only_words || word[0] != '-' || !word[1])
		return false;
	return !(word[1] >= '0' && word[1] <= '9') ||
	       (cmd && find_in(cmd->options, CMD_OPTIONS_MAX, word[1], NULL, 0));
}

/* How many words an option takes, before it is known whose it is: to find the verb behind it. */
static bool takes_next_word(const char *word)
{
	const char *name = word[1] == '-' ? word + 2 : NULL;
	const struct cmd_option *option = NULL;
	bool is_common;
	int i;

	if (name && strchr(name, '='))
		return false;
	if (!name && word[2])
		return false;
	option = find_option(NULL, name ? 0 : word[1], name, name ? strlen(name) : 0, &is_common);
	for (i = 0; !option && i < cmd_table_count; i++)
		option = find_option(cmd_table[i], name ? 0 : word[1], name,
				     name ? strlen(name) : 0, &is_common);
	return option && option->argument;
}

static int unknown_verb(const struct parser *p, const char *word)
{
	enum lang lang = p->options->common.lang;
	struct nearest nearest;
	int i;

	nearest_init(&nearest, word);
	for (i = 0; i < cmd_table_count; i++)
		nearest_offer(&nearest, 0, cmd_table[i]->name);
	if (nearest.count)
		options_complain(lang, "there is no verb '%s': did you mean %s?",
				 "没有“%s”这个命令：是否想用 %s？", word, nearest_text(&nearest));
	else
		options_complain(lang, "there is no verb '%s': 'whyrst -h' lists them",
				 "没有“%s”这个命令：用“whyrst -h”查看全部命令", word);
	return -EINVAL;
}

/*
 * The verb is the first word that is no option and no value of one; -r FILE says `read`. The
 * language is settled here too, so that every complaint comes in it.
 */
static int find_verb(struct parser *p, int *ret_verb)
{
	int i;

	*ret_verb = 0;
	for (i = 1; i < p->argc; i++) {
		const char *word = p->argv[i];

		if (!strcmp(word, "--"))
			break;
		if (!strncmp(word, "--lang=zh", 9) ||
		    (!strcmp(word, "--lang") && i + 1 < p->argc && !strcmp(p->argv[i + 1], "zh")))
			said_lang = LANG_ZH;
		else if (!strncmp(word, "--lang=en", 9) ||
			 (!strcmp(word, "--lang") && i + 1 < p->argc &&
			  !strcmp(p->argv[i + 1], "en")))
			said_lang = LANG_EN;
		if (word[0] == '-' && word[1] == 'r' &&
		    (!*ret_verb || !strcmp(p->argv[*ret_verb], "read"))) {
			p->read_option = true;
			continue;
		}
		if (word[0] == '-' && word[1]) {
			if (takes_next_word(word))
				i++;
		} else if (!*ret_verb && !p->read_option) {
			*ret_verb = i;
		}
	}
	p->options->common.lang = options_lang();
	if (p->read_option) {
		p->options->cmd = options_find_cmd("read");
		return 0;
	}
	if (!*ret_verb)
		return 0;
	if (!strcmp(p->argv[*ret_verb], "help")) {
		p->options->want = WANT_HELP;
		for (i = *ret_verb + 1; i < p->argc; i++)
			if (p->argv[i][0] != '-')
				p->options->cmd = options_find_cmd(p->argv[i]);
		return 0;
	}
	p->options->cmd = options_find_cmd(p->argv[*ret_verb]);
	return p->options->cmd ? 0 : unknown_verb(p, p->argv[*ret_verb]);
}

static void resolve(struct cmd_common *common)
{
	const char *no_color = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	if (common->color == COLOR_AUTO)
		common->use_color = isatty(STDOUT_FILENO) && !(no_color && *no_color) &&
				    !(term && !strcmp(term, "dumb"));
	else
		common->use_color = common->color == COLOR_ALWAYS;
}

static int parse_word(struct parser *p, int verb)
{
	struct options *options = p->options;
	char *word = p->argv[p->at];

	if (!p->only_words && !strcmp(word, "--")) {
		p->only_words = true;
	} else if (is_option(p, word)) {
		if (p->read_option && word[1] == 'r') {
			if (word[2])
				options->argv[options->argc++] = word + 2;
			else if (p->at + 1 < p->argc)
				options->argv[options->argc++] = p->argv[++p->at];
			else
				return needs_value(p, "-r", "FILE");
			return 0;
		}
		return word[1] == '-' ? parse_long(p, word) : parse_short(p, word);
	} else if (p->at != verb) {
		options->argv[options->argc++] = word;
	}
	return 0;
}

int options_parse(int argc, char **argv, struct options *ret_options)
{
	struct parser p = { .argc = argc, .argv = argv, .options = ret_options };
	int verb, r;

	memset(ret_options, 0, sizeof(*ret_options));
	ret_options->common.output = "text";
	ret_options->common.lang = options_lang();
	ret_options->argv = calloc((size_t)argc + 1, sizeof(*ret_options->argv));
	if (!ret_options->argv)
		return -ENOMEM;
	r = find_verb(&p, &verb);
	for (p.at = 1; r == 0 && p.at < argc; p.at++)
		r = parse_word(&p, verb);
	resolve(&ret_options->common);
	if (r == 0 && ret_options->want == WANT_RUN && !ret_options->cmd) {
		options_complain(ret_options->common.lang, "say what to do: 'whyrst -h' shows how",
				 "请给出命令：用“whyrst -h”查看用法");
		r = -EINVAL;
	}
	if (r < 0)
		options_release(ret_options);
	return r;
}

int options_unusable(const struct options *options, int argc, char **argv)
{
	const struct cmd *cmd = options->cmd;

	/* A verb that does not exist, but with an option that only one has. */
	for (int i = 0; !cmd && i < cmd_table_count; i++)
		for (int j = 1; cmd_table[i]->unusable && j < argc; j++)
			if (!strncmp(argv[j], "--", 2) &&
			    find_in(cmd_table[i]->options, CMD_OPTIONS_MAX, 0, argv[j] + 2,
				    strcspn(argv[j] + 2, "=")))
				cmd = cmd_table[i];
	return cmd && cmd->unusable ? cmd->unusable(argc, argv) : 2;
}

void options_release(struct options *options)
{
	free(options->argv);
	options->argv = NULL;
}
