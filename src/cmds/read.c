/* SPDX-License-Identifier: MIT */
/* whyrst read: the resets in captures. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/addr.h"
#include "base/buf.h"
#include "base/escape.h"
#include "cmds/cmd.h"
#include "cmds/options.h"
#include "cmds/shared.h"
#include "run/run.h"

static struct {
	uint64_t count;
	uint64_t memory_mb;
	struct cmd_seed seed;
} chosen = { .memory_mb = RUN_MEMORY_DEFAULT_MB };

static int take_option(char letter, const char *name, const char *argument)
{
	if (letter == 'c')
		return cmd_parse_number("-c", argument, 1, UINT64_MAX, &chosen.count);
	if (!strcmp(name, "memory"))
		return cmd_parse_number("--memory", argument, RUN_MEMORY_MIN_MB, RUN_MEMORY_MAX_MB,
					&chosen.memory_mb);
	chosen.seed.given = true;
	return cmd_parse_number("--seed", argument, 0, UINT64_MAX, &chosen.seed.value);
}

/* Whether a word that is no existing file was meant as one: a path, or a name with an extension. */
static bool looks_like_file(const char *word)
{
	const char *dot = strrchr(word, '.');
	struct endpoint host;
	size_t i;

	if (strpbrk(word, "()[]!&|<>= ") || endpoint_parse_host(word, strlen(word), &host) == 0)
		return false;
	if (strchr(word, '/'))
		return true;
	/* Extensions are short and have a letter first (.pcap12 of a rotation too): not 10.0.0.5 */
	if (!dot || dot == word || strlen(dot) > 9)
		return false;
	if (!((dot[1] | 0x20) >= 'a' && (dot[1] | 0x20) <= 'z'))
		return false;
	for (i = 2; dot[i]; i++)
		if (!((dot[i] >= '0' && dot[i] <= '9') ||
		      ((dot[i] | 0x20) >= 'a' && (dot[i] | 0x20) <= 'z')))
			return false;
	return true;
}

/* Words that begin a filter, even where a folder has that name: say ./src to mean it. */
static bool begins_filter(const char *word)
{
	static const char *const words[] = {
		"host",	   "net",      "port",	    "portrange", "src",	   "dst",
		"ip",	   "ip6",      "tcp",	    "udp",	 "icmp",   "icmp6",
		"arp",	   "ether",    "vlan",	    "mpls",	 "pppoes", "geneve",
		"proto",   "gateway",  "less",	    "greater",	 "len",	   "not",
		"inbound", "outbound", "broadcast", "multicast", "ifname",
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (!strcmp(word, words[i]))
			return true;
	return word[0] == '(' || word[0] == '!';
}

static bool is_file(const char *word)
{
	struct stat st;

	return !strcmp(word, "-") || stat(word, &st) == 0 || looks_like_file(word);
}

/* Leading words that are files; the first one always is, so that a typo is told as a missing file.
 */
static int count_files(int argc, char **argv)
{
	int count = argc > 0;

	while (count < argc && !begins_filter(argv[count]) && is_file(argv[count]))
		count++;
	return count;
}

/* pcap-filter's own complaint would not help who names the file behind the filter, or none. */
static bool complain_order(enum lang lang, int files, int argc, char **argv)
{
	struct stat st;

	if (argc > files && stat(argv[argc - 1], &st) == 0 && S_ISREG(st.st_mode)) {
		options_complain(lang, "files come before the filter: whyrst read %s ...",
				 "文件要写在过滤表达式前面：whyrst read %s ...", argv[argc - 1]);
		return true;
	}
	if (files == 1 && begins_filter(argv[0]) && stat(argv[0], &st) < 0) {
		options_complain(
			lang,
			"read: name a capture file before the filter, or - for standard input",
			"read：请在过滤表达式前面给出抓包文件，或用 - 表示标准输入");
		return true;
	}
	return false;
}

static int check_words(const struct cmd_common *common, int files, int argc, char **argv,
		       const char *filter)
{
	char problem[160];

	if (!files) {
		options_complain(common->lang, "read: name a capture file, or - for standard input",
				 "read：请给出抓包文件，或用 - 表示标准输入");
		return 2;
	}
	if (files > RUN_FILES_MAX) {
		options_complain(common->lang, "read: %d files: at most %d at once",
				 "read：给了 %d 个文件，一次最多 %d 个", files, RUN_FILES_MAX);
		return 2;
	}
	if (begins_filter(argv[0]) && complain_order(common->lang, files, argc, argv))
		return 2;
	if (*filter && run_check_filter(filter, problem) < 0) {
		if (complain_order(common->lang, files, argc, argv))
			return 2;
		options_complain(common->lang,
				 "'%s' is neither a file nor a filter (%s): see pcap-filter(7)",
				 "“%s”既不是文件，也不是合法的过滤表达式（%s）：见 pcap-filter(7)",
				 filter, problem);
		return 2;
	}
	return 0;
}

static int run(const struct cmd_common *common, int argc, char **argv)
{
	struct run_options options = {
		.files = (const char *const *)argv,
		.file_count = count_files(argc, argv),
		.sink = cmd_find_sink(common->output),
		.sink_options = {
			.lang = common->lang,
			.color = common->use_color,
			.verbose = common->verbose,
			.quiet = common->quiet,
			.anonymize = common->anonymize,
			.width = cmd_terminal_width(),
		},
		.out = stdout,
		.stop_after = chosen.count,
		.memory_bytes = (size_t)chosen.memory_mb << 20,
		.one_thread = sysconf(_SC_NPROCESSORS_ONLN) < 2,
		.note = cmd_print_note,
		.context = (void *)common,
	};
	struct buf filter;
	int status;

	buf_init(&filter, 1 << 16);
	cmd_join_words(&filter, argc - options.file_count, argv + options.file_count);
	status = check_words(common, options.file_count, argc, argv, buf_text(&filter));
	if (status == 0) {
		options.filter = filter.length ? buf_text(&filter) : NULL;
		cmd_choose_key(&chosen.seed, options.hash_key);
		cmd_choose_key(&chosen.seed, options.sink_options.anonymize_key);
		status = run_captures(&options);
	}
	buf_release(&filter);
	return status;
}

const struct cmd cmd_read = {
	.name = "read",
	.synopsis = "FILE... [FILTER]",
	.summary = { "the resets in captures or tcpdump text: who, why, what to change",
		     "分析抓包或 tcpdump 文本里的 RST：谁发的、为什么、怎么改" },
	.description = {
		"Reads pcap and pcapng files, also compressed with gzip, zstd or xz, and the text that "
		"tcpdump -n prints, as pasted into a ticket or a forum. FILE - is standard input.\n\n"
		"FILTER is an expression of pcap-filter(7). It selects connections: one of whose "
		"packets any matches is followed whole, both ways.\n\n"
		"Several files that saw the same connections (one taken at the client, one at the "
		"server) are joined by initial sequence numbers, through NAT and whatever their clocks "
		"say: a reset that one end received and the other never sent is shown. Pieces of a "
		"rotated capture are read as one. Files that share no connection are judged alone.\n\n"
		"A reset is decided after 5 seconds of capture time, when its addresses and ports are "
		"used again, or at the end.",
		"读取 pcap、pcapng 文件（也可以是 gzip、zstd、xz 压缩过的），以及 tcpdump -n 打印的文本，"
		"比如贴在工单或论坛里的那种。文件名 - 表示标准输入。\n\n"
		"FILTER 是 pcap-filter(7) 表达式，按连接选择：只要有一个包匹配，整条连接的双向报文都会分析。\n\n"
		"几个文件若看到同一批连接（一个在客户端抓、一个在服务端抓），会按初始序列号对应起来，"
		"经过 NAT、时钟不准都不要紧：一端收到而另一端从未发出的 RST 会被指出。"
		"滚动抓包的各段会接起来读。没有共同连接的文件各自分析。\n\n"
		"每个 RST 在其后 5 秒（抓包时间）、同一组地址端口再次使用、或抓包结束时下结论。" },
	.options = {
		{ 'c', "count", "COUNT", { "stop after COUNT resets told", "报告 COUNT 个 RST 后停止" } },
		{ 0, "memory", "MB", { "bound of the tables of connections (default 64); as much again "
				       "for comparing captures; what is forgotten is counted",
				       "连接表的内存上限（默认 64）；比对多份抓包时另需同样多；放不下的会计数" } },
		{ 0, "seed", "NUMBER", { "key of the hash tables, to repeat a run exactly",
					 "哈希表的种子，用于完全重现一次运行" } },
	},
	.examples = {
		{ "whyrst read capture.pcap", { "every reset in it, folded by cause",
						"其中所有 RST，按原因归并" } },
		{ "whyrst read client.pcap server.pcap port 443",
		  { "both ends of the same connections", "同一批连接两端的抓包" } },
		{ "tcpdump -i any -w - tcp | whyrst read -v -",
		  { "while it is captured, with the packets around each reset",
		    "边抓边看，附上每个 RST 前后的报文" } },
		{ "whyrst read -o json old.pcapng.zst | jq .verdict.cause",
		  { "for scripts", "供脚本处理" } },
	},
	.option = take_option,
	.run = run,
};
