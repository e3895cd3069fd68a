/* SPDX-License-Identifier: MIT */
/*
 * Provokes resets for real in private network namespaces and compares what `live` says of them:
 *
 *	scenarios [--list] [-v] [--seed N] [--table FILE.csv] [--whyrst PATH] [--only-stage]
 *NAME...|all
 */
#include <getopt.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lab/runner.h"

extern const struct scenario *const scenario_table[];

static const char usage[] =
	"usage: scenarios [OPTION]... NAME...|all\n"
	"  --list         the scenarios, their causes and stories\n"
	"  --only-stage   provokes each and shows the packets; asks no viewpoint\n"
	"  --whyrst PATH  the program to ask (beside this one)\n"
	"  --table FILE   what each view said, as CSV\n"
	"  --seed N       other port numbers\n"
	"  -v             calls, packets and verdicts in full\n";

static void list(void)
{
	int i;

	for (i = 0; scenario_table[i]; i++)
		printf("%-28s %-12s %-22s %s\n", scenario_table[i]->name, scenario_table[i]->class,
		       scenario_table[i]->cause, scenario_table[i]->story[LANG_EN]);
}

int main(int argc, char *argv[])
{
	static const struct option longs[] = {
		{ "list", no_argument, NULL, 'l' },
		{ "only-stage", no_argument, NULL, 'o' },
		{ "whyrst", required_argument, NULL, 'w' },
		{ "table", required_argument, NULL, 't' },
		{ "seed", required_argument, NULL, 's' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	static char own[PATH_MAX], beside[PATH_MAX + 16];
	struct runner_options options = { .whyrst = beside };
	ssize_t length = readlink("/proc/self/exe", own, sizeof(own) - 1);
	int letter, r;

	own[length > 0 ? length : 0] = '\0';
	snprintf(beside, sizeof(beside), "%s/whyrst", dirname(own));
	while ((letter = getopt_long(argc, argv, "vh", longs, NULL)) != -1) {
		switch (letter) {
		case 'l':
			list();
			return 0;
		case 'o':
			options.only_stage = true;
			break;
		case 'w':
			options.whyrst = optarg;
			break;
		case 't':
			options.table = optarg;
			break;
		case 's':
			options.seed = (unsigned int)strtoul(optarg, NULL, 10);
			break;
		case 'v':
			options.verbose = true;
			break;
		case 'h':
			fputs(usage, stdout);
			return 0;
		default:
			fputs(usage, stderr);
			return 2;
		}
	}
	if (optind == argc) {
		fputs(usage, stderr);
		return 2;
	}
	r = runner_run(scenario_table, &options, argv + optind, argc - optind, stdout);
	return r ? 1 : 0;
}
