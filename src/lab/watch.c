/* SPDX-License-Identifier: MIT */
#include "lab/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define READY_MS 20000
#define STOP_MS 3000

const char *watch_name(int watch)
{
	return watch == WATCH_ALL ? "all" : lab_who_name((enum lab_who)watch);
}

static int watch_start(struct watch *watch, struct lab *lab, const struct runner_options *options,
		       int index)
{
	char netns[64] = "all", ports[32] = "";
	pid_t parent = getpid();
	int out[2], err[2];

	/* What is on this machine beside the lab is not its story, and could keep it from it. */
	if (index == WATCH_ALL)
		snprintf(ports, sizeof(ports), "portrange %u-%u", lab->first_port, lab->last_port);
	else
		snprintf(netns, sizeof(netns), "/proc/%d/fd/%d", getpid(), lab->ns[index]);
	if (pipe2(out, O_CLOEXEC) < 0)
		return -errno;
	if (pipe2(err, O_CLOEXEC) < 0) {
		close(out[0]);
		close(out[1]);
		return -EMFILE;
	}
	fcntl(out[0], F_SETPIPE_SZ, 1 << 20); /* a scenario's worth while nobody reads */
	fflush(NULL);
	watch->pid = fork();
	if (watch->pid == 0) {
		if (!sandbox_child(parent))
			_exit(126);
		dup2(open("/dev/null", O_RDONLY), 0);
		dup2(out[1], 1);
		dup2(err[1], 2);
		close_range(3, ~0u, 0);
		execl(options->whyrst, "whyrst", "live", "--netns", netns, "-o", "json", "--lang",
		      options->lang == LANG_ZH ? "zh" : "en", ports[0] ? ports : NULL, NULL);
		dprintf(2, "%s: %s\n", options->whyrst, strerror(errno));
		_exit(127);
	}
	close(out[1]);
	close(err[1]);
	fcntl(out[0], F_SETFL, O_NONBLOCK);
	fcntl(err[0], F_SETFL, O_NONBLOCK);
	watch->out = out[0];
	watch->err = err[0];
	buf_init(&watch->pending, 1 << 20);
	return watch->pid < 0 ? -errno : 0;
}

/* The first line of a watch, in either language: src/run/live.c. */
static bool watches_now(const char *words)
{
	return strstr(words, "watching") || strstr(words, "正在观察");
}

/* Keeps the last words; true once they say that it watches, or -1 when it is gone. */
static int watch_listen(struct watch *watch)
{
	size_t length = strlen(watch->words);
	char piece[256];
	ssize_t got;

	while ((got = read(watch->err, piece, sizeof(piece))) > 0) {
		if (length + (size_t)got >= sizeof(watch->words)) {
			length = 0;
			got = lab_min((size_t)got, sizeof(watch->words) - 1);
		}
		memcpy(watch->words + length, piece, (size_t)got);
		length += (size_t)got;
		watch->words[length] = '\0';
	}
	if (watches_now(watch->words))
		return 1;
	return got == 0 ? -1 : 0;
}

int watches_start(struct watches *watches, struct lab *lab, const struct runner_options *options,
		  char *ret_why, size_t why_size)
{
	int64_t deadline = lab_now_ns() + READY_MS * 1000000ll;
	struct stat status;
	int i, r;

	memset(watches, 0, sizeof(*watches));
	for (i = 0; i < LAB_HOSTS; i++)
		watches->netns[i] = fstat(lab->ns[i], &status) == 0 ? status.st_ino : 0;
	for (i = 0; i < WATCH_COUNT; i++) {
		r = watch_start(&watches->each[i], lab, options, i);
		if (r < 0) {
			snprintf(ret_why, why_size, "live cannot be started: %s", strerror(-r));
			watches_stop(watches);
			return r;
		}
	}
	for (i = 0; i < WATCH_COUNT; i++) {
		struct watch *watch = &watches->each[i];
		struct pollfd ready = { .fd = watch->err, .events = POLLIN };

		for (r = 0; r == 0 && lab_now_ns() < deadline;) {
			poll(&ready, 1, 100);
			r = watch_listen(watch);
		}
		if (r <= 0) {
			watch->words[strcspn(watch->words, "\n")] = '\0';
			snprintf(ret_why, why_size, "live (%s) does not watch: %s", watch_name(i),
				 watch->words);
			watches_stop(watches);
			return -EIO;
		}
		watch->words[0] = '\0';
	}
	return 0;
}

static void events_forget(struct watches *watches)
{
	while (watches->event_count)
		free(watches->events[--watches->event_count].line);
	memset(watches->events_of, 0, sizeof(watches->events_of));
}

void watches_stop(struct watches *watches)
{
	int64_t deadline = lab_now_ns() + STOP_MS * 1000000ll;
	int i;

	for (i = 0; i < WATCH_COUNT; i++)
		if (watches->each[i].pid > 0)
			kill(watches->each[i].pid, SIGINT);
	for (i = 0; i < WATCH_COUNT; i++) {
		struct watch *watch = &watches->each[i];

		if (watch->pid <= 0)
			continue;
		while (waitpid(watch->pid, NULL, WNOHANG) == 0) {
			watches_read(watches, 5);
			if (lab_now_ns() > deadline)
				kill(watch->pid, SIGKILL);
		}
		close(watch->out);
		close(watch->err);
		buf_release(&watch->pending);
		watch->pid = 0;
	}
	events_forget(watches);
}

void watches_begin(struct watches *watches, uint16_t port_base)
{
	while (watches_read(watches, 0))
		;
	watches->port_base = port_base;
	events_forget(watches);
	watches->ignored = 0;
}

static void copy_word(char *ret_word, json_t *object, const char *key)
{
	snprintf(ret_word, WATCH_WORD, "%s", json_string_value(json_object_get(object, key)) ?: "");
}

static bool end_is_ours(const struct watches *watches, json_t *connection, const char *key)
{
	const char *text = json_string_value(json_object_get(connection, key));
	const char *colon = text ? strrchr(text, ':') : NULL;

	return colon && (uint16_t)(atoi(colon + 1) - watches->port_base) < LAB_PORTS;
}

/* Other labs may run on this machine, with the same addresses and ports. */
static bool netns_is_ours(const struct watches *watches, json_t *line)
{
	json_t *netns = json_object_get(line, "netns");
	int i;

	for (i = 0; netns && i < LAB_HOSTS; i++)
		if ((uint64_t)json_integer_value(netns) == watches->netns[i])
			return true;
	return !netns;
}

/* "2026-11-29T12:14:45.798558Z" */
static int64_t time_of(json_t *line)
{
	const char *text = json_string_value(json_object_get(line, "time"));
	struct tm date = { 0 };
	char *rest = text ? strptime(text, "%Y-%m-%dT%H:%M:%S", &date) : NULL;

	return rest ? timegm(&date) * 1000000000ll + (int64_t)(strtod(rest, NULL) * 1e9) : 0;
}

static bool says_incomplete(json_t *line)
{
	json_t *evidence;
	size_t i;

	json_array_foreach(json_object_get(line, "evidence"), i, evidence)
	{
		const char *fact = json_string_value(json_object_get(evidence, "fact"));

		if (fact && strcmp(fact, fact_name(FACT_TESTIMONY_MISSING)) == 0)
			return true;
	}
	return false;
}

/* A reset or an update of one. */
static void verdict_take(struct watches *watches, int index, json_t *line, const char *text)
{
	json_t *connection = json_object_get(line, "connection"), *alternative;
	json_t *verdict = json_object_get(line, "verdict");
	struct watch_event *event;
	size_t i;

	if (!netns_is_ours(watches, line) || (!end_is_ours(watches, connection, "client") &&
					      !end_is_ours(watches, connection, "server"))) {
		watches->late += index < WATCH_ALL;
		return;
	}
	if (watches->events_of[index] == WATCH_EVENTS)
		return;
	watches->events_of[index]++;
	event = &watches->events[watches->event_count++];
	memset(event, 0, sizeof(*event));
	event->watch = index;
	event->updated = strcmp(json_string_value(json_object_get(line, "type")), "update") == 0;
	snprintf(event->id, sizeof(event->id), "%s",
		 json_string_value(json_object_get(line, "id")) ?: "");
	event->line = strdup(text);
	copy_word(event->view, line, "view");
	copy_word(event->class, verdict, "class");
	copy_word(event->class_confidence, verdict, "class_confidence");
	copy_word(event->cause, verdict, "cause");
	copy_word(event->confidence, verdict, "confidence");
	event->expected = json_is_true(json_object_get(verdict, "expected"));
	event->time_ns = time_of(line);
	event->incomplete = says_incomplete(line);
	json_array_foreach(json_object_get(line, "alternatives"), i,
			   alternative) if (i < WATCH_ALTERNATIVES)
		copy_word(event->alternatives[i], alternative, "cause");
}

static void line_take(struct watches *watches, int index, const char *text)
{
	json_t *line = json_loads(text, 0, NULL);
	const char *type = json_string_value(json_object_get(line, "type"));

	if (!type)
		watches->bad++;
	else if (!strcmp(type, "reset") || !strcmp(type, "update"))
		verdict_take(watches, index, line, text);
	else if (!strcmp(type, "ignored"))
		watches->ignored++;
	json_decref(line);
}

static bool watch_read(struct watches *watches, int index)
{
	struct watch *watch = &watches->each[index];
	static char piece[65536];
	bool any = false;
	ssize_t got, i;

	if (watch->pid <= 0)
		return false;
	watch_listen(watch);
	while ((got = read(watch->out, piece, sizeof(piece))) > 0) {
		any = true;
		for (i = 0; i < got; i++) {
			if (piece[i] != '\n') {
				buf_add_char(&watch->pending, piece[i]);
				continue;
			}
			line_take(watches, index, buf_text(&watch->pending));
			buf_clear(&watch->pending);
		}
	}
	return any;
}

void watches_take(struct watches *watches, int view, const struct buf *lines)
{
	struct buf line;
	size_t i;

	buf_init(&line, 1 << 20);
	for (i = 0; i < lines->length; i++) {
		if (lines->data[i] != '\n') {
			buf_add_char(&line, lines->data[i]);
			continue;
		}
		line_take(watches, view, buf_text(&line));
		buf_clear(&line);
	}
	buf_release(&line);
}

bool watches_read(struct watches *watches, int ms)
{
	struct pollfd ready[WATCH_COUNT];
	bool any = false;
	int i;

	for (i = 0; i < WATCH_COUNT; i++)
		ready[i] =
			(struct pollfd){ .fd = watches->each[i].pid > 0 ? watches->each[i].out : -1,
					 .events = POLLIN };
	if (ms)
		poll(ready, WATCH_COUNT, ms);
	for (i = 0; i < WATCH_COUNT; i++)
		any |= watch_read(watches, i);
	return any;
}
