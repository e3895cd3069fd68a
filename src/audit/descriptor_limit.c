/* SPDX-License-Identifier: MIT */
/*
 * A program that has as many descriptors as it may have. The kernel counts no EMFILE: that an
 * accept() fails is proven by the two numbers alone, whenever they are the same. One that sheds
 * connections with a spare descriptor is one below its limit most of the time, and before
 * Linux 6.2, where the one that accept() holds ready cannot be seen, always.
 */
#include "audit/check.h"

#include <stdio.h>
#include <string.h>

#include "audit/limits.h"
#include "audit/queues.h"
#include "audit/settings.h"

#define WANTED 65536u
#define NEAR_PERCENT 95

/* Full at some moment, or nearly so and filling, or never more than one below. */
static bool is_short(const struct audit_process *process)
{
	if (!process->has_socket || !process->soft || process->soft == UINT32_MAX)
		return false;
	return process->most >= process->soft || process->least >= process->soft - 1 ||
	       ((uint64_t)process->used * 100 >= (uint64_t)process->soft * NEAR_PERCENT &&
		process->used > process->used_before);
}

static const struct audit_space *space_of(const struct audit *audit, uint32_t netns)
{
	for (int i = 0; i < audit->space_count; i++)
		if (audit->spaces[i].inode == netns)
			return &audit->spaces[i];
	return NULL;
}

static void tell_queue(struct finding *finding, const struct audit_space *space, uint32_t pid)
{
	uint32_t waiting = 0;

	for (int l = 0; space && l < space->listener_count; l++)
		if (space->listeners[l].pid == pid)
			waiting += space->listeners[l].queue;
	if (waiting)
		finding_count(finding, "waiting", waiting);
}

/* No more than may be had; no less than twice. */
static void add_change(struct finding *finding, const struct audit_process *process)
{
	int64_t most = audit_number(NULL, "fs.nr_open", 1048576);
	uint64_t four = (uint64_t)process->soft * 4;
	uint32_t to = four > UINT32_MAX ? UINT32_MAX : four > WANTED ? (uint32_t)four : WANTED;
	struct change *change;

	if (process->hard / 2 >= process->soft && to > process->hard)
		to = process->hard;
	if (to > most)
		to = (uint32_t)most;
	if (to <= process->soft)
		return; /* as many as a process may have */
	change = &finding->changes[finding->change_count++];
	*change = (struct change){ .kind = CHANGE_DESCRIPTORS,
				   .own = !process->program.container[0],
				   .pid = process->pid,
				   .netns = process->netns,
				   .soft_to = to };
	memcpy(change->comm, process->program.comm, sizeof(change->comm));
	snprintf(change->from, sizeof(change->from), "%u", process->soft);
	snprintf(change->to, sizeof(change->to), "%u", to);
	if (!process->program.container[0])
		unit_of(&process->program, change->unit, sizeof(change->unit));
	/* To be copied: as files and prlimit(1) have it, which leaves the hard limit alone. */
	finding_text(finding, "limit_to", "%u", to);
	finding_text(finding, "by_hand", "prlimit --pid %u --nofile=%u%s", process->pid, to,
		     process->hard < to ? "" : ":");
}

static void tell_unit(struct finding *finding, const struct audit_process *process)
{
	struct limit_setting setting;
	char unit[128];

	if (!unit_of(&process->program, unit, sizeof(unit)))
		return;
	finding_text(finding, "unit", "%s", unit);
	finding_hides(finding, "unit", HIDES_PATH);
	if (limits_of_unit(unit, &setting) && setting.soft > process->soft) {
		finding_count(finding, "unit_limit", setting.soft);
		finding_place(finding, "unit_file", setting.file, 0);
	}
	if (limits_conf(process->program.user, &setting)) {
		finding_count(finding, "conf_limit", setting.soft);
		finding_place(finding, "conf_file", setting.file, 0);
	}
}

static void judge(const struct audit *audit, struct findings *found)
{
	for (int i = 0; i < audit->process_count; i++) {
		const struct audit_process *process = &audit->processes[i];
		const struct audit_space *space = space_of(audit, process->netns);
		const struct program_setting *known;
		struct finding *finding;

		if (!is_short(process))
			continue;
		finding = finding_add(found, space);
		finding_program(finding, process->pid);
		finding_count(finding, "used", process->most);
		finding_count(finding, "limit", process->soft);
		finding_text(finding, "pid", "%u", process->pid);
		finding->suggested = process->most < process->soft;
		if (process->used > process->used_before)
			finding_count(finding, "grown", process->used - process->used_before);
		tell_queue(finding, space, process->pid);
		known = setting_find(process->program.comm);
		if (known && known->descriptors)
			finding_text(finding, "setting", "%s", known->descriptors);
		tell_unit(finding, process);
		add_change(finding, process);
	}
}

const struct check check_descriptor_limit = {
	.id = "descriptor-limit",
	.causes = { "fd-exhausted", "accept-overflow" },
	.before = { "accept-queue", "abort-on-overflow" },
	.facts = {
		{ "used", { "{used|descriptor|descriptors} open, {limit} allowed (soft RLIMIT_NOFILE): at the limit the next accept() or open() fails with EMFILE",
			    "已打开 {used} 个文件描述符，上限 {limit}（RLIMIT_NOFILE 软限制）：到上限后下一次 accept() 或 open() 报 EMFILE" } },
		{ "grown", { "{grown} more than {time} before", "比 {time} 前多了 {grown} 个" } },
		{ "waiting", { "{waiting|connection waits|connections wait} for its accept()", "有 {waiting} 个连接在等它 accept()" } },
		{ "unit_limit", { "{unit_file} says {unit_limit}, but the program runs with {limit}: it was started before, or lowered it itself",
				  "{unit_file} 写的是 {unit_limit}，运行中的却是 {limit}：改动之前就启动了，或程序自己调低了" } },
		{ "conf_limit", { "{conf_file} says {conf_limit}: that is for logins (PAM) and never reaches {unit}",
				  "{conf_file} 写的是 {conf_limit}：那只对登录会话（PAM）有效，管不到 {unit}" } },
	},
	.where = { "LimitNOFILE= of {unit}", "RLIMIT_NOFILE of {program}" },
	.words = {
		[LANG_EN] = {
			.title = "out of file descriptors: {program}",
			.hurts = "New connections are set up by the kernel and never served: clients send their request and hear nothing. Programs on libuv "
				"(Node) accept and close them at once: reset. Later the accept queue overflows, too.",
			.fix = {
				"Raise the limit of the running process, {limit} -> {limit_to} (`{by_hand}`): works at once, without a restart.",
				"So that it lasts: systemctl edit {unit}, [Service] LimitNOFILE={limit_to}; in force at the next start.",
				"The program's own number: {setting}",
				"Does it leak? `ls -l /proc/{pid}/fd`: what the many descriptors are.",
			},
			.cost = "Kernel memory for each open connection; a program that leaks only takes longer to fill it.",
			.folklore = "\"Raise fs.file-max\": that is for the whole host (ENFILE); \"Too many open files\" is nearly always this limit. "
				"\"/etc/security/limits.conf\": systemd's services do not read it.",
			.sampled = "descriptors of processes",
		},
		[LANG_ZH] = {
			.title = "文件描述符用尽：{program}",
			.hurts = "新连接由内核建好，却没有人服务：客户端发出请求后没有回音。基于 libuv 的程序（Node）会接受后立刻关闭：RST。随后全连接队列也会溢出。",
			.fix = {
				"调高运行中进程的上限，{limit} -> {limit_to}（`{by_hand}`）：立即生效，不必重启。",
				"要持久：systemctl edit {unit}，[Service] LimitNOFILE={limit_to}；下次启动生效。",
				"程序自己的设置：{setting}",
				"是不是泄漏？`ls -l /proc/{pid}/fd` 看看这些描述符是什么。",
			},
			.cost = "每个打开的连接都占内核内存；若程序泄漏，只是晚一点填满。",
			.folklore = "“调大 fs.file-max”：那是整机的（ENFILE）；“Too many open files”几乎总是这个进程级上限。“改 /etc/security/limits.conf”：systemd 服务不读它。",
			.sampled = "进程的文件描述符",
		},
	},
	.sources = { "Linux alloc_fd() in fs/file.c; __sys_accept4_file() in net/socket.c",
		     "systemd.exec(5): LimitNOFILE=" },
	.judge = judge,
};
