/* SPDX-License-Identifier: MIT */
/* whyrst lab: causes of resets provoked for real, and what each viewpoint says of them. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmds/cmd.h"
#include "cmds/nearest.h"
#include "cmds/options.h"
#include "cmds/shared.h"
#include "lab/list.h"
#include "lab/runner.h"

#define DETAIL_MAX 3 /* so many scenarios get a page each */

extern const struct scenario *const scenario_table[];
extern const int scenario_table_count;

static struct {
	const char *captures, *table;
	uint64_t jobs, seed;
	unsigned int ips;
	bool only_stage, fixed, pause, slow;
} chosen;

static int take_option(char letter, const char *name, const char *argument)
{
	if (letter == '4' || letter == '6') {
		chosen.ips |= 1u << (letter - '0');
		return 0;
	}
	if (!strcmp(name, "jobs"))
		return cmd_parse_number("--jobs", argument, 1, RUNNER_JOBS_MAX, &chosen.jobs);
	if (!strcmp(name, "seed"))
		return cmd_parse_number("--seed", argument, 0, UINT32_MAX, &chosen.seed);
	if (!strcmp(name, "keep-captures"))
		chosen.captures = argument;
	else if (!strcmp(name, "table"))
		chosen.table = argument;
	else if (!strcmp(name, "only-stage"))
		chosen.only_stage = true;
	else if (!strcmp(name, "fixed"))
		chosen.fixed = true;
	else if (!strcmp(name, "pause"))
		chosen.pause = true;
	else
		chosen.slow = true;
	return 0;
}

/* keepalive-race and keepalive_race are the same. */
static bool same_name(const char *a, const char *b)
{
	for (; *a && *b; a++, b++)
		if (*a != *b && !(strchr("-_", *a) && strchr("-_", *b)))
			return false;
	return *a == *b;
}

static int find(const char *name)
{
	int i;

	for (i = 0; i < scenario_table_count; i++)
		if (same_name(scenario_table[i]->name, name))
			return i;
	return -1;
}

/* Marks what @name means: a scenario; or a cause or group, whose scenarios are all meant. */
static bool choose(const char *name, bool wanted[])
{
	bool all = !strcmp(name, "all"), any = false;
	int i = find(name);

	if (i >= 0 && !all) {
		wanted[i] = true;
		return true;
	}
	for (i = 0; i < scenario_table_count; i++)
		if (all || same_name(scenario_table[i]->cause, name) ||
		    same_name(scenario_group_id(scenario_table[i]), name)) {
			any = true;
			wanted[i] |= chosen.slow || !scenario_table[i]->slow;
		}
	return any;
}

static int unknown(const struct cmd_common *common, const char *name)
{
	struct nearest nearest;
	int i;

	nearest_init(&nearest, name);
	for (i = 0; i < scenario_table_count; i++) {
		nearest_offer(&nearest, 0, scenario_table[i]->name);
		nearest_offer(&nearest, 0, scenario_group_id(scenario_table[i]));
		if (strcmp(scenario_table[i]->cause, "none"))
			nearest_offer(&nearest, 0, scenario_table[i]->cause);
	}
	if (nearest.count)
		options_complain(common->lang, "there is no scenario or cause '%s'; near: %s",
				 "没有叫“%s”的场景或原因；相近的有：%s", name,
				 nearest_text(&nearest));
	else
		options_complain(common->lang,
				 "there is no scenario or cause '%s'; `whyrst lab list` names them",
				 "没有叫“%s”的场景或原因；`whyrst lab list` 会列出全部", name);
	return 2;
}

static void complain(const char *text)
{
	options_complain(options_lang(), "%s", "%s", text);
}

static int open_captures(const struct cmd_common *common, int *ret_fd)
{
	*ret_fd = -1;
	if (!chosen.captures)
		return 0;
	if (mkdir(chosen.captures, 0700) == 0 || errno == EEXIST)
		*ret_fd = open(chosen.captures, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*ret_fd >= 0)
		return 0;
	options_complain(common->lang, "--keep-captures %s: %s", "--keep-captures %s：%s",
			 chosen.captures, strerror(errno));
	return 1;
}

static int open_table(const struct cmd_common *common, FILE **ret_table)
{
	*ret_table = chosen.table ? fopen(chosen.table, "we") : NULL;
	if (!chosen.table || *ret_table)
		return 0;
	options_complain(common->lang, "--table %s: %s", "--table %s：%s", chosen.table,
			 strerror(errno));
	return 1;
}

/* The chosen ones into @ret_chosen; 0, or the exit status after one line. */
static int choose_all(const struct cmd_common *common, int argc, char **argv,
		      const struct scenario **ret_chosen, int *ret_count)
{
	bool *wanted = calloc((size_t)scenario_table_count + 1, sizeof(*wanted));
	int i, status = 0, fixable = 0;

	for (i = 0; i < argc && wanted && !status; i++)
		if (!choose(argv[i], wanted))
			status = unknown(common, argv[i]);
	*ret_count = 0;
	for (i = 0; i < scenario_table_count && wanted && !status; i++) {
		if (!wanted[i])
			continue;
		fixable += scenario_table[i]->remedy[LANG_EN] != NULL;
		if (!chosen.fixed || scenario_table[i]->remedy[LANG_EN])
			ret_chosen[(*ret_count)++] = scenario_table[i];
	}
	free(wanted);
	if (!status && chosen.fixed && !fixable) {
		options_complain(common->lang,
				 "no remedy can be shown for that; `whyrst lab list` marks with "
				 "--fixed where one can",
				 "这里没有可演示的对策；`whyrst lab list` 中标有 --fixed 的才有");
		return 1;
	}
	return status;
}

/* 0, or the exit status after one line. A container's root may lack them. */
static int lacks_rights(const struct cmd_common *common)
{
	static const cap_value_t wanted[] = { CAP_SYS_ADMIN, CAP_NET_ADMIN, CAP_NET_RAW };
	static const char *const names[] = { " CAP_SYS_ADMIN", " CAP_NET_ADMIN", " CAP_NET_RAW" };
	cap_t here = cap_get_proc();
	char lacking[64] = "";
	cap_flag_value_t has;
	size_t i;

	for (i = 0; here && i < sizeof(wanted) / sizeof(*wanted); i++)
		if (cap_get_flag(here, wanted[i], CAP_EFFECTIVE, &has) < 0 || has != CAP_SET)
			strcat(lacking, names[i]);
	cap_free(here);
	if (geteuid() == 0 && !*lacking)
		return 0;
	options_complain(common->lang,
			 "lab run needs root: it makes network namespaces. Missing here: %s. `lab "
			 "list` and `explain` need no rights",
			 "lab run 需要 root：它要创建网络命名空间。这里缺少：%s。`lab list` 和 "
			 "`explain` 不需要任何权限",
			 *lacking ? lacking + 1 : "root");
	return 1;
}

static int run_chosen(const struct cmd_common *common, struct runner_options *options, int argc,
		      char **argv)
{
	const struct scenario **scenarios =
		calloc((size_t)scenario_table_count + 1, sizeof(*scenarios));
	int count = 0, status = scenarios ? 0 : 1;

	if (!status)
		status = choose_all(common, argc, argv, scenarios, &count);
	if (!status)
		status = lacks_rights(common);
	if (!status)
		status = open_captures(common, &options->captures_fd);
	if (!status)
		status = open_table(common, &options->table);
	if (!status) {
		options->detail = count <= DETAIL_MAX;
		if (options->detail || chosen.pause)
			options->jobs = 1;
		status = runner_run(scenarios, count, options, stdout);
	}
	if (options->table && fclose(options->table))
		status = 1;
	if (options->captures_fd >= 0)
		close(options->captures_fd);
	free(scenarios);
	return status;
}

static int run(const struct cmd_common *common, int argc, char **argv)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	struct runner_options options = {
		.whyrst = "/proc/self/exe",
		.captures_fd = -1,
		.ips = chosen.ips ?: 1u << 4 | 1u << 6,
		.seed = (unsigned int)chosen.seed,
		.jobs = (unsigned int)(chosen.jobs
					       ?: processors > 1 ? 2
								 : 1),
		.lang = common->lang,
		.json = !strcmp(common->output, "json"),
		.color = common->use_color,
		.width = cmd_terminal_width(),
		.verbose = common->verbose > 0,
		.quiet = common->quiet > 0,
		.only_stage = chosen.only_stage,
		.fixed = chosen.fixed,
		.pause = chosen.pause,
		.complain = complain,
	};

	if (argc == 1 && !strcmp(argv[0], "list")) {
		list_write(scenario_table, &options, stdout);
		return 0;
	}
	if (argc > 1 && !strcmp(argv[0], "run"))
		return run_chosen(common, &options, argc - 1, argv + 1);
	options_complain(common->lang,
			 "lab takes `list`, or `run` and the names of scenarios or all",
			 "lab 的用法：list，或 run 加场景名称或 all");
	return 2;
}

const struct cmd cmd_lab = {
	.name = "lab",
	.synopsis = "list | run NAME...|all",
	.summary = { "provoke a cause for real in private network namespaces, and judge it",
		     "在私有网络命名空间里真实重现某种原因，并核对结论" },
	.description = {
		"Makes a small network of namespaces (a client, a server, a router between them, a third "
		"host behind it), lets real programs do what leads to a reset, over IPv4 and IPv6, and "
		"asks whyrst from every viewpoint: live on each host, and from captures of one end and of "
		"both. Exit status 1 if one of them is wrong.\n\n"
		"NAME is a scenario, or a cause or group (server, client, network, look-alike, load), which "
		"means all its scenarios. Up to three get a page each, which tells what happened; -v adds why, and what to change. --fixed tells the same "
		"story with the remedy applied: then nothing may be reset.\n\n"
		"The machine's own network, sysctls and files stay as they are. Whatever ends the lab, "
		"nothing of it stays.",
		"用命名空间搭一个小网络（客户端、服务端、中间的路由器、路由器后面的第三台主机），让真实的程序"
		"做出会引发 RST 的事，IPv4 和 IPv6 各一遍，再从每个视角询问 whyrst：每台主机上的实时观察、"
		"一端的抓包、两端的抓包。只要有一个判断错误，退出码就是 1。\n\n"
		"NAME 是场景名，或原因、分组的名称（server、client、network、look-alike、load，表示其中所有场景）。不超过三个时，每个场景打印一页，讲清发生了什么；"
		"-v 再讲为什么、怎么改。--fixed 用上对策把同一个故事重演一遍，这时不应再有任何 RST。\n\n"
		"不改动本机自己的网络、sysctl 和文件；无论怎样结束，都不会留下任何东西。" },
	.options = {
		{ 0, "fixed", NULL, { "with the remedy applied: nothing may be reset", "采用对策重演：不应再有 RST" } },
		{ 0, "slow", NULL, { "with `all` or a cause: the longest, too; `lab list` marks them",
				     "与 all 或原因同用：包括最慢的几个，lab list 里有标记" } },
		{ '4', NULL, NULL, { "over IPv4 only", "只用 IPv4" } },
		{ '6', NULL, NULL, { "over IPv6 only", "只用 IPv6" } },
		{ 0, "keep-captures", "DIR", { "keep what both ends captured (pcapng)", "保存两端的抓包（pcapng）" } },
		{ 0, "pause", NULL, { "stop before the end to look around", "结束前停下，以便查看" } },
		{ 0, "seed", "NUMBER", { "other order, ports and timing; the same number gives the same",
					 "改变顺序、端口和时间；相同的数得到相同的结果" } },
		{ 0, "jobs", "COUNT", { "labs side by side (default 2)", "同时运行的实验环境数（默认 2）" } },
		{ 0, "only-stage", NULL, { "provoke and show the packets, ask nobody", "只重现并显示报文，不询问结论" } },
		{ 0, "table", "FILE", { "what each view said, as CSV", "把每个视角的结论写成 CSV" } },
	},
	.examples = {
		{ "whyrst lab list", { "what there is", "有哪些场景" } },
		{ "sudo whyrst lab run close_unread -v", { "one, explained", "一个场景，附讲解" } },
		{ "sudo whyrst lab run close_unread --fixed", { "the same with its remedy", "同一场景，用上对策" } },
		{ "sudo whyrst lab run keepalive-race", { "all scenarios of one cause", "某个原因的所有场景" } },
		{ "sudo whyrst lab run all", { "does whyrst judge right on this kernel?", "在这个内核上 whyrst 判断得对吗？" } },
	},
	.option = take_option,
	.run = run,
};
