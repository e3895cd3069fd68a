/* SPDX-License-Identifier: MIT */
/* Configuration that could not be understood: what it says was not looked at. */
#include "audit/check.h"
#include "audit/config.h"

static void judge(const struct audit *audit, struct findings *found)
{
	static const char *const names[CONFIG_KINDS] = { "nginx", "HAProxy", "keepalived", "Tomcat",
							 "systemd" };
	static const char *const asks[CONFIG_KINDS] = { "nginx -t", "haproxy -c -f",
							"keepalived -t", "catalina.sh configtest",
							"systemd-analyze verify" };

	(void)audit;
	for (int kind = 0; kind < CONFIG_KINDS; kind++) {
		const struct config *config = config_get((enum config_kind)kind);

		if (config->truncated) {
			struct finding *finding = finding_add(found, NULL);

			finding->suggested = true;
			finding_text(finding, "program", "%s", names[kind]);
			finding_place(finding, "place", config->count ? config->items[0].file : "",
				      0);
			finding_words(finding, "expected",
				      "no more files and statements than are looked at here",
				      "文件和语句的数量超出了检查范围");
		}
		for (int i = 0; i < config->problem_count; i++) {
			const struct config_problem *problem = &config->problems[i];
			struct finding *finding = finding_add(found, NULL);

			finding->suggested = true;
			finding_text(finding, "program", "%s", names[kind]);
			finding_text(finding, "asks", "%s", asks[kind]);
			finding_place(finding, "place", problem->file, problem->line);
			finding_words(finding, "expected", problem->expected[LANG_EN],
				      problem->expected[LANG_ZH]);
		}
	}
}

const struct check check_config_unreadable = {
	.id = "config-unreadable",
	.reads_config = true,
	.facts = {
		{ "place", { "{place}: expected {expected}", "{place}：{expected}" } },
	},
	.where = { "{place}" },
	.words = {
		[LANG_EN] = {
			.title = "a configuration file of {program} cannot be understood here",
			.hurts = "What stands there was not looked at, the rest was; {program} itself may refuse it at its next start.",
			.fix = { "{place}: ask {program} itself: `{asks}`." },
			.sampled = "configuration files",
		},
		[LANG_ZH] = {
			.title = "读不懂 {program} 的一个配置文件",
			.hurts = "该处的内容没有检查，其余部分照常检查；{program} 自己下次启动时也可能拒绝它。",
			.fix = { "{place}：用 {program} 自己检查：`{asks}`。" },
			.sampled = "配置文件",
		},
	},
	.judge = judge,
};
