/* SPDX-License-Identifier: MIT */
#include "run/run.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

#include "run/crew.h"
#include "run/plan.h"

int run_check_filter(const char *filter, char problem[160])
{
	/* Words of one link type only (ether, wlan) are judged with the files; this is for the
	 * rest. */
	static const int links[] = { DLT_EN10MB, DLT_LINUX_SLL, DLT_RAW, DLT_IEEE802_11 };
	size_t i;

	problem[0] = 0;
	for (i = 0; i < sizeof(links) / sizeof(*links); i++) {
		pcap_t *dead = pcap_open_dead(links[i], 262144);
		struct bpf_program program;
		int r;

		if (!dead)
			return 0;
		r = pcap_compile(dead, &program, filter, 1, PCAP_NETMASK_UNKNOWN);
		if (r == 0)
			pcap_freecode(&program);
		else if (!problem[0])
			snprintf(problem, 160, "%s", pcap_geterr(dead));
		pcap_close(dead);
		if (r == 0)
			return 0;
	}
	return -EINVAL;
}

/* Each file that opens. The others are told and left out; a pipe is not opened here. */
static int check_files(struct crew *crew, bool *usable, bool *ret_once)
{
	const struct run_options *options = crew->options;
	int i, j, good = 0;

	*ret_once = false;
	for (i = 0; i < options->file_count; i++) {
		usable[i] = true;
		for (j = 0; j < i && feed_is_pipe(options->files[i]); j++)
			usable[i] = usable[i] && strcmp(options->files[i], options->files[j]);
		if (!usable[i])
			continue;
		if (feed_is_pipe(options->files[i])) {
			*ret_once = true;
		} else {
			usable[i] = crew_open(crew, i, false) == 0;
			feed_close(&crew->feed);
		}
		good += usable[i];
	}
	return good;
}

/* The first pass over several files. */
static struct pair *survey(struct crew *crew, bool *usable)
{
	const struct run_options *options = crew->options;
	const struct observation *obs;
	struct pair *pair = pair_new(options->hash_key, options->memory_bytes, options->file_count);
	int i;

	for (i = 0; pair && i < options->file_count; i++) {
		if (!usable[i] || crew_open(crew, i, false) < 0)
			continue;
		while ((obs = feed_next(&crew->feed)))
			if (!crew->select || keyset_has_connection(crew->select, obs))
				pair_learn(pair, obs);
		feed_close(&crew->feed);
	}
	if (pair)
		pair_match(pair);
	return pair;
}

/*
 * Once more where a point was rotated: a connection that crosses from one piece into the next is
 * one connection there, and what a piece lacks the piece before or after it may have.
 */
static void survey_points(struct crew *crew, struct plan *plan)
{
	const struct run_options *options = crew->options;
	struct pair *pair;
	const struct observation *obs;
	int i, points = 0;

	for (i = 0; i < plan->count; i++)
		points += plan_noted_as(plan, &plan->files[i]) == plan->files[i].index;
	pair = pair_new(options->hash_key, options->memory_bytes, points);
	if (!pair)
		return;
	for (i = 0; i < plan->count; i++) {
		int noted_as = plan_noted_as(plan, &plan->files[i]);

		if (crew_open(crew, plan->files[i].index, false) < 0)
			continue;
		while ((obs = feed_next(&crew->feed))) {
			struct observation noted = *obs;

			noted.file = (uint8_t)noted_as;
			if (!crew->select || keyset_has_connection(crew->select, obs))
				pair_learn(pair, &noted);
		}
		feed_close(&crew->feed);
	}
	pair_match(pair);
	plan_set_clocks(plan, pair);
	pair_free(crew->pair);
	crew->pair = pair;
}

/* FILTER: which connections are meant. */
static int choose_connections(struct crew *crew, const bool *usable)
{
	const struct run_options *options = crew->options;
	const struct observation *obs;
	int i;

	crew->select = keyset_new(options->hash_key, options->memory_bytes / 4);
	if (!crew->select)
		return -ENOMEM;
	for (i = 0; i < options->file_count; i++) {
		if (!usable[i] || crew_open(crew, i, true) < 0)
			continue;
		while ((obs = feed_next(&crew->feed)))
			keyset_add_connection(crew->select, obs);
		feed_close(&crew->feed);
	}
	if (keyset_overflow(crew->select))
		options->note(options->context,
			      "%llu packets of connections that match were left out: too many "
			      "connections, raise --memory",
			      "匹配的连接太多，有 %llu 个包未分析：请加大 --memory",
			      (unsigned long long)keyset_overflow(crew->select));
	return 0;
}

static void prepare(struct crew *crew, struct plan *plan, bool *usable, bool has_once, int good)
{
	const struct run_options *options = crew->options;

	if (has_once && good > 1)
		options->note(options->context,
			      "a pipe can be read only once: each input is judged alone",
			      "管道只能读一遍：各输入单独分析");
	if (options->filter && !has_once && choose_connections(crew, usable) < 0)
		crew->status = 1;
	if (has_once || good < 2) {
		plan_alone(plan, usable, options->file_count);
		return;
	}
	crew->pair = survey(crew, usable);
	if (!crew->pair) {
		plan_alone(plan, usable, options->file_count);
		return;
	}
	plan_make(plan, crew->pair, options->files, usable, options->file_count);
	if (plan_has_pieces(plan))
		survey_points(crew, plan);
	if (pair_overflow(crew->pair))
		options->note(options->context,
			      "%llu connections could not be compared between the files: too many, "
			      "raise --memory",
			      "连接太多，有 %llu 条未能在文件之间比对：请加大 --memory",
			      (unsigned long long)pair_overflow(crew->pair));
	if (!plan->paired) {
		pair_free(crew->pair);
		crew->pair = NULL;
	}
}

int run_captures(const struct run_options *options)
{
	struct crew *crew = calloc(1, sizeof(*crew));
	struct plan *plan = calloc(1, sizeof(*plan));
	bool usable[RUN_FILES_MAX], has_once;
	int status, good;

	if (!crew || !plan) {
		free(crew);
		free(plan);
		options->note(options->context, "out of memory", "内存不足");
		return 1;
	}
	crew->options = options;
	/* One file is opened once, when it is read: a pipe can be opened no more often. */
	if (options->file_count == 1 && !options->filter) {
		usable[0] = true;
		plan_alone(plan, usable, 1);
	} else {
		good = check_files(crew, usable, &has_once);
		prepare(crew, plan, usable, has_once, good);
	}
	crew_work(crew, plan);
	status = crew->status;
	keyset_free(crew->select);
	pair_free(crew->pair);
	free(plan);
	free(crew);
	return status;
}
