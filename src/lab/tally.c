/* SPDX-License-Identifier: MIT */
/*
 * A `live` of the scenario's own: what the viewpoints say is judged reset by reset, but a storm is
 * also about numbers. Its summary is held against the counters of the kernel.
 */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lab/lab_private.h"

#define READY_MS 20000
#define END_MS 15000

/* One at a time. */
static pid_t child_pid;
static enum lab_who child_host;
static int child_words;
static char child_path[PATH_MAX]; /* of what it writes */

static void child_exec(struct lab *lab, enum lab_who host, int words, pid_t parent)
{
	char netns[64];

	setpgid(0, 0);
	if (!sandbox_child(parent))
		_exit(126);
	snprintf(netns, sizeof(netns), "/proc/%d/fd/%d", parent, lab->ns[lab_host_of(host)]);
	dup2(open("/dev/null", O_RDONLY), 0);
	dup2(open(child_path, O_WRONLY | O_CREAT | O_TRUNC, 0600), 1);
	dup2(words, 2);
	close_range(3, ~0u, 0);
	execl("/proc/self/exe", "whyrst", "live", "--netns", netns, "-o", "json", "--lang", "en",
	      NULL);
	_exit(127);
}

/* Until it says that it watches. */
static bool child_ready(int words)
{
	int64_t deadline = lab_now_ns() + READY_MS * 1000000ll;
	struct pollfd ready = { .fd = words, .events = POLLIN };
	size_t length = 0;
	char said[2048];
	ssize_t got;

	while (lab_now_ns() < deadline && length < sizeof(said) - 1) {
		if (poll(&ready, 1, 100) <= 0)
			continue;
		got = read(words, said + length, sizeof(said) - 1 - length);
		if (got <= 0)
			return false;
		length += (size_t)got;
		said[length] = '\0';
		if (strstr(said, "watching"))
			return true;
	}
	return false;
}

void lab_tally(struct lab *lab, enum lab_who host)
{
	pid_t parent = getpid();
	int words[2];

	snprintf(child_path, sizeof(child_path), "%s/tally", lab_folder(lab));
	child_pid = 0;
	child_host = host;
	if (lab_broken(lab))
		return;
	if (lab->spawned_count == LAB_SPAWN_MAX || pipe2(words, O_CLOEXEC) < 0) {
		lab_break(lab, "no room for one more program");
		return;
	}
	fflush(NULL);
	child_pid = fork();
	if (child_pid == 0)
		child_exec(lab, host, words[1], parent);
	close(words[1]);
	if (child_pid > 0) {
		setpgid(child_pid, child_pid);
		lab->spawned[lab->spawned_count++] = child_pid;
	}
	if (child_pid < 0 || !child_ready(words[0]))
		lab_break(lab, "whyrst live does not watch %s", lab_who_name(host));
	/* What it says later has room in the pipe, and is not read. */
	fcntl(words[0], F_SETFD, FD_CLOEXEC);
	child_words = words[0];
}

static char last_words[512]; /* how it summed up, for a person */

/* What it said after it had begun to watch. */
static void words_keep(void)
{
	ssize_t got;
	char *end;

	fcntl(child_words, F_SETFL, O_NONBLOCK);
	got = read(child_words, last_words, sizeof(last_words) - 1);
	last_words[got > 0 ? got : 0] = '\0';
	while ((end = strchr(last_words, '\n')))
		*end = ' ';
	close(child_words);
}

/* Ends it by Ctrl-C; false if it does not end. */
static bool child_end(struct lab *lab)
{
	const struct timespec tick = { .tv_nsec = 1000000 };
	int64_t deadline = lab_now_ns() + END_MS * 1000000ll;
	unsigned int i;

	kill(child_pid, SIGINT);
	while (waitpid(child_pid, NULL, WNOHANG) == 0) {
		if (lab_now_ns() > deadline)
			return false;
		nanosleep(&tick, NULL);
	}
	words_keep();
	for (i = 0; i < lab->spawned_count; i++)
		if (lab->spawned[i] == child_pid)
			lab->spawned[i] = lab->spawned[--lab->spawned_count];
	child_pid = 0;
	return true;
}

static const char *word_of(json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key)) ?: "";
}

static uint64_t number_of(json_t *object, const char *key)
{
	return (uint64_t)json_integer_value(json_object_get(object, key));
}

/* Of each reset that this end sent the last that was told of it. A late word about one that a storm
 * stands for has an id of its own, and is no further reset. */
static void event_take(json_t *sent, json_t *line)
{
	const char *id = word_of(line, "id"), *type = word_of(line, "type");

	if (strcmp(word_of(line, "view"), "sent") == 0 &&
	    (strcmp(type, "reset") == 0 ||
	     (strcmp(type, "update") == 0 && json_object_get(sent, id))))
		json_object_set(sent, id, line);
}

/* What the other end sent arrives here too, and is not this end's. */
static void sent_count(json_t *sent, const char *cause, struct lab_tally *tally)
{
	const char *id;
	json_t *event;

	json_object_foreach(sent, id, event)
	{
		uint64_t count = number_of(event, "count") ?: 1;

		tally->resets += count;
		if (strcmp(word_of(json_object_get(event, "verdict"), "cause"), cause) == 0)
			tally->of_cause += count;
	}
}

bool tally_read(const char *path, const char *cause, struct lab_tally *ret_tally)
{
	json_t *sent = json_object(), *line, *last = NULL, *lost;
	FILE *file = fopen(path, "re");
	bool complete;

	memset(ret_tally, 0, sizeof(*ret_tally));
	while (file && (line = json_loadf(file, JSON_DISABLE_EOF_CHECK, NULL))) {
		event_take(sent, line);
		json_decref(last);
		last = line;
	}
	if (file)
		fclose(file);
	complete = strcmp(word_of(last, "type"), "summary") == 0;
	lost = json_object_get(last, "lost");
	ret_tally->repeated = number_of(last, "repeated");
	ret_tally->ignored = number_of(last, "ignored");
	ret_tally->lost = number_of(lost, "events");
	ret_tally->unseen = number_of(lost, "unseen");
	sent_count(sent, cause, ret_tally);
	json_decref(last);
	json_decref(sent);
	return complete;
}

struct lab_tally lab_tally_end(struct lab *lab, const char *cause)
{
	struct lab_tally tally = { 0 };

	if (lab_broken(lab) || !child_pid)
		return tally;
	if (!child_end(lab) || !tally_read(child_path, cause, &tally))
		lab_break(lab, "whyrst live ended without a summary");
	return tally;
}

void lab_tally_is(struct lab *lab, const struct lab_tally *tally, uint64_t resets)
{
	if (tally->unseen)
		lab_record(lab, child_host, "never shown to live", (long)tally->unseen);
	/* Whose the others are that it only counted, it does not say. */
	if (tally->resets > resets ||
	    tally->resets + tally->repeated + tally->lost + tally->unseen < resets)
		lab_break(lab, "live counts %lu, %lu repeated and %lu lost ones of %lu resets; %s",
			  tally->resets, tally->repeated, tally->lost, resets, last_words);
	if (tally->of_cause < tally->resets - tally->resets / 100)
		lab_break(lab, "live finds the cause in %lu of %lu resets", tally->of_cause,
			  tally->resets);
}
