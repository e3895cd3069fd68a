/* SPDX-License-Identifier: MIT */
/* whyrst audit: what on this host is proven to hurt connections. */
#include "cmds/audit.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/config.h"
#include "audit/record.h"
#include "audit/root.h"
#include "audit/tally.h"
#include "cmds/options.h"
#include "cmds/shared.h"
#include "host/boot.h"

#define SECOND_NS INT64_C(1000000000)
#define INTERVAL_DEFAULT_NS (5 * SECOND_NS)
#define CONFIGS_MOST 64
#define FOR_MAX_NS (86400 * SECOND_NS)

static struct {
	int64_t for_ns;
	const char *netns, *root;
	bool since_boot, connections, owners, print_conf, apply, undo, yes;
	const char *configs[CONFIGS_MOST];
	int config_count;
} chosen = { .for_ns = INTERVAL_DEFAULT_NS, .root = "" };

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
	(void)number;
	interrupted = 1;
}

static bool is_interrupted(void *context)
{
	(void)context;
	return interrupted;
}

static int take_option(char letter, const char *name, const char *argument)
{
	(void)letter;
	if (!strcmp(name, "config")) {
		if (chosen.config_count == CONFIGS_MOST)
			return -EINVAL;
		chosen.configs[chosen.config_count++] = argument;
		return 0;
	}
	if (!strcmp(name, "for"))
		return cmd_parse_duration("--for", argument, SECOND_NS, FOR_MAX_NS, &chosen.for_ns);
	if (!strcmp(name, "netns"))
		chosen.netns = argument;
	else if (!strcmp(name, "root"))
		chosen.root = argument;
	else if (!strcmp(name, "since-boot"))
		chosen.since_boot = true;
	else if (!strcmp(name, "connections"))
		chosen.connections = true;
	else if (!strcmp(name, "owners"))
		chosen.owners = chosen.connections = true;
	else if (!strcmp(name, "print-conf"))
		chosen.print_conf = true;
	else if (!strcmp(name, "apply"))
		chosen.apply = true;
	else if (!strcmp(name, "undo"))
		chosen.undo = true;
	else
		chosen.yes = true;
	return 0;
}

static void tell_truncated(const struct cmd_common *common, const struct audit_space *space)
{
	if (space->listeners_truncated)
		cmd_print_note((void *)common,
			       "left out: more than %d listeners in network namespace %s",
			       "略过：网络命名空间 %2$s 中超过 %1$d 个监听", AUDIT_LISTENERS_MAX,
			       space->name);
	if (space->halves_before.truncated || space->halves_after.truncated)
		cmd_print_note(
			(void *)common,
			"left out: more than %d half-closed connections in network namespace %s",
			"略过：网络命名空间 %2$s 中超过 %1$d 个半关闭的连接", AUDIT_HALVES_MAX,
			space->name);
	if (space->sockets && space->sockets->unplaced)
		cmd_print_note(
			(void *)common,
			"left out of services and peers: %llu sockets in network namespace %s",
			"服务和对端统计中略过：网络命名空间 %2$s 的 %1$llu 个套接字",
			(unsigned long long)space->sockets->unplaced, space->name);
}

/* What could not be read, on standard error. Returns whether a namespace was lost. */
static bool tell_left_out(const struct cmd_common *common, const struct audit *audit)
{
	bool lost = false;

	for (int i = 0; i < audit->space_count; i++) {
		const struct audit_space *space = &audit->spaces[i];

		tell_truncated(common, space);
		if (!space->error)
			continue;
		lost = true;
		cmd_print_note((void *)common, "left out: network namespace %s (%s)",
			       "略过：网络命名空间 %s（%s）", space->name, strerror(-space->error));
	}
	if (audit->unreadable && geteuid() && !common->quiet)
		cmd_print_note(
			(void *)common,
			audit->unreadable == 1
				? "left out: namespace, descriptors and owners of %d process, and "
				  "firewall rules: they need root"
				: "left out: namespaces, descriptors and owners of %d processes, "
				  "and firewall rules: they need root",
			"略过：%d 个进程的命名空间、文件描述符和归属，以及防火墙规则：需要 root",
			audit->unreadable);
	if (audit->spaces_truncated || audit->processes_truncated)
		cmd_print_note((void *)common, "left out: more than %d namespaces or %d programs",
			       "略过：超过 %d 个命名空间或 %d 个程序", AUDIT_SPACES_MAX,
			       AUDIT_PROCESSES_MAX);
	return lost;
}

static int remedy(struct page *page, const struct findings *findings)
{
	struct remedies remedies;
	int status = 0, r = remedies_make(&remedies, findings);

	if (r < 0) {
		options_complain(page->lang, "files below %s/etc cannot be read: %s",
				 "读不了 %s/etc 下的文件：%s", chosen.root, strerror(-r));
		status = 1;
	} else if (chosen.apply) {
		status = audit_apply(page, &remedies, chosen.yes);
	} else {
		audit_print_conf(page, &remedies);
		if (!remedies.change_count)
			options_complain(page->lang, "nothing to change", "没有需要改的");
	}
	remedies_release(&remedies);
	return status;
}

/* --anonymize: what is changed (--print-conf, --apply) are settings and stays. */
static void hide(struct findings *findings)
{
	static struct anonymizer anonymizer;
	struct cmd_seed seed = { 0 };
	uint64_t key[2];

	cmd_choose_key(&seed, key);
	anonymizer_init(&anonymizer, key);
	findings_hide(findings, &anonymizer);
}

static int show_findings(const struct cmd_common *common, const struct audit *audit)
{
	struct findings findings;
	struct page page;
	int status = 0;

	page_init(&page, common);
	if (findings_judge(&findings, audit) < 0) {
		page_release(&page);
		return 1;
	}
	if (common->anonymize)
		hide(&findings);
	if (findings.dropped)
		cmd_print_note((void *)common, "left out: %d more findings of the same kinds",
			       "略过：另有 %d 处同类问题", findings.dropped);
	audit_tell_left_out(common);
	if (chosen.print_conf)
		status = remedy(&page, &findings);
	else if (!strcmp(common->output, "json"))
		audit_json(&page, &findings);
	else
		audit_text(&page, audit, &findings, !chosen.apply && !chosen.since_boot);
	page_flush(&page);
	if (!status && chosen.apply)
		status = remedy(&page, &findings);
	page_flush(&page);
	findings_release(&findings);
	page_release(&page);
	return status;
}

static int show(const struct cmd_common *common, const struct audit *audit, int64_t took_us)
{
	struct page page;

	if (!chosen.connections)
		return show_findings(common, audit);
	page_init(&page, common);
	if (!strcmp(common->output, "json"))
		audit_connections_json(&page, audit, chosen.owners, took_us);
	else
		audit_connections_text(&page, audit, chosen.owners, took_us);
	page_flush(&page);
	page_release(&page);
	return 0;
}

/* Files and nothing else. */
static int run_configs(const struct cmd_common *common)
{
	struct audit audit = {
		.begin_wall_us = (clock_monotonic_ns() + clock_wall_minus_monotonic_ns()) / 1000
	};
	int status = 0;

	root_set(chosen.root);
	for (int i = 0; i < chosen.config_count; i++)
		if (audit_give_config(common, chosen.configs[i]))
			status = 1;
	audit.config_files = config_given();
	if (audit.config_files && show_findings(common, &audit))
		status = 1;
	return status;
}

static bool is_folder(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* What does not go together, or is not there: the exit status, 0 if nothing. */
static int check_usage(const struct cmd_common *common, int argc, char **argv)
{
	if (argc) {
		options_complain(common->lang, "audit takes no '%s'", "audit 不接受“%s”", argv[0]);
		return 2;
	}
	if (chosen.apply + chosen.undo + chosen.print_conf > 1) {
		options_complain(common->lang, "one of --print-conf, --apply and --undo",
				 "--print-conf、--apply、--undo 只能用一个");
		return 2;
	}
	if (strlen(chosen.root) >= ROOT_BYTES) {
		options_complain(common->lang, "--root: no more than %d bytes",
				 "--root：最多 %d 字节", ROOT_BYTES - 1);
		return 2;
	}
	if (chosen.root[0] && !is_folder(chosen.root)) {
		options_complain(common->lang, "--root %s: there is no such folder",
				 "--root %s：没有这个目录", chosen.root);
		return 1;
	}
	if (chosen.since_boot && chosen.apply) {
		options_complain(common->lang,
				 "--apply takes what is proven: not with --since-boot",
				 "--apply 只用于已证实的问题，不能与 --since-boot 同用");
		return 2;
	}
	if (!strcmp(common->output, "json") && (chosen.apply || chosen.undo || chosen.print_conf)) {
		options_complain(common->lang,
				 "-o json tells findings or connections, nothing else",
				 "-o json 只用于输出发现的问题或连接");
		return 2;
	}
	if (chosen.config_count && (chosen.apply || chosen.undo || chosen.print_conf ||
				    chosen.connections || chosen.since_boot || chosen.netns)) {
		options_complain(common->lang, "--config looks at files, not at this host",
				 "--config 只看文件，不看本机");
		return 2;
	}
	return 0;
}

static int run(const struct cmd_common *common, int argc, char **argv)
{
	struct audit_options options = { .interval_ns = chosen.for_ns,
					 .since_boot = chosen.since_boot,
					 .sockets_only = chosen.connections,
					 .stop = is_interrupted };
	int64_t begin_ns = clock_monotonic_ns();
	struct audit audit;
	int status, r;

	status = check_usage(common, argc, argv);
	if (status)
		return status;
	if (chosen.config_count)
		return run_configs(common);
	if (chosen.undo)
		return audit_undo(common, chosen.root);
	if (chosen.apply && !audit_may_change(common))
		return 1;
	status = cmd_open_netns(common, chosen.netns, &options.netns_fd, &options.netns);
	if (status)
		return status;
	root_set(chosen.root);
	signal(SIGINT, on_interrupt);
	signal(SIGTERM, on_interrupt);
	r = audit_take(&audit, &options);
	/* Whoever is asked whether to apply it answers by that, too. */
	signal(SIGINT, SIG_DFL);
	signal(SIGTERM, SIG_DFL);
	if (r < 0) {
		options_complain(common->lang, "nothing could be read: %s", "什么也读不到：%s",
				 strerror(-r));
		status = 1;
	} else {
		status = show(common, &audit, (clock_monotonic_ns() - begin_ns) / 1000);
		if (tell_left_out(common, &audit))
			status = 1;
	}
	audit_release(&audit);
	if (options.netns_fd >= 0)
		close(options.netns_fd);
	return status;
}

const struct cmd cmd_audit = {
	.name = "audit",
	.synopsis = "",
	.summary = { "limits, queues, counters and settings of this host: what is proven to hurt, what to change",
		     "本机的上限、队列、计数器和设置：什么已证实有害，该怎么改" },
	.description = {
		"Takes two samples of every network namespace, some seconds apart, and says what hurt connections between them, with the "
		"number that proves it, the resets or timeouts that come of it, what to change and where, what that costs, and what is often "
		"advised and does not help. That a setting differs from some list is never a finding.\n\n"
		"Root sees all namespaces, programs and firewall rules; without it, its own namespace and programs.\n\n"
		"A namespace of a container has its own values and does not inherit those of the host.",
		"对每个网络命名空间隔几秒采样两次，说出其间伤害了连接的东西：用哪个数字证明、会造成哪些 RST 或超时、改什么、在哪改、代价是什么，"
		"以及常见但无用的建议。设置与某张清单不同，从来不算问题。\n\n"
		"root 能看到所有命名空间、程序和防火墙规则；否则只能看到自己的命名空间和程序。\n\n"
		"容器的命名空间有自己的值，不继承主机的。" },
	.options = {
		{ 0, "for", "TIME", { "time between the two samples (default 5s)", "两次采样的间隔（默认 5s）" } },
		{ 0, "since-boot", NULL, { "no second sample: what totals since boot suggest, no more",
					   "不做第二次采样：只看开机以来的总数能提示什么" } },
		{ 0, "netns", "PATH|PID|all", { "one network namespace; default all", "只看一个网络命名空间；默认全部（all）" } },
		{ 0, "connections", NULL, { "who is connected, by state, service and peer, and what is abnormal: at once",
					    "谁连着、按状态、服务和对端统计，哪里异常：立即给出" } },
		{ 0, "owners", NULL, { "the same with programs", "同上，并列出程序" } },
		{ 0, "print-conf", NULL, { "only the remedies, as files of sysctl.d and of systemd", "只输出补救措施：sysctl.d 和 systemd 的配置文件" } },
		{ 0, "apply", NULL, { "change the running system and write these files, after showing the difference and asking; restarts nothing",
				      "改动运行中的系统并写入这些文件，先显示差异再询问；不重启任何服务" } },
		{ 0, "yes", NULL, { "with --apply: do not ask", "与 --apply 同用：不询问" } },
		{ 0, "undo", NULL, { "take back what --apply did, but for what somebody changed since (its record: " RECORD_FOLDER ")",
				     "还原 --apply 所做的改动，之后被别人改过的除外（记录在 " RECORD_FOLDER "）" } },
		{ 0, "config", "FILE", { "at once, and only this configuration file, or -: what nginx -T or systemctl cat print, or a file of nginx, HAProxy, keepalived, Tomcat or systemd; again for more",
					 "立即给出，且只看这个配置文件（或 -）：nginx -T 或 systemctl cat 的输出，或 nginx、HAProxy、keepalived、Tomcat、systemd 的文件；可重复" } },
		{ 0, "root", "DIR", { "files, and that record, lie below DIR", "这些文件和记录都在 DIR 之下" } },
	},
	.examples = {
		{ "sudo whyrst audit", { "what hurts now", "现在什么在伤害连接" } },
		{ "sudo whyrst audit --for 60s -o json", { "a longer look, for scripts", "看久一点，供脚本处理" } },
		{ "sudo whyrst audit --netns $(pidof -s nginx)", { "of one container", "只看一个容器" } },
		{ "sudo nginx -T | whyrst audit --config - --config haproxy.cfg", { "what two configurations do to each other", "两份配置放在一起会怎样" } },
		{ "whyrst audit --connections", { "instead of netstat -an", "代替 netstat -an" } },
	},
	.option = take_option,
	.run = run,
};
