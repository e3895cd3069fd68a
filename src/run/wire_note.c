/* SPDX-License-Identifier: MIT */
#include "run/wire_note.h"

#include "run/confine.h"

void wire_note_start(const struct wire_noted *noted)
{
	const struct live_options *options = noted->options;
	const char *from = wire_interface(noted->wire);
	bool zh = options->sink_options.lang == LANG_ZH;
	const char *asked;

	if (options->sink_options.quiet)
		return;
	if (!noted->witness)
		asked = zh ? "；这个内核没有 sock_diag，因此不知道套接字属于哪个程序"
			   : "; this kernel has no sock_diag, so whose a socket is stays unknown";
	else if (confine_optional_missing() & CONFINE_SYS_PTRACE)
		asked = zh ? "；没有 CAP_SYS_PTRACE，看不到其他用户的套接字属于哪个程序"
			   : "; without CAP_SYS_PTRACE the programs of other users stay unknown";
	else
		asked = "";
	options->note(
		options->context,
		"watching the packets of %s, in one network namespace, as whyrst read does: no "
		"BPF, of this host only what sock_diag and /proc say%s; Ctrl-C ends",
		"正在观察 %s 上的报文（一个网络命名空间），与 whyrst read 判断方法相同：不用 "
		"BPF，本机信息只取自 sock_diag 和 /proc%s；按 Ctrl-C 结束",
		from, asked);
	if (options->record)
		options->note(options->context,
			      "recording the packets around each reset to %s (%s)",
			      "把每个 RST 前后的报文写入 %s（%s）", options->record,
			      options->record_payload ? (zh ? "完整报文" : "whole packets")
						      : (zh ? "只含报头" : "headers only"));
}

void wire_note_heartbeat(const struct wire_noted *noted)
{
	const struct tracker_counts *counts = tracker_get_counts(noted->tracker);
	struct wire_counts wire;

	wire_count(noted->wire, &wire);
	noted->options->note(
		noted->options->context,
		"alive: %llu packets, %llu connections, %llu resets, %llu packets lost",
		"运行中：%llu 个报文，%llu 条连接，%llu 个 RST，丢失 %llu 个报文",
		(unsigned long long)wire.packets, (unsigned long long)counts->connections,
		(unsigned long long)counts->resets, (unsigned long long)wire.lost);
}

void wire_note_end(const struct wire_noted *noted)
{
	const struct live_options *options = noted->options;
	const struct tracker_counts *counts = tracker_get_counts(noted->tracker);
	struct witness_counts asked = { 0 };
	struct wire_counts wire;

	if (options->sink_options.quiet)
		return;
	wire_count(noted->wire, &wire);
	if (noted->witness)
		witness_count(noted->witness, &asked);
	options->note(
		options->context,
		"%llu packets, %llu resets: %llu told, %llu further ones of connections already "
		"reset, %llu ignored; %llu packets lost (the kernel's buffer was full)",
		"%llu 个报文，%llu 个 RST：已报告 %llu 个，同一连接的后续 RST %llu 个，被忽略 "
		"%llu 个；丢失 %llu 个报文（内核缓冲区已满）",
		(unsigned long long)wire.packets, (unsigned long long)counts->resets,
		(unsigned long long)noted->told, (unsigned long long)counts->repeated,
		(unsigned long long)counts->ignored, (unsigned long long)wire.lost);
	if (counts->evicted_connections)
		options->note(options->context,
			      "%llu connections were forgotten to stay within the memory limit: "
			      "what was reset later on them is judged without their beginning "
			      "(--memory)",
			      "为不超过内存上限，丢弃了 %llu 条连接的记录，它们之后的 RST 缺少前文"
			      "（见 --memory）",
			      (unsigned long long)counts->evicted_connections);
	if (asked.skipped)
		options->note(
			options->context,
			"%llu sockets were not asked for their programs: too many new ones at "
			"once",
			"同时出现的新连接太多，有 %llu 个套接字没有查询属于哪个程序",
			(unsigned long long)asked.skipped);
}

void wire_note_recorded(const struct live_options *options, const struct recorder_counts *counts)
{
	if (options->sink_options.quiet)
		return;
	options->note(
		options->context,
		"%s: %llu packets around %llu resets, %llu bytes; left out: %llu resets, %llu "
		"silent connections that made room, %llu packets without room, %llu lost",
		"%s：%llu 个报文，%llu 个 RST，%llu 字节；未写入：%llu 个 RST，%llu "
		"条让出内存的静默连接，%llu 个没有空间的报文，丢失 %llu 个报文",
		options->record, (unsigned long long)counts->written,
		(unsigned long long)counts->verdicts, (unsigned long long)counts->bytes,
		(unsigned long long)counts->left_out, (unsigned long long)counts->forgotten,
		(unsigned long long)counts->dropped, (unsigned long long)counts->lost);
}
