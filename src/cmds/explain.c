/* SPDX-License-Identifier: MIT */
/* whyrst explain: the catalogue. */
#include "cmds/explain.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/escape.h"
#include "cmds/options.h"

#define GROUPS_DEFAULT 20
#define GROUPS_MOST 64
#define FILES_MAX 64
#define ALSO_MAX 6
#define HEAD_BYTES 4096 /* of standard input: one line is a question, more is a log */

static struct {
	const char *file[FILES_MAX];
	int files;
	int groups;
} chosen = { .groups = GROUPS_DEFAULT };

static int take_option(char letter, const char *name, const char *argument)
{
	char *end;
	long value;

	(void)name;
	if (letter == 'f') {
		if (chosen.files == FILES_MAX) {
			options_complain(options_lang(), "explain: at most %d files",
					 "explain：最多 %d 个文件", FILES_MAX);
			return -EINVAL;
		}
		chosen.file[chosen.files++] = argument;
		return 0;
	}
	value = strtol(argument, &end, 10);
	if (!*argument || *end || value < 1 || value > GROUPS_MOST) {
		options_complain(options_lang(), "-c takes a number from 1 to %d, not '%s'",
				 "-c 需要 1 到 %d 之间的数，不能是“%s”", GROUPS_MOST, argument);
		return -EINVAL;
	}
	chosen.groups = (int)value;
	return 0;
}

static bool is_json(const struct page *page)
{
	return !strcmp(page->common->output, "json");
}

/* A cause's id, also with underscores, in capitals, or with blanks. */
static const struct cause *find_cause(const char *words)
{
	char id[64];
	size_t n = strlen(words);

	if (n >= sizeof(id))
		return NULL;
	for (size_t i = 0; i <= n; i++)
		id[i] = words[i] == '_' || words[i] == ' ' ? '-'
							   : (char)tolower((unsigned char)words[i]);
	return cause_find(id);
}

/* The entries that fit as well as the first are explained like it, the others in a line. */
static void print_matches(struct page *page, const struct matches *matches)
{
	int full = 1;

	while (full < matches->count && page->common->verbose)
		full++;
	for (int i = 0; i < full; i++) {
		explain_entry(page, &entry_table[matches->match[i].entry]);
		buf_add_text(&page->out, i + 1 < full ? "\n" : "");
	}
	if (matches->count <= full || page->common->quiet)
		return;
	buf_printf(&page->out, "%s\n", page_pick(page, "also fits", "也符合"));
	for (int i = full; i < matches->count && i < full + ALSO_MAX; i++)
		explain_entry_line(page, &entry_table[matches->match[i].entry]);
}

static int explain_words(struct page *page, const char *words, size_t length)
{
	const struct cause *cause = find_cause(words);
	struct matches matches;

	match_words(words, length, &matches);
	if (cause && is_json(page))
		json_cause(page, cause);
	else if (cause)
		explain_cause(page, cause);
	for (int i = 0; i < matches.count && is_json(page); i++)
		json_entry(page, &entry_table[matches.match[i].entry], i + 1 + (cause != NULL));
	if (matches.count && !cause && !is_json(page))
		print_matches(page, &matches);
	if (!cause && !matches.count) {
		if (is_json(page))
			json_unknown(page, words);
		else
			explain_unknown(page, words);
	}
	page_flush(page);
	return cause || matches.count ? 0 : 1;
}

static int explain_all(struct page *page)
{
	if (is_json(page)) {
		for (int i = 0; i < cause_table_count; i++)
			json_cause(page, cause_table[i]);
		for (int i = 0; i < entry_count; i++)
			json_entry(page, &entry_table[i], 1);
	} else {
		explain_catalogue(page);
	}
	page_flush(page);
	return 0;
}

static void complain_file(const struct page *page, const char *name, const char *en, const char *zh)
{
	struct buf shown;

	buf_init(&shown, 8192);
	escape_terminal(&shown, name, strlen(name));
	options_complain(page->lang, "%s: %s", "%s：%s", buf_text(&shown), page_pick(page, en, zh));
	buf_release(&shown);
}

/* Compressed or not a text: said instead of searched in vain. */
static const char *not_a_log(const char *bytes, size_t count, bool zh)
{
	static const struct {
		const char *magic;
		size_t length;
		const char *en, *zh;
	} forms[] = {
		{ "\x1f\x8b", 2, "compressed: zcat FILE | whyrst explain",
		  "是压缩文件：zcat FILE | whyrst explain" },
		{ "\x28\xb5\x2f\xfd", 4, "compressed: zstdcat FILE | whyrst explain",
		  "是压缩文件：zstdcat FILE | whyrst explain" },
		{ "\xfd"
		  "7zXZ",
		  5, "compressed: xzcat FILE | whyrst explain",
		  "是压缩文件：xzcat FILE | whyrst explain" },
		{ "\xd4\xc3\xb2\xa1", 4, "a capture, not a log: whyrst read FILE",
		  "是抓包而不是日志：whyrst read FILE" },
		{ "\x0a\x0d\x0d\x0a", 4, "a capture, not a log: whyrst read FILE",
		  "是抓包而不是日志：whyrst read FILE" },
	};

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (count >= forms[i].length && !memcmp(bytes, forms[i].magic, forms[i].length))
			return zh ? forms[i].zh : forms[i].en;
	return NULL;
}

/* Reads until the end. 0 or -errno. */
static int read_log(struct log *log, int fd)
{
	for (;;) {
		size_t room;
		char *into = log_buffer(log, &room);
		ssize_t count = read(fd, into, room);

		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return -errno;
		if (count == 0)
			return 0;
		log_commit(log, (size_t)count);
	}
}

static int report_log(struct page *page, struct log *log, int status)
{
	log_finish(log);
	if (explain_log(page, log, chosen.groups))
		return status;
	if (is_json(page))
		json_unknown(page, "");
	else
		buf_printf(&page->out,
			   page_pick(page, "unknown: no known error in %llu lines\n",
				     "未知：%llu 行里没有已知的报错\n"),
			   (unsigned long long)log_get_counts(log)->lines);
	page_flush(page);
	return 1;
}

static struct log *new_log(struct page *page)
{
	const char *seed = getenv("WHYRST_SEED");
	struct log *log;

	if (seed && *seed)
		page->key[0] = strtoull(seed, NULL, 10);
	else if (getrandom(page->key, sizeof(page->key), 0) < 0)
		page->key[0] = (uint64_t)getpid();
	log = log_new(page->key, LOG_TABLE_BITS);
	if (!log)
		options_complain(page->lang, "out of memory", "内存不足");
	return log;
}

static int read_file(struct page *page, struct log *log, const char *name)
{
	uint64_t before = log_get_counts(log)->bytes;
	char head[8];
	const char *why = NULL;
	struct stat st;
	ssize_t got;
	int fd, error = 0;

	fd = strcmp(name, "-") ? open(name, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
	if (fd < 0 || fstat(fd, &st) < 0) {
		error = errno;
	} else if (S_ISDIR(st.st_mode)) {
		error = EISDIR;
	} else {
		got = pread(fd, head, sizeof(head), 0);
		why = got > 0 ? not_a_log(head, (size_t)got, page->lang == LANG_ZH) : NULL;
		error = why ? 0 : -read_log(log, fd);
		log_finish(log);
	}
	if (error)
		complain_file(page, name, strerror(error), strerror(error));
	else if (why)
		complain_file(page, name, why, why);
	else if (log_get_counts(log)->bytes == before)
		complain_file(page, name, "empty", "空文件");
	if (fd > STDIN_FILENO)
		close(fd);
	return error || why || log_get_counts(log)->bytes == before;
}

static int explain_files(struct page *page)
{
	struct log *log = new_log(page);
	int status = 0, failed = 0;

	if (!log)
		return 1;
	for (int i = 0; i < chosen.files; i++)
		failed += read_file(page, log, chosen.file[i]);
	status = failed ? 1 : 0;
	if (failed < chosen.files)
		status = report_log(page, log, status);
	log_free(log);
	return status;
}

static size_t read_head(int fd, char *head, size_t size, bool *ret_end, int *ret_error)
{
	size_t used = 0;

	*ret_end = false;
	*ret_error = 0;
	while (used < size && !*ret_end) {
		ssize_t count = read(fd, head + used, size - used);

		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			*ret_error = errno;
		*ret_end = count <= 0;
		used += count > 0 ? (size_t)count : 0;
	}
	return used;
}

/* One line on standard input is a question, more are a log, nothing asks for the catalogue. */
static int explain_input(struct page *page)
{
	char head[HEAD_BYTES + 1];
	const char *newline, *why;
	struct log *log;
	size_t used, room;
	bool end;
	int status, error;

	used = read_head(STDIN_FILENO, head, HEAD_BYTES, &end, &error);
	if (!used && !error)
		return explain_all(page);
	why = not_a_log(head, used, page->lang == LANG_ZH);
	if (error || why) {
		complain_file(page, page_pick(page, "standard input", "标准输入"),
			      error ? strerror(error) : why, error ? strerror(error) : why);
		return 1;
	}
	newline = memchr(head, '\n', used);
	if (end && (!newline || newline == head + used - 1)) {
		head[used - (newline != NULL)] = '\0';
		return explain_words(page, head, used - (newline != NULL));
	}
	log = new_log(page);
	if (!log)
		return 1;
	memcpy(log_buffer(log, &room), head, used);
	log_commit(log, used);
	error = end ? 0 : -read_log(log, STDIN_FILENO);
	if (error)
		complain_file(page, page_pick(page, "standard input", "标准输入"), strerror(error),
			      strerror(error));
	status = report_log(page, log, error ? 1 : 0);
	log_free(log);
	return status;
}

/* Whether standard input brings something: a file or a pipe, not a terminal and not /dev/null. */
static bool input_is_given(void)
{
	struct stat st;

	return fstat(STDIN_FILENO, &st) == 0 && !S_ISCHR(st.st_mode) && !S_ISDIR(st.st_mode);
}

static int run(const struct cmd_common *common, int argc, char **argv)
{
	struct page page;
	struct buf words;
	int status;

	page_init(&page, common);
	buf_init(&words, MATCH_WORDS_MAX);
	for (int i = 0; i < argc; i++) {
		if (i)
			buf_add_char(&words, ' ');
		buf_add_text(&words, argv[i]);
	}
	if (words.overflow) {
		options_complain(common->lang, "explain: more than 64 KiB of words: use -f FILE",
				 "explain：超过 64 KiB：请用 -f FILE");
		status = 2;
	} else if (chosen.files) {
		status = explain_files(&page);
	} else if (argc) {
		status = explain_words(&page, buf_text(&words), words.length);
	} else if (input_is_given()) {
		status = explain_input(&page);
	} else {
		status = explain_all(&page);
	}
	buf_release(&words);
	page_release(&page);
	return status;
}

const struct cmd cmd_explain = {
	.name = "explain",
	.synopsis = "[WORDS]",
	.summary = { "what an error line, errno, sysctl, counter or cause means; or a whole log",
		     "解释报错行、errno、内核参数、计数器或原因；也可分析整份日志" },
	.description = {
		"Without words: the catalogue of causes, errnos, sysctls and counters.\n\n"
		"WORDS are the id of a cause (keepalive-race), an errno in any spelling (ECONNRESET, 104, "
		"10054), a sysctl, a counter, or an error line as a program logged it. The answer says "
		"what it means, which side it speaks of (read or write, first or later call, local or "
		"remote, RST or FIN or no packet), which causes lead to it, what to do, and what is "
		"wrongly said about it. Where several entries fit, all are listed, best first.\n\n"
		"A log on standard input, or in files given with -f, is grouped by message, peer and "
		"minute in constant memory. Times are shown as the log writes them. A stack trace "
		"counts once.",
		"不带参数：列出原因、错误码、内核参数和计数器。\n\n"
		"WORDS 可以是原因的 id（keepalive-race）、任意写法的 errno（ECONNRESET、104、10054）、"
		"内核参数、计数器，或程序日志里的报错行。回答包括：含义、说的是哪一侧"
		"（读或写、首次或之后的调用、本端或远端、RST、FIN 或没有报文）、哪些原因会导致、"
		"怎么办、有哪些误传。多个条目都符合时全部列出，最合适的在前。\n\n"
		"标准输入或 -f 给出的日志，会在固定内存里按报错、对端、分钟归并。"
		"时间按日志原样显示。一段堆栈只算一次。" },
	.options = {
		{ 'f', "file", "FILE", { "a log to group (again for more; - is standard input)",
					 "要归并的日志（可重复；- 为标准输入）" } },
		{ 'c', "count", "COUNT", { "groups of a log to show (default 20)",
					   "显示日志的前 COUNT 组（默认 20）" } },
	},
	.examples = {
		{ "whyrst explain ECONNRESET", { "an errno, by name or number", "错误码，名字或数字" } },
		{ "whyrst explain 'java.net.SocketException: Connection reset'",
		  { "an error line", "一行报错" } },
		{ "whyrst explain tcp_tw_recycle", { "a sysctl or counter", "内核参数或计数器" } },
		{ "whyrst explain close-unread", { "a cause, with its packets", "一种原因及其报文" } },
		{ "whyrst explain < app.log", { "a log: what, from whom, when",
						"整份日志：什么错、谁、何时" } },
	},
	.option = take_option,
	.run = run,
};
