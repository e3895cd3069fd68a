/* SPDX-License-Identifier: MIT */
#include "lab/worker.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/boot.h"
#include "lab/lab_private.h"
#include "lab/unwatched.h"
#include "lab/watch.h"

#define VERDICT_MS 4000 /* a verdict that has not come by then does not come */
#define SURPLUS_MS 60	/* what should not come after the awaited ones */
#define SILENCE_MS 200
#define NEAR_NS 1000000	 /* between the pieces of one reset */
#define PORT_FIRST 10000 /* up to where kernels begin to give ports to clients: 32768 */
#define PORT_BLOCKS (22768 / LAB_PORTS / WORKER_SLOTS)
#define CAPTURES_PAGE_MAX (4 << 20)
#define RESULTS_MAX (2 * (VIEW_COUNT + 1))

struct worker {
	const struct runner_options *options;
	struct lab *lab;
	struct watches *watches; /* NULL: nobody is asked */
	struct unwatched *unwatched;
	char blind[512]; /* why there are no viewpoints */
	unsigned int runs;
	/* of the scenario that runs */
	int64_t begin_ns; /* CLOCK_REALTIME */
	struct lab_result results[RESULTS_MAX];
	int result_count;
	struct buf captures; /* the page of `read` about them, of the first run */
	char skipped[256];
};

int worker_new(const struct runner_options *options, unsigned int slot, char *waiting,
	       struct worker **ret_worker, char *ret_why, size_t why_size)
{
	struct worker *worker = calloc(1, sizeof(*worker));
	int r = worker ? 0 : -ENOMEM;

	if (r == 0 && !needs_program("ip")) {
		snprintf(ret_why, why_size, "%s", lang_word(options->lang, WORD_LAB_NO_IP));
		r = -ENOENT;
	}
	if (r == 0)
		r = sandbox_files(ret_why, why_size);
	if (r == 0)
		r = lab_new(&worker->lab, ret_why, why_size);
	if (r < 0) {
		free(worker);
		return r;
	}
	worker->options = options;
	buf_init(&worker->captures, CAPTURES_PAGE_MAX);
	worker->lab->lang = options->lang;
	worker->lab->fixed = options->fixed;
	worker->lab->random = options->seed ? options->seed * 0x9e3779b97f4a7c15ull + slot : 0;
	worker->lab->waiting = waiting;
	worker->lab->first_port = (uint16_t)(PORT_FIRST + LAB_PORTS * slot * PORT_BLOCKS);
	worker->lab->last_port = (uint16_t)(worker->lab->first_port + LAB_PORTS * PORT_BLOCKS - 1);
	if (!options->only_stage) {
		worker->watches = calloc(1, sizeof(*worker->watches));
		if (!worker->watches || watches_start(worker->watches, worker->lab, options,
						      worker->blind, sizeof(worker->blind)) < 0) {
			free(worker->watches);
			worker->watches = NULL;
			fprintf(stderr, "no viewpoints: %s\n", worker->blind);
		}
		worker->unwatched = unwatched_start();
	} else {
		snprintf(worker->blind, sizeof(worker->blind), "--only-stage");
	}
	/* The viewpoints stay outside: they name processes as the machine does. */
	r = sandbox_processes(worker->lab, ret_why, why_size);
	if (r < 0) {
		worker_free(worker);
		return r;
	}
	*ret_worker = worker;
	return 0;
}

void worker_free(struct worker *worker)
{
	if (!worker)
		return;
	if (worker->watches)
		watches_stop(worker->watches);
	free(worker->watches);
	unwatched_stop(worker->unwatched);
	lab_free(worker->lab);
	buf_release(&worker->captures);
	free(worker);
}

/* Waits until every view has said what is wanted of it, or will not any more. */
static void collect(struct worker *worker, const struct scenario *scenario)
{
	int64_t now = lab_now_ns(), deadline = now + VERDICT_MS * 1000000ll;
	bool silent = true, complete = false;
	int i;

	wait_name(worker->lab, "the verdicts");
	for (i = 0; i < WATCH_COUNT; i++)
		silent &= judge_want(scenario, i) == WANT_SILENT ||
			  judge_want(scenario, i) == WANT_ANY;
	if (silent)
		deadline = now + SILENCE_MS * 1000000ll;
	for (; now < deadline; now = lab_now_ns()) {
		watches_read(worker->watches, (int)((deadline - now) / 1000000) + 1);
		if (silent || complete)
			continue;
		complete = true;
		for (i = 0; i < WATCH_COUNT; i++)
			complete &= judge_complete(scenario, worker->watches, i);
		if (complete)
			deadline = lab_now_ns() + SURPLUS_MS * 1000000ll;
	}
}

static struct lab_result *result_add(struct worker *worker, int view, const char *id,
				     enum judge_result judged, const char *why)
{
	struct lab_result *result;

	if (judged == JUDGE_MUTE || worker->result_count == RESULTS_MAX)
		return NULL;
	result = &worker->results[worker->result_count++];
	memset(result, 0, sizeof(*result));
	result->view = view;
	result->ip = worker->lab->ip6 ? 6 : 4;
	result->id = id;
	result->result = judged;
	snprintf(result->why, sizeof(result->why), "%s", why);
	return result;
}

/* No reset that this view is to know of came while a program of `live` could run. */
static bool is_out_of_view(const struct worker *worker, int view, char *ret_whose, size_t size)
{
	const struct lab *lab = worker->lab;
	const struct lab_packet *packet = lab->packets, *end = packet + lab->packet_count;
	bool sends = false, found = false;

	for (; packet < end; packet++)
		sends |= packet->seen.flags & TCP_RST && (int)packet->host == view;
	for (packet = lab->packets; packet < end; packet++) {
		if (!(packet->seen.flags & TCP_RST) || (sends && (int)packet->host != view))
			continue;
		found = unwatched_between(worker->unwatched, packet->seen.time_ns,
					  packet->seen.time_ns, ret_whose, size);
		if (!found)
			return false;
	}
	return found;
}

/* What was awaited, a timer's work most of all, came while no program of `live` could run. */
static bool moment_out_of_view(const struct worker *worker, char *ret_whose, size_t size)
{
	const int64_t offset_ns = clock_wall_minus_monotonic_ns();
	const struct lab *lab = worker->lab;

	for (unsigned int i = 0; i < lab->moment_count; i++)
		if (unwatched_between(worker->unwatched, lab->moments[i].from_ns + offset_ns,
				      lab->moments[i].to_ns + offset_ns, ret_whose, size))
			return true;
	return false;
}

/*
 * What `live` could not see is left out with that reason, as where the kernel lacks something: it
 * said nothing of resets that came then (their packets say when), or it did not know of an end that
 * a timer had made then. Whatever it called certain stays wrong; and of any other failure this is
 * told with it.
 */
static void excuse(struct worker *worker, int view, struct judgement *judgement)
{
	size_t length = strlen(judgement->why);
	char whose[64];

	if (judgement->result != JUDGE_FAIL || view >= VIEW_CAPTURE_FIRST)
		return;
	if (!judgement->got && is_out_of_view(worker, view, whose, sizeof(whose))) {
		judgement->result = JUDGE_SKIP;
		snprintf(judgement->why, sizeof(judgement->why),
			 "the reset came while %s had the processor, when this kernel runs no "
			 "tracing program",
			 whose);
	} else if (judgement->got && strncmp(judgement->why, JUDGE_LIE, strlen(JUDGE_LIE)) != 0 &&
		   moment_out_of_view(worker, whose, sizeof(whose))) {
		judgement->result = JUDGE_SKIP;
		snprintf(judgement->why, sizeof(judgement->why),
			 "what it had to know came about while %s had the processor, when this "
			 "kernel runs no tracing program",
			 whose);
	} else if (unwatched_between(worker->unwatched, worker->begin_ns, INT64_MAX, whose,
				     sizeof(whose))) {
		snprintf(judgement->why + length, sizeof(judgement->why) - length,
			 " (meanwhile %s had a processor, when no tracing program runs)", whose);
	}
}

/* One of the pieces of such a reset may have been seen by nobody. */
static void mark_unseen(struct worker *worker)
{
	struct watches *watches = worker->watches;
	char whose[64];

	for (unsigned int i = 0; i < watches->event_count; i++) {
		struct watch_event *event = &watches->events[i];

		if (event->watch < VIEW_CAPTURE_FIRST && event->time_ns)
			event->incomplete |=
				unwatched_between(worker->unwatched, event->time_ns - NEAR_NS,
						  event->time_ns + NEAR_NS, whose, sizeof(whose));
	}
}

static void judge_one(struct worker *worker, const struct scenario *scenario, int view)
{
	struct judgement judgement;
	const struct watch_event *got;
	struct lab_result *result;

	judge_view(scenario, worker->lab, worker->watches, view, &judgement);
	excuse(worker, view, &judgement);
	result = result_add(worker, view, judge_view_id(scenario, view), judgement.result,
			    judgement.why);
	if (!result)
		return;
	judge_want_text(scenario, judge_view_want(scenario, worker->lab, view), result->wanted,
			sizeof(result->wanted));
	result->verdicts = judgement.verdicts;
	result->place = judgement.place;
	got = judgement.got;
	if (!got)
		return;
	result->expected = got->expected;
	memcpy(result->class, got->class, WATCH_WORD);
	memcpy(result->class_confidence, got->class_confidence, WATCH_WORD);
	memcpy(result->cause, got->cause, WATCH_WORD);
	memcpy(result->confidence, got->confidence, WATCH_WORD);
	result->line = strdup(got->line);
}

/* Nothing was asked: the views that would have been are left out with the reason. */
static void skip_views(struct worker *worker, const char *why)
{
	if (!worker->options->only_stage)
		result_add(worker, WATCH_ALL, "views", JUDGE_SKIP, why);
}

static void pause_lab(struct worker *worker, FILE *out)
{
	struct lab *lab = worker->lab;
	char answer[16];
	int host;

	fprintf(out, "\n  %s\n", lang_word(lab->lang, WORD_LAB_LOOK_AROUND));
	for (host = 0; host < LAB_HOSTS; host++)
		fprintf(out, "    nsenter --net=/proc/%d/fd/%d ss -tanope    # %s\n", getpid(),
			lab->ns[host], lab_who_name(host));
	fflush(out);
	wait_name(lab, "the Enter key");
	if (!fgets(answer, sizeof(answer), stdin))
		fputc('\n', out);
}

/* What the scenario did, now that it is done or broken. */
static void judge_all(struct worker *worker, const struct scenario *scenario)
{
	struct lab *lab = worker->lab;
	struct judgement stage;
	int view;

	if (lab->skipped[0]) {
		result_add(worker, -1, "stage", JUDGE_SKIP, lab->skipped);
		skip_views(worker, lab->skipped);
		return;
	}
	if (lab->broken[0]) {
		result_add(worker, -1, "stage", JUDGE_FAIL, lab->broken);
		skip_views(worker, "it was not staged");
		return;
	}
	judge_stage(scenario, lab, &stage);
	result_add(worker, -1, "stage", stage.result, stage.why);
	if (!worker->watches) {
		skip_views(worker, worker->blind);
		return;
	}
	mark_unseen(worker);
	reread_captures(lab, worker->options, worker->watches);
	for (view = 0; view < VIEW_COUNT; view++)
		judge_one(worker, scenario, view);
}

static bool run_failed(const struct worker *worker, int first)
{
	int i;

	for (i = first; i < worker->result_count; i++)
		if (worker->results[i].result == JUDGE_FAIL)
			return true;
	return false;
}

static void show_captures(struct worker *worker, FILE *out)
{
	struct buf page;

	buf_init(&page, CAPTURES_PAGE_MAX);
	page_ladder(out, worker->options, worker->lab, &page);
	if (!worker->captures.length)
		buf_add(&worker->captures, buf_text(&page), page.length);
	buf_release(&page);
}

static void run_over(struct worker *worker, const struct scenario *scenario, unsigned int ip,
		     FILE *out, bool live)
{
	const struct runner_options *options = worker->options;
	struct lab *lab = worker->lab;
	bool page = options->detail && !options->json;
	int first = worker->result_count, r;
	uint16_t base = (uint16_t)(lab->first_port +
				   LAB_PORTS * ((options->seed + worker->runs++) % PORT_BLOCKS));

	lab->ip6 = ip == 6;
	lab_begin(lab, base);
	if (page)
		page_title(out, options, scenario, ip);
	lab->live_page = page && live ? out : NULL;
	if (worker->watches)
		watches_begin(worker->watches, base);
	if (options->only_stage)
		counters_begin(lab);
	worker->begin_ns = clock_monotonic_ns() + clock_wall_minus_monotonic_ns();
	r = scenario->run(lab);
	if (r < 0)
		lab_break(lab, "%s", strerror(-r));
	lab->live_page = NULL;
	if (worker->watches && !lab->broken[0] && !lab->skipped[0])
		collect(worker, scenario);
	else
		lab_idle_ms(lab, 30);
	capture_drain(lab);
	judge_all(worker, scenario);
	if (page && !live)
		fputs(buf_text(&lab->notes), out);
	if (page)
		show_captures(worker, out);
	if (options->only_stage && !options->json)
		counters_say(lab, out);
	if (!page && !options->json && run_failed(worker, first)) {
		fprintf(out, "%s", buf_text(&lab->notes));
		page_packets(out, lab);
	}
	if (page)
		page_views(out, options, worker->results + first, worker->result_count - first);
	if (options->captures_fd >= 0)
		captures_keep(lab, scenario->name, options->captures_fd);
	if (options->pause && !lab->skipped[0])
		pause_lab(worker, out);
	lab_end(lab);
}

/* The same story, but nothing may be reset, or nothing but what the remedy is not about. */
static struct scenario with_remedy(const struct scenario *scenario)
{
	struct scenario fixed = *scenario;

	fixed.class = fixed.cause = "none";
	fixed.shape = SHAPE_SILENT;
	memset(fixed.want, 0, sizeof(fixed.want));
	memset(fixed.also, 0, sizeof(fixed.also));
	for (int i = 0, kept = 0; i < LAB_ALSO && scenario->also[i].class; i++)
		if (scenario->remains && strcmp(scenario->also[i].cause, scenario->remains) == 0)
			fixed.also[kept++] = scenario->also[i];
	fixed.want_all = fixed.want_captures = fixed.want_both = WANT_DEFAULT;
	return fixed;
}

static void tabulate(FILE *table, const struct scenario *scenario, const struct lab_result *result)
{
	const char *pass = result->result == JUDGE_PASS	  ? "yes"
			   : result->result == JUDGE_FAIL ? "no"
							  : "skipped";

	fprintf(table, "%s,%s,%u,%s,%s,%s,%s,%s,%s,%s,%d,%s,",
		scenario->fingerprint ?: scenario->name, scenario->name, result->ip, result->id,
		scenario->class, scenario->cause, result->class, result->class_confidence,
		result->cause, result->confidence, result->place, pass);
	if (result->why[0]) {
		const char *at;

		fputc('"', table);
		for (at = result->why; *at; at++)
			fputc(*at == '"' || *at == '\n' ? '\'' : *at, table);
		fputc('"', table);
	}
	fputc('\n', table);
}

void worker_run(struct worker *worker, const struct scenario *scenario, FILE *out, bool live,
		FILE *table, struct tally *ret_tally)
{
	const struct runner_options *options = worker->options;
	const struct scenario told = options->fixed ? with_remedy(scenario) : *scenario;
	int64_t begin_ns = lab_now_ns();
	unsigned int ip;
	int i;

	memset(ret_tally, 0, sizeof(*ret_tally));
	worker->result_count = 0;
	buf_clear(&worker->captures);
	needs_missing(worker->lab, scenario, worker->skipped, sizeof(worker->skipped));
	if (scenario->only_ip && !(options->ips & 1u << scenario->only_ip))
		snprintf(worker->skipped, sizeof(worker->skipped), "%s IPv%u",
			 lang_word(options->lang, WORD_LAB_ONLY_OVER), scenario->only_ip);
	worker->lab->ip6 = scenario->only_ip == 6;
	if (worker->skipped[0]) {
		result_add(worker, -1, "stage", JUDGE_SKIP, worker->skipped);
		skip_views(worker, worker->skipped);
	}
	for (ip = 4; ip <= 6 && !worker->skipped[0]; ip += 2)
		if (options->ips & 1u << ip && (!scenario->only_ip || scenario->only_ip == ip))
			run_over(worker, &told, ip, out, live);
	for (i = 0; i < worker->result_count; i++) {
		const struct lab_result *result = &worker->results[i];

		ret_tally->passed += result->result == JUDGE_PASS;
		ret_tally->failed += result->result == JUDGE_FAIL;
		ret_tally->skipped += result->result == JUDGE_SKIP;
		ret_tally->certain_lies += !strncmp(result->why, JUDGE_LIE, strlen(JUDGE_LIE));
		if (table)
			tabulate(table, &told, result);
	}
	if (options->json)
		page_json(out, options, scenario, worker->results, worker->result_count,
			  worker->skipped, (lab_now_ns() - begin_ns) / 1000000);
	else if (options->detail)
		page_end(out, options, &told, worker->results, worker->result_count,
			 worker->skipped, buf_text(&worker->captures));
	else
		page_brief(out, options, &told, worker->results, worker->result_count,
			   worker->skipped, (lab_now_ns() - begin_ns) / 1000000);
	for (i = 0; i < worker->result_count; i++)
		free(worker->results[i].line);
	fflush(out);
	if (table)
		fflush(table);
}
