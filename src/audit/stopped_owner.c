/* SPDX-License-Identifier: MIT */
/* The program that should accept is stopped. */
#include "audit/check.h"

static bool is_stopped(char state)
{
	return state == 'T' || state == 't';
}

static void judge_space(const struct audit *audit, const struct audit_space *space,
			struct findings *found)
{
	for (int l = 0; l < space->listener_count; l++) {
		const struct audit_listener *listener = &space->listeners[l];
		const struct audit_process *process = audit_process(audit, listener->pid);
		struct finding *finding;

		if (!process || !listener->queue || !is_stopped(process->stall_before.state) ||
		    !is_stopped(process->stall.state))
			continue;
		finding = finding_add(found, space);
		finding_listener(finding, listener);
		finding_count(finding, "waiting", listener->queue);
		finding_count(finding, "pid", listener->pid);
		if (process->stall.not_run_us > 0)
			finding_duration(finding, "silent", process->stall.not_run_us);
		if (process->stall.state == 't')
			finding_words(finding, "tracer", "a debugger", "调试器");
	}
}

static void judge(const struct audit *audit, struct findings *found)
{
	for (int i = 0; i < audit->space_count; i++)
		judge_space(audit, &audit->spaces[i], found);
}

const struct check check_stopped_owner = {
	.id = "stopped-owner",
	.causes = { "accept-overflow", "connect-abandoned" },
	.before = { "accept-queue", "abort-on-overflow", "syn-queue", "throttled-owner" },
	.facts = {
		{ "waiting", { "{program} is stopped (state T in both samples), and {waiting|connection waits|connections wait} for it at {listener}",
			"{program} 处于停止状态（两次采样都是 T），有 {waiting} 个连接在 {listener} 等它" } },
		{ "silent", { "it last ran {silent} ago",
			"它上次运行是 {silent} 以前" } },
		{ "tracer", { "stopped by {tracer}",
			"被{tracer}停住" } },
	},
	.where = { "{program}" },
	.words = {
		[LANG_EN] = {
			.title = "{program} is stopped while connections wait at {listener}",
			.hurts = "The kernel completes handshakes for it, so clients are connected and hear nothing; when its queue is full they time out, and are reset when it is killed.",
			.fix = {
				"Let it run: kill -CONT the process, or end the debugger.",
				"Who stopped it? Ctrl-Z in a terminal, a job control script, gdb or strace left behind.",
			},
			.cost = "None.",
			.folklore = "\"The port is open, so the service is fine\": the kernel answers for a stopped program.",
			.sampled = "stopped programs",
		},
		[LANG_ZH] = {
			.title = "{program} 被停住，而 {listener} 有连接在等",
			.hurts = "内核替它完成握手，所以客户端连上了却没有回音；队列满了就超时，程序被杀时则收到 RST。",
			.fix = {
				"让它运行：对该进程 kill -CONT，或结束调试器。",
				"谁停的？终端里的 Ctrl-Z、作业控制脚本、忘了退出的 gdb 或 strace。",
			},
			.cost = "无。",
			.folklore = "“端口通就说明服务正常”：程序停住时是内核在应答。",
			.sampled = "被停住的程序",
		},
	},
	.sources = { "proc_pid_stat(5): state" },
	.judge = judge,
};
