/* SPDX-License-Identifier: MIT */
#include "lang/programs.h"

/* A program's name is foreign: here it may stand in a terminal line or in a JSON string. */
static void add_program(enum lang lang, const char comm[PROGRAM_COMM], uint32_t pid,
			struct buf *out)
{
	/* It was gone before anybody could ask for its name. */
	if (!comm[0]) {
		buf_printf(out, lang == LANG_ZH ? "进程 %u" : "pid %u", pid);
		return;
	}
	for (size_t i = 0; i < PROGRAM_COMM && comm[i]; i++) {
		bool plain = comm[i] >= 0x20 && comm[i] < 0x7f && comm[i] != '"' && comm[i] != '\\';

		buf_add_char(out, plain ? comm[i] : '?');
	}
	buf_printf(out, lang == LANG_ZH ? "（进程 %u）" : " (pid %u)", pid);
}

bool programs_add_end(enum lang lang, const struct verdict *verdict, bool resetter, struct buf *out)
{
	const struct host_story *story = &verdict->evidence->story;
	const struct program *program = resetter ? &story->owner : &story->sufferer;

	if (!story->known || !program->pid || !program->comm[0])
		return false;
	add_program(lang, program->comm, program->pid, out);
	return true;
}

/* signal(7): those that end a process and are common enough to have a name here. */
static const char *signal_name(uint32_t number)
{
	static const char *const names[] = {
		[1] = "SIGHUP",	  [2] = "SIGINT",   [3] = "SIGQUIT",  [4] = "SIGILL",
		[6] = "SIGABRT",  [7] = "SIGBUS",   [8] = "SIGFPE",   [9] = "SIGKILL",
		[11] = "SIGSEGV", [13] = "SIGPIPE", [14] = "SIGALRM", [15] = "SIGTERM",
		[24] = "SIGXCPU", [25] = "SIGXFSZ", [31] = "SIGSYS",
	};

	return number < sizeof(names) / sizeof(*names) ? names[number] : NULL;
}

static void add_oom(enum lang lang, enum oom_of of, struct buf *out)
{
	static const char *const words[][2] = {
		[OOM_SOMEWHERE] = { " of the OOM killer", "，OOM killer" },
		[OOM_CGROUP] = { " of the OOM killer because its control group (unit, container) "
				 "had reached its memory limit",
				 "，OOM killer：所在 cgroup（unit、容器）达到内存上限" },
		[OOM_HOST] = { " of the OOM killer because the host had run out of memory",
			       "，OOM killer：整机内存用尽" },
	};

	buf_add_text(out, words[of][lang == LANG_ZH]);
}

static void add_signal(enum lang lang, const struct host_story *story, struct buf *out)
{
	const char *name = signal_name(story->signal);

	buf_add_text(out, lang == LANG_ZH ? "（" : "by ");
	if (name)
		buf_add_text(out, name);
	else
		buf_printf(out, lang == LANG_ZH ? "信号 %u" : "signal %u", story->signal);
	if (story->oom) {
		add_oom(lang, (enum oom_of)story->oom, out);
	} else if (story->signal_from && story->signal_from == story->owner.pid) {
		buf_add_text(out, lang == LANG_ZH ? "，崩溃" : ", a crash of its own");
	} else if (story->signal_from) {
		buf_add_text(out, lang == LANG_ZH ? "，来自 " : " from ");
		add_program(lang, story->signal_from_comm, story->signal_from, out);
	}
	if (lang == LANG_ZH)
		buf_add_text(out, "）");
}

void programs_add_owner_end(enum lang lang, const struct verdict *verdict, struct buf *out)
{
	const struct host_story *story = verdict ? &verdict->evidence->story : NULL;

	if (story && story->known && story->signal)
		add_signal(lang, story, out);
	else if (story && story->known && story->exit_status >= 0)
		buf_printf(out, lang == LANG_ZH ? "（状态 %d）" : "with status %d",
			   story->exit_status);
	else
		buf_add_text(out, lang == LANG_ZH ? "（方式不详）" : "in a way not known");
}

void programs_add_actor(enum lang lang, const struct verdict *verdict, struct buf *out)
{
	const struct host_story *story = verdict ? &verdict->evidence->story : NULL;

	if (story && story->known && story->actor_pid)
		add_program(lang, story->actor_comm, story->actor_pid, out);
	else
		buf_add_text(out, lang == LANG_ZH ? "某个程序" : "Somebody");
}
