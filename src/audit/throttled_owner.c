/* SPDX-License-Identifier: MIT */
/* The program that should accept is held back by the limit of its control group. */
#include "audit/check.h"

#include "audit/queues.h"

#define LEAST 5 /* periods, of 100 ms each as systemd sets them */

static void judge_space(const struct audit *audit, const struct audit_space *space,
			struct findings *found)
{
	for (int l = 0; l < space->listener_count; l++) {
		const struct audit_listener *listener = &space->listeners[l];
		const struct audit_process *process = audit_process(audit, listener->pid);
		struct finding *finding;
		int64_t moved;
		char unit[128];

		if (!process || process->stall.throttled < 0 || process->stall_before.throttled < 0)
			continue;
		moved = process->stall.throttled - process->stall_before.throttled;
		/* Somebody waited in a fifth of the looks at least. */
		if (moved < LEAST || listener->waiting * 5 < listener->looks)
			continue;
		finding = finding_add(found, space);
		finding_listener(finding, listener);
		finding_count(finding, "periods", (uint64_t)moved);
		finding_count(finding, "waiting", (uint64_t)listener->waiting);
		finding_count(finding, "looks", (uint64_t)listener->looks);
		finding_text(finding, "group", "%s", process->program.cgroup);
		finding_hides(finding, "group", HIDES_PATH);
		if (unit_of(&process->program, unit, sizeof(unit)))
			finding_text(finding, "unit", "%s", unit);
		else
			finding_text(finding, "no_unit", "%s", process->program.cgroup);
		finding_hides(finding, "unit", HIDES_PATH);
		finding_hides(finding, "no_unit", HIDES_PATH);
	}
}

static void judge(const struct audit *audit, struct findings *found)
{
	for (int i = 0; i < audit->space_count; i++)
		judge_space(audit, &audit->spaces[i], found);
}

const struct check check_throttled_owner = {
	.id = "throttled-owner",
	.causes = { "accept-overflow", "connect-abandoned" },
	.before = { "accept-queue", "abort-on-overflow", "syn-queue" },
	.facts = {
		{ "periods", { "its control group {group} was held back in {periods|period|periods} within {time} (nr_throttled of cpu.stat)",
			"它的控制组 {group} 在 {time} 内有 {periods} 个周期被限流（cpu.stat 的 nr_throttled）" } },
		{ "waiting", { "connections waited for accept() at {listener} in {waiting} of {looks|look|looks}",
			"{looks} 次查看中有 {waiting} 次，{listener} 有连接在等 accept()" } },
	},
	.where = { "CPUQuota= of {unit}", "cpu.max of {group}" },
	.words = {
		[LANG_EN] = {
			.title = "{program} gets no processor time: cpu.max holds it back",
			.hurts = "It accepts and answers in jerks: delays of 100 ms and more, then a full accept queue, timeouts.",
			.fix = {
				"systemctl edit {unit}, [Service] CPUQuota= higher or empty; in force at once with systemctl set-property.",
				"Raise cpu.max of {no_unit} where it is made: resources.limits.cpu of the pod, docker --cpus.",
				"Or fewer threads: a limit of 2 processors with 32 busy threads is used up in 6 ms of each 100.",
			},
			.cost = "Processor time of its neighbours.",
			.folklore = "\"The host is 80 % idle, so it cannot be the CPU\": the limit counts for the group alone. \"Raise the backlog\": the queue fills all the same.",
			.sampled = "programs held back by cpu.max",
		},
		[LANG_ZH] = {
			.title = "{program} 得不到 CPU：被 cpu.max 限流",
			.hurts = "它接受和应答都一顿一顿的：延迟 100 毫秒以上，然后全连接队列满、超时。",
			.fix = {
				"systemctl edit {unit}，[Service] 的 CPUQuota= 调高或置空；用 systemctl set-property 立即生效。",
				"在创建处调高 {no_unit} 的 cpu.max：pod 的 resources.limits.cpu、docker --cpus。",
				"或者少开线程：限 2 个处理器、32 个忙线程，每 100 毫秒里 6 毫秒就用完了。",
			},
			.cost = "邻居的 CPU 时间。",
			.folklore = "“主机还有 80% 空闲，不会是 CPU”：限额只看这个组。“调大 backlog”：照样会满。",
			.sampled = "被 cpu.max 限流的程序",
		},
	},
	.sources = { "Documentation/admin-guide/cgroup-v2.rst: cpu.max, cpu.stat" },
	.judge = judge,
};
