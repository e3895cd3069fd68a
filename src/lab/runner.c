/* SPDX-License-Identifier: MIT */
#include "lab/runner.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lab/judge.h"
#include "lab/watch.h"

#define VERDICT_MS 2000 /* a verdict that has not come by then does not come */
#define SURPLUS_MS 60	/* what should not come after the awaited ones */
#define SILENCE_MS 200
#define PORT_FIRST 20000 /* below what kernels give to clients: 32768 */
#define PORT_BLOCKS 700

struct runner {
	const struct runner_options *options;
	struct lab *lab;
	struct watches *watches; /* NULL: staging only */
	const char *blind;	 /* why there are no viewpoints */
	FILE *out;
	FILE *table;
	unsigned int passed, failed, skipped;
	unsigned int certain_lies;
	unsigned int index;
};

static void say(struct runner *runner, enum judge_result result, const char *name, const char *view,
		const char *words)
{
	static const char *const results[] = { "PASS", "FAIL", "SKIP" };

	if (result == JUDGE_MUTE)
		return;
	runner->passed += result == JUDGE_PASS;
	runner->failed += result == JUDGE_FAIL;
	runner->skipped += result == JUDGE_SKIP;
	fprintf(runner->out, "%s %s %s%s%s\n", results[result], name, view, words[0] ? ": " : "",
		words);
	fflush(runner->out);
}

static void tabulate(struct runner *runner, const struct scenario *scenario, const char *view,
		     const struct judgement *judgement)
{
	const struct watch_event *got = judgement->got;
	static const struct watch_event nothing;

	if (!runner->table || judgement->result == JUDGE_MUTE)
		return;
	if (!got)
		got = &nothing;
	fprintf(runner->table, "%s,%s,%s,%s,%s,%s,%s,%s,%s,%d,%s\n",
		scenario->fingerprint ?: scenario->name, scenario->name, view, scenario->class,
		scenario->cause, got->class, got->class_confidence, got->cause, got->confidence,
		judgement->place,
		judgement->result == JUDGE_PASS	  ? "yes"
		: judgement->result == JUDGE_FAIL ? "no"
						  : "skipped");
	fflush(runner->table);
}

static void show_packets(struct runner *runner)
{
	struct buf line;
	unsigned int i;

	buf_init(&line, 1024);
	for (i = 0; i < runner->lab->packet_count; i++) {
		/* The middle of a long transfer tells nothing. */
		if (i == 30 && runner->lab->packet_count > 60) {
			fprintf(runner->out, "    ... %u packets ...\n",
				runner->lab->packet_count - 60);
			i = runner->lab->packet_count - 30;
		}
		buf_clear(&line);
		capture_format(runner->lab, &runner->lab->packets[i], &line);
		fprintf(runner->out, "    %s\n", buf_text(&line));
	}
	buf_release(&line);
}

/* Waits until every view has said what is wanted of it, or will not any more. */
static void collect(struct runner *runner, const struct scenario *scenario)
{
	int64_t now = lab_now_ns(), deadline = now + VERDICT_MS * 1000000ll;
	bool silent = true, complete = false;
	int i;

	for (i = 0; i < WATCH_COUNT; i++)
		silent &= judge_want(scenario, i) == WANT_SILENT ||
			  judge_want(scenario, i) == WANT_ANY;
	if (silent)
		deadline = now + SILENCE_MS * 1000000ll;
	for (; now < deadline; now = lab_now_ns()) {
		watches_read(runner->watches, (int)((deadline - now) / 1000000) + 1);
		if (silent || complete)
			continue;
		complete = true;
		for (i = 0; i < WATCH_COUNT; i++)
			complete &= judge_complete(scenario, runner->watches, i);
		if (complete)
			deadline = lab_now_ns() + SURPLUS_MS * 1000000ll;
	}
}

static void views_say(struct runner *runner, const struct scenario *scenario)
{
	struct judgement judgement;
	char words[768];
	int i;

	for (i = 0; i < WATCH_COUNT; i++) {
		const char *view = judge_view_name(scenario, i);
		const struct watch_event *got;

		judge_view(scenario, runner->lab, runner->watches, i, &judgement);
		got = judgement.got;
		words[0] = '\0';
		if (got)
			snprintf(words, sizeof(words), "%s/%s (class %s, cause %s%s)%s%s%s",
				 got->class, got->cause, got->class_confidence, got->confidence,
				 judgement.place && judgement.place <= JUDGE_TOP ? ", listed" : "",
				 got->expected ? " expected" : "", judgement.why[0] ? "; " : "",
				 judgement.why);
		else
			snprintf(words, sizeof(words), "%s", judgement.why);
		if (judgement.result == JUDGE_FAIL && got && strncmp(judgement.why, "WRONG AND", 9))
			snprintf(words + strlen(words), sizeof(words) - strlen(words),
				 ", but %s/%s", scenario->class, scenario->cause);
		if (judgement.verdicts > 1)
			snprintf(words + strlen(words), sizeof(words) - strlen(words),
				 " [%u verdicts]", judgement.verdicts);
		runner->certain_lies += !strncmp(judgement.why, "WRONG AND", 9);
		say(runner, judgement.result, scenario->name, view, words);
		if (runner->options->verbose && got)
			fprintf(runner->out, "    %s\n", got->line);
		tabulate(runner, scenario, view, &judgement);
	}
}

static void views_skip(struct runner *runner, const struct scenario *scenario, const char *why)
{
	static const struct judgement skipped = { .result = JUDGE_SKIP };

	if (runner->options->only_stage)
		return;
	say(runner, JUDGE_SKIP, scenario->name, "views", why);
	tabulate(runner, scenario, "views", &skipped);
}

static void scenario_run(struct runner *runner, const struct scenario *scenario)
{
	uint16_t base = (uint16_t)(PORT_FIRST + (runner->options->seed + runner->index++) %
							PORT_BLOCKS * LAB_PORTS);
	struct lab *lab = runner->lab;
	struct judgement stage;
	int r;

	lab_begin(lab, base);
	needs_missing(lab, scenario, lab->skipped, sizeof(lab->skipped));
	if (lab->skipped[0]) {
		say(runner, JUDGE_SKIP, scenario->name, "stage", lab->skipped);
		views_skip(runner, scenario, lab->skipped);
		return;
	}
	if (runner->watches)
		watches_begin(runner->watches, base);
	if (runner->options->only_stage)
		counters_begin(lab);
	r = scenario->run(lab);
	if (r < 0)
		lab_break(lab, "%s", strerror(-r));
	if (runner->watches && !lab->broken[0] && !lab->skipped[0])
		collect(runner, scenario);
	else
		lab_idle_ms(lab, 30);
	capture_drain(lab);
	if (lab->skipped[0]) {
		say(runner, JUDGE_SKIP, scenario->name, "stage", lab->skipped);
	} else if (lab->broken[0]) {
		say(runner, JUDGE_FAIL, scenario->name, "stage", lab->broken);
	} else {
		judge_stage(scenario, lab, &stage);
		say(runner, stage.result, scenario->name, "stage", stage.why);
	}
	if (runner->options->verbose || runner->options->only_stage ||
	    (!lab->skipped[0] && (lab->broken[0] || stage.result == JUDGE_FAIL))) {
		fprintf(runner->out, "    calls: %s\n", buf_text(&lab->notes));
		if (runner->options->only_stage)
			counters_say(lab, runner->out);
		show_packets(runner);
	}
	if (lab->skipped[0] || lab->broken[0])
		views_skip(runner, scenario, "it was not staged");
	else if (runner->watches)
		views_say(runner, scenario);
	else
		views_skip(runner, scenario, runner->blind);
	lab_end(lab);
}

static bool is_named(const char *name, char *const names[], int count)
{
	int i;

	for (i = 0; i < count; i++)
		if (!strcmp(names[i], name) || !strcmp(names[i], "all"))
			return true;
	return count == 0;
}

static int names_check(const struct scenario *const table[], char *const names[], int count)
{
	int i, j;

	for (i = 0; i < count; i++) {
		for (j = 0; table[j] && strcmp(table[j]->name, names[i]); j++)
			;
		if (!table[j] && strcmp(names[i], "all")) {
			fprintf(stderr, "there is no scenario '%s'; --list names them\n", names[i]);
			return -EINVAL;
		}
	}
	return 0;
}

static void finish(struct runner *runner)
{
	if (runner->watches) {
		watches_stop(runner->watches);
		if (runner->watches->late || runner->watches->bad)
			fprintf(runner->out,
				"%u verdicts came late or were about foreign ports, %u lines were "
				"no JSON\n",
				runner->watches->late, runner->watches->bad);
		free(runner->watches);
	}
	if (runner->certain_lies)
		fprintf(runner->out, "%u views were WRONG AND CERTAIN\n", runner->certain_lies);
	fprintf(runner->out, "%u passed, %u failed, %u skipped\n", runner->passed, runner->failed,
		runner->skipped);
	if (runner->table)
		fclose(runner->table);
	lab_free(runner->lab);
}

int runner_run(const struct scenario *const table[], const struct runner_options *options,
	       char *const names[], int name_count, FILE *out)
{
	struct runner runner = { .options = options, .out = out };
	char why[512] = "";
	int i, r = names_check(table, names, name_count);

	if (r == 0)
		r = lab_new(&runner.lab, why, sizeof(why));
	if (r == 0 && options->table) {
		runner.table = fopen(options->table, "we");
		if (runner.table)
			fputs("fingerprint,scenario,view,expected_class,expected_cause,class,"
			      "class_confidence,cause,confidence,place,pass\n",
			      runner.table);
		else
			r = -errno;
	}
	if (r < 0) {
		if (why[0])
			fprintf(stderr, "the lab cannot be set up: %s\n", why);
		lab_free(runner.lab);
		return r;
	}
	if (!options->only_stage) {
		runner.watches = calloc(1, sizeof(*runner.watches));
		if (!runner.watches || watches_start(runner.watches, runner.lab, options->whyrst,
						     why, sizeof(why)) < 0) {
			free(runner.watches);
			runner.watches = NULL;
			runner.blind = why;
			fprintf(stderr, "no viewpoints: %s\n", why);
		}
	}
	for (i = 0; table[i]; i++)
		if (is_named(table[i]->name, names, name_count))
			scenario_run(&runner, table[i]);
	finish(&runner);
	return runner.failed ? 1 : 0;
}
