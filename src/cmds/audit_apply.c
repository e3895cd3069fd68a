/* SPDX-License-Identifier: MIT */
/* --print-conf, --apply and --undo: what is shown, asked and told. */
#include "cmds/audit.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "audit/apply.h"
#include "cmds/options.h"
#include "cmds/shared.h"

#define LINE_BYTES 4096

/* --- showing -----------------------------------------------------------------------------------
 */

static void add_change(struct page *page, const struct change *change)
{
	if (change->kind == CHANGE_DESCRIPTORS)
		buf_printf(&page->out,
			   page_pick(page, "  %s (pid %u): descriptors allowed %s -> %s\n",
				     "  %s（进程 %u）：文件描述符上限 %s -> %s\n"),
			   change->comm, change->pid, change->from, change->to);
	else if (change->own)
		buf_printf(&page->out, "  %s: %s -> %s\n", change->name, change->from, change->to);
	else
		buf_printf(&page->out,
			   page_pick(page,
				     "  %s: %s -> %s, in network namespace %u until it ends: to "
				     "last it has to be "
				     "set where that container is made\n",
				     "  %s：%s -> %s，只在网络命名空间 %u "
				     "存续期间有效：要持久须在创建该容器处设置\n"),
			   change->name, change->from, change->to, change->netns);
}

static void add_line(void *context, char sign, const char *line, size_t bytes)
{
	struct page *page = context;

	if (page->common->use_color)
		buf_add_text(&page->out, sign == '-' ? "\033[31m" : "\033[32m");
	buf_printf(&page->out, "  %c ", sign);
	buf_add(&page->out, line, bytes);
	buf_add_text(&page->out, page->common->use_color ? "\033[0m\n" : "\n");
}

static void add_rival(struct page *page, const struct remedy_rival *rival)
{
	static const char *const words[][LANG_COUNT] = {
		{ "  ! %s:%d sets %s, too, and is read later: remove that line\n",
		  "  ! %s:%d 也设置了 %s，且读取更晚：请删掉那一行\n" },
		{ "  ! %s:%d sets %s, too: `sysctl --system` reads it last (systemd at boot does "
		  "not): remove that line\n",
		  "  ! %s:%d 也设置了 %s：`sysctl --system` 最后读它（systemd "
		  "开机时不会）：请删掉那一行\n" },
	};

	buf_printf(&page->out, words[rival->only_by_sysctl][page->lang], rival->path, rival->line,
		   rival->name);
}

static void add_difference(struct page *page, const struct remedies *remedies)
{
	buf_add_char(&page->out, '\n');
	page_strong(page, page_pick(page, "Would be changed now, at once:", "现在立即改动："));
	buf_add_char(&page->out, '\n');
	for (int i = 0; i < remedies->change_count; i++)
		add_change(page, &remedies->changes[i].change);
	for (int i = 0; i < remedies->file_count; i++) {
		const struct remedy_file *file = &remedies->files[i];

		page_strong(page, page_pick(page, "So that it lasts: ", "为了持久："));
		page_strong(page, file->path);
		buf_add_text(&page->out,
			     file->old ? "\n" : page_pick(page, " (new)\n", "（新文件）\n"));
		remedy_file_difference(file, add_line, page);
	}
	for (int i = 0; i < remedies->rival_count; i++)
		add_rival(page, &remedies->rivals[i]);
}

void audit_print_conf(struct page *page, const struct remedies *remedies)
{
	for (int i = 0; i < remedies->file_count; i++)
		buf_printf(&page->out, "# %s%s\n%s\n", remedies->root, remedies->files[i].path,
			   remedies->files[i].text);
	for (int i = 0; i < remedies->change_count; i++) {
		const struct change *change = &remedies->changes[i].change;

		if (change->kind == CHANGE_SYSCTL && !change->own)
			buf_printf(&page->out,
				   "# in network namespace %u, where it is made "
				   "(securityContext.sysctls, docker --sysctl)\n# %s = %s\n\n",
				   change->netns, change->name, change->to);
		else if (change->kind == CHANGE_DESCRIPTORS && !change->unit[0])
			buf_printf(&page->out,
				   "# %s (pid %u), where it is started: ulimit -n %s\n\n",
				   change->comm, change->pid, change->to);
	}
}

/* --- asking ------------------------------------------------------------------------------------
 */

/* Only a person at a terminal can answer. */
static bool is_allowed(const struct cmd_common *common, bool yes)
{
	char answer[16];

	if (yes)
		return true;
	if (!isatty(STDIN_FILENO)) {
		options_complain(
			common->lang,
			"nothing was changed: nobody can be asked here; --yes says so beforehand",
			"没有改动任何东西：这里无法询问；可用 --yes 事先同意");
		return false;
	}
	fputs(common->lang == LANG_ZH ? "应用这些改动？[y/N] " : "Apply these changes? [y/N] ",
	      stderr);
	if (fgets(answer, sizeof(answer), stdin) && (answer[0] == 'y' || answer[0] == 'Y'))
		return true;
	options_complain(common->lang, "nothing was changed", "没有改动任何东西");
	return false;
}

/* --- telling -----------------------------------------------------------------------------------
 */

static int steps_told;

static void tell(void *context, const struct step *step, enum step_result result, int error)
{
	static const char *const words[][LANG_COUNT] = {
		[STEP_DONE] = { "done", "完成" },
		[STEP_NOTHING] = { "nothing to do", "无需改动" },
		[STEP_CHANGED] = { "left alone: somebody changed it meanwhile",
				   "未动：期间被别人改过" },
		[STEP_FAILED] = { "failed", "失败" },
	};
	struct page *page = context;
	bool en = page->lang == LANG_EN;

	steps_told++;
	buf_printf(&page->out, "  %s", step->name);
	if (step->kind == STEP_DESCRIPTORS)
		buf_printf(&page->out, en ? " (pid %u)" : "（进程 %u）", step->pid);
	buf_printf(&page->out, en ? ": %s" : "：%s", words[result][page->lang]);
	if (error)
		buf_printf(&page->out, en ? " (%s)" : "（%s）", strerror(-error));
	buf_add_char(&page->out, '\n');
	page_flush(page);
}

static int complain(const struct cmd_common *common, int r)
{
	/* What was told above is done; the record does not know of the last of it. */
	if (steps_told)
		options_complain(common->lang,
				 "stopped there: " RECORD_FOLDER "/undo.json cannot be written: %s",
				 "到此为止：" RECORD_FOLDER "/undo.json 写不了：%s", strerror(-r));
	else if (r == -EWOULDBLOCK)
		options_complain(common->lang, "nothing was changed: another whyrst is at it",
				 "没有改动任何东西：另一个 whyrst 正在改");
	else if (r == -EBADMSG)
		options_complain(common->lang,
				 "nothing was changed: " RECORD_FOLDER
				 "/undo.json is not as whyrst writes it",
				 "没有改动任何东西：" RECORD_FOLDER
				 "/undo.json 不是 whyrst 写的样子");
	else if (r == -ELOOP)
		options_complain(common->lang,
				 "nothing was changed: a file " REMEDY_DROP_IN
				 " that was to be written is a link, or no file",
				 "没有改动任何东西：要写的 " REMEDY_DROP_IN " 是链接，或不是文件");
	else if (r == -EXDEV)
		options_complain(common->lang,
				 "nothing was changed: a link leads out of the folder of --root",
				 "没有改动任何东西：有链接指到 --root 的目录之外");
	else
		options_complain(common->lang, "nothing was changed: %s", "没有改动任何东西：%s",
				 strerror(-r));
	return 1;
}

bool audit_may_change(const struct cmd_common *common)
{
	if (geteuid() == 0)
		return true;
	options_complain(common->lang, "nothing was changed: it takes root",
			 "没有改动任何东西：需要 root");
	return false;
}

int audit_apply(struct page *page, const struct remedies *remedies, bool yes)
{
	struct apply_listener listener = { tell, page };
	int failed, r;

	if (!remedies->change_count) {
		options_complain(page->lang, "nothing to change", "没有需要改的");
		return 0;
	}
	add_difference(page, remedies);
	page_flush(page);
	if (!is_allowed(page->common, yes))
		return 1;
	/* It takes moments, and all of it is wanted. */
	signal(SIGINT, SIG_IGN);
	signal(SIGTERM, SIG_IGN);
	r = apply_remedies(remedies, &listener, &failed);
	if (r)
		return complain(page->common, r);
	for (int i = 0; i < remedies->change_count; i++)
		if (remedies->changes[i].change.unit[0])
			buf_printf(&page->out,
				   page_pick(page,
					     "  %s was not restarted: systemctl daemon-reload, "
					     "then restart it when it suits\n",
					     "  没有重启 %s：先 systemctl "
					     "daemon-reload，合适时再重启\n"),
				   remedies->changes[i].change.unit);
	buf_printf(&page->out,
		   page_pick(page, "  whyrst audit --undo%s%s takes it back\n",
			     "  whyrst audit --undo%s%s 可以还原\n"),
		   remedies->root[0] ? " --root " : "", remedies->root);
	page_flush(page);
	return failed ? 1 : 0;
}

int audit_undo(const struct cmd_common *common, const char *root)
{
	struct apply_listener listener;
	struct page page;
	int failed, r;

	if (!audit_may_change(common))
		return 1;
	page_init(&page, common);
	listener = (struct apply_listener){ tell, &page };
	r = apply_undo(root, &listener, &failed);
	page_release(&page);
	if (r == -ENOENT) {
		options_complain(common->lang, "nothing to undo", "没有可还原的");
		return 0;
	}
	return r ? complain(common, r) : failed ? 1 : 0;
}
