/* SPDX-License-Identifier: MIT */
/* The whole host has as many open files as fs.file-max lets it have. */
#include "audit/check.h"

#include <stdint.h>
#include <stdio.h>

#define NEAR_PART 20 /* so little of it is left */

static void judge(const struct audit *audit, struct findings *found)
{
	struct finding *finding;
	char to[32];

	/* The limit can be as large as the number can be: nothing is multiplied by it. */
	if (audit->files_limit <= 0 ||
	    audit->files < audit->files_limit - audit->files_limit / NEAR_PART)
		return;
	finding = finding_add(found, NULL);
	finding->suggested = audit->files < audit->files_limit;
	finding_count(finding, "used", (uint64_t)audit->files);
	finding_count(finding, "limit", (uint64_t)audit->files_limit);
	if (audit->files_limit > INT64_MAX / 2)
		return;
	snprintf(to, sizeof(to), "%lld", (long long)audit->files_limit * 2);
	finding_setting(finding, "max", "max_to", "fs.file-max", to);
}

const struct check check_file_max = {
	.id = "file-max",
	.causes = { "fd-exhausted" },
	.before = { "accept-queue", "descriptor-limit" },
	.facts = {
		{ "used", { "{used|file|files} open on this host, fs.file-max is {limit}: the next accept() or open() of who is not root fails with ENFILE",
			"本机已打开 {used} 个文件，fs.file-max 为 {limit}：非 root 程序下一次 accept() 或 open() 报 ENFILE" } },
	},
	.where = { "fs.file-max" },
	.words = {
		[LANG_EN] = {
			.title = "the whole host is out of open files (fs.file-max)",
			.hurts = "No program but root's gets a descriptor: connections are set up by the kernel and never served, services fail in every way.",
			.fix = {
				"Find who has them: for p in /proc/[0-9]*; do echo $(ls $p/fd | wc -l) $p; done | sort -n | tail",
				"fs.file-max {max} -> {max_to}: works at once.",
			},
			.cost = "Kernel memory: about 1 kB for each open file.",
			.folklore = "\"Too many open files\" (EMFILE) is one program's limit, RLIMIT_NOFILE; this one says \"Too many open files in system\" (ENFILE).",
			.sampled = "open files of the host",
		},
		[LANG_ZH] = {
			.title = "整台主机的打开文件数用尽（fs.file-max）",
			.hurts = "除了 root 的程序，谁也拿不到文件描述符：连接由内核建好却没人服务，各种服务都会失败。",
			.fix = {
				"找出谁占着：for p in /proc/[0-9]*; do echo $(ls $p/fd | wc -l) $p; done | sort -n | tail",
				"fs.file-max {max} -> {max_to}：立即生效。",
			},
			.cost = "内核内存：每个打开的文件约 1 kB。",
			.folklore = "“Too many open files”（EMFILE）是单个程序的 RLIMIT_NOFILE；这里的报错是 “Too many open files in system”（ENFILE）。",
			.sampled = "整机打开的文件",
		},
	},
	.sources = { "Linux alloc_empty_file() in fs/file_table.c" },
	.judge = judge,
};
