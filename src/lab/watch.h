/* SPDX-License-Identifier: MIT */
/*
 * Viewpoints: one `live` child for each namespace and one for all, the captures of the ends, and
 * the verdicts that are told there.
 *
 * Floor 6.
 */
#ifndef WHYRST_LAB_WATCH_H
#define WHYRST_LAB_WATCH_H

#include "lab/lab_private.h"
#include "lab/runner.h"

#define WATCH_ALL LAB_HOSTS /* the view of every namespace at once */
#define WATCH_COUNT (LAB_HOSTS + 1)

/* What is read from captures afterwards. */
enum lab_view {
	VIEW_CAPTURE_CLIENT = WATCH_COUNT,
	VIEW_CAPTURE_SERVER,
	VIEW_CAPTURES, /* of both ends, joined */
	VIEW_COUNT,
};
#define VIEW_CAPTURE_FIRST VIEW_CAPTURE_CLIENT

#define WATCH_EVENTS 256 /* of one view: what comes after them is not kept */
#define WATCH_ALTERNATIVES 4
#define WATCH_WORD 32

/* One verdict as it was printed, and again when an update changed it. */
struct watch_event {
	int watch;
	bool updated;
	char id[64];
	char view[WATCH_WORD]; /* sent, received, observed */
	char class[WATCH_WORD];
	char class_confidence[WATCH_WORD];
	char cause[WATCH_WORD];
	char confidence[WATCH_WORD];
	char alternatives[WATCH_ALTERNATIVES][WATCH_WORD];
	bool expected;
	int64_t time_ns; /* of the reset, CLOCK_REALTIME; 0 unknown */
	bool incomplete; /* part of what the kernel does was lost, or seen by nobody */
	char *line;	 /* as it came */
};

struct watch {
	pid_t pid;
	int out, err;
	struct buf pending; /* the beginning of a line */
	char words[512];    /* the last ones on standard error */
};

struct watches {
	struct watch each[WATCH_COUNT];
	uint64_t netns[LAB_HOSTS]; /* inode numbers */
	uint16_t port_base;
	struct watch_event events[WATCH_EVENTS * VIEW_COUNT];
	unsigned int event_count, events_of[VIEW_COUNT];
	unsigned int late;    /* verdicts about ports of other scenarios */
	unsigned int ignored; /* lines of resets that did no harm */
	unsigned int bad;     /* lines that are no JSON object with a type */
	int read_result[VIEW_COUNT - VIEW_CAPTURE_FIRST]; /* 0, or why a capture was not read */
};

const char *watch_name(int watch);
/* Starts all viewpoints and waits until each says that it is watching. */
int watches_start(struct watches *watches, struct lab *lab, const struct runner_options *options,
		  char *ret_why, size_t why_size);
void watches_stop(struct watches *watches);
/* From now on, verdicts about the LAB_PORTS ports from @port_base are kept. */
void watches_begin(struct watches *watches, uint16_t port_base);
/* Reads what came, waiting up to @ms for something. False if nothing did. */
bool watches_read(struct watches *watches, int ms);
/* Lines of JSON that @view told. */
void watches_take(struct watches *watches, int view, const struct buf *lines);

/*
 * reread.c: the captures of the ends as `read` judges them, each and both; the page that it shows
 * of both; and the files themselves, kept in @folder.
 */
void reread_captures(struct lab *lab, const struct runner_options *options,
		     struct watches *watches);
enum reread_how { REREAD_EACH, REREAD_FIRST, REREAD_FOLDED }; /* of the resets */
int reread_page(struct lab *lab, const struct runner_options *options, enum reread_how how,
		struct buf *ret_page);
void captures_keep(struct lab *lab, const char *name, int folder);

#endif
