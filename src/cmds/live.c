/* SPDX-License-Identifier: MIT */
/* whyrst live: every reset of this host, as it happens. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmds/cmd.h"
#include "cmds/options.h"
#include "cmds/shared.h"
#include "run/live.h"
#include "run/run.h"

#define SECOND_NS 1000000000ll
#define FOR_MAX_NS (10 * 366 * 86400ll * SECOND_NS)

static struct {
	uint64_t count, pid, memory_mb;
	int64_t for_ns;
	const char *interface, *netns, *record;
	bool light, wire, payload;
	struct cmd_seed seed;
} chosen = { .memory_mb = RUN_MEMORY_DEFAULT_MB };

static int take_option(char letter, const char *name, const char *argument)
{
	switch (letter) {
	case 'c':
		return cmd_parse_number("-c", argument, 1, UINT64_MAX, &chosen.count);
	case 'p':
		return cmd_parse_number("-p", argument, 1, 4194304, &chosen.pid);
	case 'i':
		chosen.interface = argument;
		return 0;
	case 'w':
		chosen.record = argument;
		return 0;
	}
	if (!strcmp(name, "for"))
		return cmd_parse_duration("--for", argument, SECOND_NS, FOR_MAX_NS, &chosen.for_ns);
	if (!strcmp(name, "netns"))
		chosen.netns = argument;
	else if (!strcmp(name, "light"))
		chosen.light = true;
	else if (!strcmp(name, "wire"))
		chosen.wire = true;
	else if (!strcmp(name, "payload"))
		chosen.payload = true;
	else
		return cmd_parse_number("--memory", argument, RUN_MEMORY_MIN_MB, RUN_MEMORY_MAX_MB,
					&chosen.memory_mb);
	return 0;
}

static int check_words(const struct cmd_common *common, const char *filter)
{
	char problem[160];

	if (!*filter || run_check_filter(filter, problem) == 0)
		return 0;
	options_complain(common->lang, "'%s' is no filter (%s): see pcap-filter(7)",
			 "“%s”不是合法的过滤表达式（%s）：见 pcap-filter(7)", filter, problem);
	return 2;
}

static int check_record(const struct cmd_common *common)
{
	if (!chosen.record || !common->anonymize)
		return 0;
	options_complain(common->lang,
			 "-w keeps the packets with their addresses: not with --anonymize",
			 "-w 会按原样保存报文里的地址，不能与 --anonymize 同用");
	return 2;
}

static int run(const struct cmd_common *common, int argc, char **argv)
{
	bool terminal = isatty(STDOUT_FILENO);
	struct live_options options = {
		.interface = chosen.interface,
		.pid = (uint32_t)chosen.pid,
		.light = chosen.light,
		.wire = chosen.wire,
		.debug = common->verbose > 0,
		.record = chosen.record,
		.record_payload = chosen.payload,
		.stop_after = chosen.count,
		.stop_after_ns = chosen.for_ns,
		.memory_bytes = (size_t)chosen.memory_mb << 20,
		.sink = cmd_find_sink(common->output),
		.sink_options = {
			.lang = common->lang,
			.color = common->use_color,
			.verbose = common->verbose,
			.quiet = common->quiet,
			.anonymize = common->anonymize,
			.width = cmd_terminal_width(),
			.live = true,
			.terminal = terminal,
			.source_kind = "live",
		},
		.out = stdout,
		.note = cmd_print_note,
		.context = (void *)common,
	};
	struct buf filter;
	int status;

	buf_init(&filter, 1 << 16);
	cmd_join_words(&filter, argc, argv);
	status = check_words(common, buf_text(&filter));
	if (!status)
		status = check_record(common);
	if (!status)
		status = cmd_open_netns(common, chosen.netns, &options.netns_fd, &options.netns);
	options.one_netns = !status && options.netns_fd >= 0;
	if (!status) {
		options.filter = filter.length ? buf_text(&filter) : NULL;
		cmd_choose_key(&chosen.seed, options.hash_key);
		cmd_choose_key(&chosen.seed, options.sink_options.anonymize_key);
		status = run_live(&options);
	}
	buf_release(&filter);
	return status;
}

const struct cmd cmd_live = {
	.name = "live",
	.synopsis = "[FILTER]",
	.summary = { "every reset this host sends or receives, as it happens, with its verdict",
		     "实时报告本机发出和收到的每个 RST，并给出结论" },
	.description = {
		"Watches the kernel through BPF programs, without a capture: each reset that this host's "
		"TCP sends or takes, and those that a packet filter or a raw socket makes, with what the "
		"socket knew at that moment, whose it was, who closed it and why.\n\n"
		"FILTER is an expression of pcap-filter(7) and selects connections.\n\n"
		"Needs root, or CAP_BPF, CAP_PERFMON and CAP_NET_ADMIN; CAP_SYSLOG for kernel stacks and "
		"CAP_SYS_PTRACE for other users' processes add evidence. Once the programs are attached "
		"the other privileges are given up. Nothing stays in the kernel after the end.\n\n"
		"The first line on standard error says what is watched and which evidence this kernel "
		"cannot give. Resets alike that come in a flood are one entry whose count goes on.\n\n"
		"How a connection ended before the watch began is not remembered, but where a "
		"program still holds its socket, the socket tells: a reset for a connection that had "
		"timed out yesterday is told as that.",
		"通过 BPF 程序观察内核，不用抓包：本机 TCP 发出和收到的每个 RST，以及包过滤器和原始套接字产生的 "
		"RST，连同当时套接字的状态、属于谁、谁关闭的、为什么。\n\n"
		"FILTER 是 pcap-filter(7) 表达式，按连接选择。\n\n"
		"需要 root，或 CAP_BPF、CAP_PERFMON 和 CAP_NET_ADMIN；有 CAP_SYSLOG（内核调用栈）和 "
		"CAP_SYS_PTRACE（其他用户的进程）时证据更多。程序挂载后会放弃其余权限。结束后内核里不留任何东西。\n\n"
		"标准错误的第一行说明在观察什么、这个内核给不出哪些证据。大量相同的 RST 合并为一条，计数持续更新。\n\n"
		"开始观察之前就结束的连接没有记录可查，但只要程序还握着它的套接字，套接字自己会说明："
		"昨天就已超时的连接，今天收到的报文引出 RST，也能说清。" },
	.options = {
		{ 'p', "pid", "PID", { "only resets of this process", "只看这个进程的 RST" } },
		{ 0, "netns", "PATH|PID|all", { "one network namespace and only its evidence; default all",
						"只看一个网络命名空间；默认全部（all）" } },
		{ 'c', "count", "COUNT", { "stop after COUNT resets told", "报告 COUNT 个 RST 后停止" } },
		{ 0, "for", "TIME", { "stop after TIME: 60s, 5m, 2h", "运行 TIME 后停止：60s、5m、2h" } },
		{ 'w', "write", "FILE", { "write the packets around each reset to FILE (pcapng, verdicts as "
					  "comments, headers only, mode 0600)",
					  "把每个 RST 前后的报文写入 FILE（pcapng，结论写成注释，只含报头，权限 0600）" } },
		{ 0, "payload", NULL, { "with -w: whole packets", "与 -w 同用：写入完整报文" } },
		{ 0, "light", NULL, { "no hooks that see every packet: cheaper; the first line says what that loses",
				      "不挂载逐包检查的钩子：更省；首行会说明因此看不到什么" } },
		{ 0, "wire", NULL, { "no BPF: judge from packets, as read does", "不用 BPF：像 read 一样从报文判断" } },
		{ 'i', "interface", "IF", { "with --wire and -w: capture there (default any)",
					    "与 --wire、-w 同用：在这个接口上抓包（默认 any）" } },
		{ 0, "memory", "MB", { "with --wire: bound of the tables of connections (default 64)",
				       "与 --wire 同用：连接表的内存上限（默认 64）" } },
	},
	.examples = {
		{ "sudo whyrst live", { "every reset of this host", "本机的每个 RST" } },
		{ "sudo whyrst live port 443 and host 10.0.0.5", { "of some connections", "只看部分连接" } },
		{ "sudo whyrst live -p $(pidof -s nginx)", { "of one process", "只看一个进程" } },
		{ "sudo whyrst live -o json --for 10m > resets.jsonl", { "for scripts", "供脚本处理" } },
		{ "sudo whyrst live -w around.pcapng", { "with the packets, for Wireshark",
							 "连同报文，供 Wireshark 查看" } },
	},
	.option = take_option,
	.run = run,
};
