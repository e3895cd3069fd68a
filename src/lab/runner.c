/* SPDX-License-Identifier: MIT */
#include "lab/runner.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lab/lab_private.h"
#include "lab/list.h"
#include "lab/worker.h"

#define LIMIT_S                                                                                    \
	30	     /* of a scenario that says nothing else, its verdicts too, over each protocol \
		      */
#define READY_S 60   /* until a lab and its viewpoints stand */
#define STOP_MS 8000 /* until a worker that is told to end has ended */
#define IDLE_TASK (-1) /* of a worker that has nothing to do */

enum answer_kind {
	ANSWER_READY,  /* the lab stands */
	ANSWER_BROKEN, /* there is none: the text says why */
	ANSWER_DONE,   /* with a scenario */
};

/* What a worker says; the texts follow. */
struct answer {
	enum answer_kind kind;
	uint32_t text_bytes, table_bytes;
	struct tally tally;
};

struct hand {
	pid_t pid; /* 0: none */
	int pipe;  /* both ways */
	int slot_fd;
	unsigned int slot;
	bool ready;
	int task;
	int64_t deadline_ns;
	char *waiting;
};

struct runner {
	const struct scenario *const *scenarios;
	const struct runner_options *options;
	int *order;
	int count, next, done;
	struct hand hands[RUNNER_JOBS_MAX];
	FILE *out;
	struct tally tally;
	bool live;   /* a single worker prints as it happens */
	bool broken; /* no lab can be made */
};

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	(void)signal;
	stopped = 1;
}

/* Labs of other runs on this machine use other ports. The name is free again when its owner is
 * gone, however that came. */
static int slot_take(unsigned int *ret_slot)
{
	struct sockaddr_un name = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), length;

	for (*ret_slot = 0; fd >= 0 && *ret_slot < WORKER_SLOTS; (*ret_slot)++) {
		length = snprintf(name.sun_path + 1, sizeof(name.sun_path) - 1, "whyrst-lab-%u",
				  *ret_slot);
		if (bind(fd, (struct sockaddr *)&name,
			 (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 +
				     (size_t)length)) == 0)
			return fd;
	}
	if (fd >= 0)
		close(fd);
	return -EBUSY;
}

static bool write_all(int fd, const void *bytes, size_t count)
{
	size_t done = 0;

	while (done < count) {
		ssize_t wrote = send(fd, (const char *)bytes + done, count - done, MSG_NOSIGNAL);

		if (wrote <= 0)
			return false;
		done += (size_t)wrote;
	}
	return true;
}

static bool read_all(int fd, void *bytes, size_t count)
{
	size_t done = 0;

	while (done < count) {
		ssize_t got = read(fd, (char *)bytes + done, count - done);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		done += (size_t)got;
	}
	return true;
}

static void answer_send(int pipe, struct answer *answer, const char *text, const char *table)
{
	answer->text_bytes = text ? (uint32_t)strlen(text) : 0;
	answer->table_bytes = table ? (uint32_t)strlen(table) : 0;
	if (!write_all(pipe, answer, sizeof(*answer)) ||
	    !write_all(pipe, text, answer->text_bytes) ||
	    !write_all(pipe, table, answer->table_bytes))
		_exit(1);
}

/* One scenario; what it prints is sent when it is done, or printed at once. */
static void hand_run(struct runner *runner, struct worker *worker, int pipe, int task)
{
	const struct scenario *scenario = runner->scenarios[task];
	struct answer answer = { .kind = ANSWER_DONE };
	char *text = NULL, *table = NULL;
	size_t text_size = 0, table_size = 0;
	FILE *rows = runner->options->table ? open_memstream(&table, &table_size) : NULL;
	FILE *out = runner->live ? stdout : open_memstream(&text, &text_size);

	worker_run(worker, scenario, out, runner->live, rows, &answer.tally);
	if (!runner->live)
		fclose(out);
	if (rows)
		fclose(rows);
	answer_send(pipe, &answer, text, table);
	free(text);
	free(table);
}

static void hand_main(struct runner *runner, const struct hand *hand, int pipe)
{
	struct answer answer = { .kind = ANSWER_BROKEN };
	struct worker *worker;
	char why[512] = "";
	int task;

	prctl(PR_SET_NAME, "lab-worker", 0, 0, 0);
	signal(SIGINT, SIG_IGN); /* the runner decides when it ends */
	signal(SIGTERM, SIG_DFL);
	if (worker_new(runner->options, hand->slot, hand->waiting, &worker, why, sizeof(why)) < 0) {
		answer_send(pipe, &answer, why[0] ? why : "no memory", NULL);
		_exit(1);
	}
	answer.kind = ANSWER_READY;
	answer_send(pipe, &answer, NULL, NULL);
	while (read_all(pipe, &task, sizeof(task)))
		hand_run(runner, worker, pipe, task);
	worker_free(worker);
	fflush(NULL);
	_exit(0);
}

static int hand_start(struct runner *runner, struct hand *hand)
{
	pid_t parent = getpid();
	int pair[2], i;

	if (hand->slot_fd < 0)
		hand->slot_fd = slot_take(&hand->slot);
	if (hand->slot_fd < 0)
		return hand->slot_fd;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	fflush(NULL);
	hand->pid = fork();
	if (hand->pid == 0) {
		if (!sandbox_child(parent))
			_exit(1);
		for (i = 0; i < RUNNER_JOBS_MAX; i++)
			if (&runner->hands[i] != hand && runner->hands[i].pid > 0)
				close(runner->hands[i].pipe);
		close(pair[0]);
		hand_main(runner, hand, pair[1]);
	}
	close(pair[1]);
	if (hand->pid < 0) {
		close(pair[0]);
		hand->pid = 0;
		return -EAGAIN;
	}
	hand->pipe = pair[0];
	hand->ready = false;
	hand->task = IDLE_TASK;
	hand->deadline_ns = lab_now_ns() + READY_S * 1000000000ll;
	return 0;
}

static void hand_end(struct hand *hand)
{
	const struct timespec tick = { .tv_nsec = 5000000 };
	int64_t deadline = lab_now_ns() + STOP_MS * 1000000ll;

	if (!hand->pid)
		return;
	close(hand->pipe);
	while (waitpid(hand->pid, NULL, WNOHANG) == 0) {
		if (stopped || lab_now_ns() > deadline)
			kill(hand->pid, SIGKILL);
		nanosleep(&tick, NULL);
	}
	hand->pid = 0;
}

static void hand_kill(struct hand *hand)
{
	kill(hand->pid, SIGKILL);
	close(hand->pipe);
	waitpid(hand->pid, NULL, 0);
	hand->pid = 0;
}

static void hand_give(struct runner *runner, struct hand *hand)
{
	const struct scenario *scenario;
	int64_t limit_s;

	hand->task = runner->order[runner->next++];
	scenario = runner->scenarios[hand->task];
	limit_s = (scenario->limit_s ?: LIMIT_S) * 2;
	hand->deadline_ns =
		runner->options->pause ? INT64_MAX : lab_now_ns() + limit_s * 1000000000ll;
	write_all(hand->pipe, &hand->task, sizeof(hand->task));
}

/* The worker is gone or has been ended: its scenario has failed. */
static void task_fail(struct runner *runner, struct hand *hand, enum word why)
{
	const struct scenario *scenario = runner->scenarios[hand->task];
	struct lab_result result = { .view = -1, .ip = 4, .id = "stage", .result = JUDGE_FAIL };

	snprintf(result.why, sizeof(result.why), "%s %s", lang_word(runner->options->lang, why),
		 hand->waiting[0] ? hand->waiting : "?");
	if (runner->options->json)
		page_json(runner->out, runner->options, scenario, &result, 1, "", 0);
	else
		page_brief(runner->out, runner->options, scenario, &result, 1, "", 0);
	fflush(runner->out);
	if (runner->options->table)
		fprintf(runner->options->table, "%s,%s,4,stage,%s,%s,,,,,0,no,\"%s\"\n",
			scenario->fingerprint ?: scenario->name, scenario->name, scenario->class,
			scenario->cause, result.why);
	runner->tally.failed++;
	runner->done++;
	hand->task = IDLE_TASK;
}

static void copy_text(int pipe, size_t bytes, FILE *out)
{
	char piece[4096];

	while (bytes) {
		size_t now = lab_min(bytes, sizeof(piece));

		if (!read_all(pipe, piece, now))
			return;
		if (out)
			fwrite(piece, 1, now, out);
		bytes -= now;
	}
	if (out)
		fflush(out);
}

static void hand_listen(struct runner *runner, struct hand *hand)
{
	struct answer answer;
	char why[512];

	if (!read_all(hand->pipe, &answer, sizeof(answer))) {
		hand_kill(hand);
		if (hand->task != IDLE_TASK && !stopped)
			task_fail(runner, hand, WORD_LAB_ENDED);
		return;
	}
	if (answer.kind == ANSWER_READY) {
		hand->ready = true;
		return;
	}
	if (answer.kind == ANSWER_BROKEN) {
		size_t length = lab_min(answer.text_bytes, sizeof(why) - 1);

		why[read_all(hand->pipe, why, length) ? length : 0] = '\0';
		runner->options->complain(why);
		runner->broken = true;
		return;
	}
	copy_text(hand->pipe, answer.text_bytes, runner->out);
	copy_text(hand->pipe, answer.table_bytes, runner->options->table);
	runner->tally.passed += answer.tally.passed;
	runner->tally.failed += answer.tally.failed;
	runner->tally.skipped += answer.tally.skipped;
	runner->tally.certain_lies += answer.tally.certain_lies;
	runner->done++;
	hand->task = IDLE_TASK;
}

/* A load would spoil what runs beside it: it has the machine for itself. */
static bool may_begin(const struct runner *runner, int task)
{
	bool load = scenario_group(runner->scenarios[task]) == GROUP_LOAD;
	unsigned int i;

	for (i = 0; i < runner->options->jobs; i++) {
		const struct hand *hand = &runner->hands[i];

		if (hand->pid && hand->task != IDLE_TASK &&
		    (load || scenario_group(runner->scenarios[hand->task]) == GROUP_LOAD))
			return false;
	}
	return true;
}

/* Ends what is stuck, starts what is missing, and gives work to those who have none. */
static void hands_tend(struct runner *runner)
{
	unsigned int i;
	int r = 0;

	for (i = 0; i < runner->options->jobs && !runner->broken; i++) {
		struct hand *hand = &runner->hands[i];

		if (hand->pid && (hand->task != IDLE_TASK || !hand->ready) &&
		    lab_now_ns() > hand->deadline_ns) {
			hand_kill(hand);
			if (hand->task == IDLE_TASK)
				r = -ETIMEDOUT; /* not even a lab */
			else
				task_fail(runner, hand, WORD_LAB_HANGS);
		}
		if (!hand->pid && runner->next < runner->count && r == 0)
			r = hand_start(runner, hand);
		if (hand->pid && hand->ready && hand->task == IDLE_TASK &&
		    runner->next < runner->count && may_begin(runner, runner->order[runner->next]))
			hand_give(runner, hand);
		/* One more lab is no need: the others do the work. */
		if (r < 0 && i > 0)
			r = 0;
	}
	if (r < 0) {
		runner->options->complain(r == -EBUSY ? "too many labs run on this machine"
						      : strerror(-r));
		runner->broken = true;
	}
}

static void work(struct runner *runner)
{
	struct pollfd ready[RUNNER_JOBS_MAX];
	unsigned int i;

	while (!stopped && !runner->broken && runner->done < runner->count) {
		hands_tend(runner);
		for (i = 0; i < runner->options->jobs; i++)
			ready[i] =
				(struct pollfd){ .fd = runner->hands[i].pid ? runner->hands[i].pipe
									    : -1,
						 .events = POLLIN };
		if (poll(ready, runner->options->jobs, 200) <= 0)
			continue;
		for (i = 0; i < runner->options->jobs; i++)
			if (ready[i].revents)
				hand_listen(runner, &runner->hands[i]);
	}
}

/* By the seed: the same one gives the same order. */
static void shuffle(int *order, int count, unsigned int seed)
{
	uint64_t state = seed;
	int i, other, kept;

	for (i = count - 1; seed && i > 0; i--) {
		state = state * 6364136223846793005ull + 1442695040888963407ull;
		other = (int)((state >> 33) % (uint64_t)(i + 1));
		kept = order[i];
		order[i] = order[other];
		order[other] = kept;
	}
}

/* Those that run alone come when the others are done. */
static void loads_last(struct runner *runner)
{
	int *sorted = calloc((size_t)runner->count + 1, sizeof(*sorted));
	int load, i, at = 0;

	for (load = 0; sorted && load < 2; load++)
		for (i = 0; i < runner->count; i++)
			if ((scenario_group(runner->scenarios[runner->order[i]]) == GROUP_LOAD) ==
			    load)
				sorted[at++] = runner->order[i];
	if (sorted)
		memcpy(runner->order, sorted, (size_t)runner->count * sizeof(*sorted));
	free(sorted);
}

static void sum_up(const struct runner *runner, int64_t ms)
{
	const struct tally *tally = &runner->tally;
	const struct runner_options *options = runner->options;
	FILE *out = options->json ? stderr : runner->out;

	if (stopped)
		fprintf(out, "%s\n", lang_word(options->lang, WORD_LAB_STOPPED));
	if (tally->certain_lies)
		fprintf(out, "%u %s\n", tally->certain_lies,
			lang_word(options->lang, WORD_LAB_LIES));
	if (runner->count > 1 || options->json)
		fprintf(out, "%d %s, %u %s, %u %s, %u %s, %.1f s\n", runner->done,
			lang_word(options->lang, WORD_LAB_SCENARIOS), tally->passed,
			lang_word(options->lang, WORD_LAB_RIGHT), tally->failed,
			lang_word(options->lang, WORD_LAB_WRONG), tally->skipped,
			lang_word(options->lang, WORD_LAB_LEFT_OUT), (double)ms / 1000);
	fflush(out);
}

static void signals_take(struct sigaction before[2])
{
	struct sigaction action = { .sa_handler = stop };

	stopped = 0;
	sigaction(SIGINT, &action, &before[0]);
	sigaction(SIGTERM, &action, &before[1]);
}

int runner_run(const struct scenario *const scenarios[], int count,
	       const struct runner_options *options, FILE *out)
{
	struct runner runner = {
		.scenarios = scenarios, .options = options, .count = count, .out = out
	};
	int64_t begin_ns = lab_now_ns();
	char *waiting = mmap(NULL, RUNNER_JOBS_MAX * LAB_WAITING_MAX, PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct sigaction before[2];
	int i;

	runner.order = calloc((size_t)count + 1, sizeof(*runner.order));
	if (!runner.order || waiting == MAP_FAILED) {
		free(runner.order);
		options->complain(strerror(ENOMEM));
		return 1;
	}
	for (i = 0; i < count; i++)
		runner.order[i] = i;
	shuffle(runner.order, count, options->seed);
	loads_last(&runner);
	for (i = 0; i < RUNNER_JOBS_MAX; i++) {
		runner.hands[i].slot_fd = -1;
		runner.hands[i].waiting = waiting + i * LAB_WAITING_MAX;
	}
	runner.live = options->jobs == 1 && options->detail && !options->json;
	if (options->table)
		fputs("fingerprint,scenario,ip,view,expected_class,expected_cause,class,"
		      "class_confidence,cause,confidence,place,pass,why\n",
		      options->table);
	signals_take(before);
	work(&runner);
	for (i = 0; i < RUNNER_JOBS_MAX; i++)
		hand_end(&runner.hands[i]);
	for (i = 0; i < RUNNER_JOBS_MAX; i++)
		if (runner.hands[i].slot_fd >= 0)
			close(runner.hands[i].slot_fd);
	sigaction(SIGINT, &before[0], NULL);
	sigaction(SIGTERM, &before[1], NULL);
	sum_up(&runner, (lab_now_ns() - begin_ns) / 1000000);
	munmap(waiting, RUNNER_JOBS_MAX * LAB_WAITING_MAX);
	free(runner.order);
	return runner.broken || stopped || runner.tally.failed ? 1 : 0;
}
