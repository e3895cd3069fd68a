/* SPDX-License-Identifier: MIT */
/*
 * What a person sees of a scenario: its title, what happened, the ladder, what each view said.
 *
 * Floor 6.
 */
#ifndef WHYRST_LAB_PAGE_H
#define WHYRST_LAB_PAGE_H

#include <stdio.h>

#include "lab/judge.h"
#include "lab/runner.h"

/* One view of one run. */
struct lab_result {
	int view;	 /* -1: the packets themselves */
	unsigned int ip; /* 4 or 6 */
	enum judge_result result;
	const char *id; /* "sender", "capture-client" */
	bool expected;	/* marked as nothing to act on */
	unsigned int verdicts;
	int place;
	char wanted[96];
	char class[WATCH_WORD], class_confidence[WATCH_WORD];
	char cause[WATCH_WORD], confidence[WATCH_WORD];
	char why[256]; /* of a failure, or of a skip */
	char *line;    /* the verdict as JSON, or NULL */
};

enum page_style { PAGE_PLAIN, PAGE_GOOD, PAGE_BAD, PAGE_DIM, PAGE_BOLD };
const char *page_on(const struct runner_options *options, enum page_style style);
const char *page_off(const struct runner_options *options);

void page_title(FILE *out, const struct runner_options *options, const struct scenario *scenario,
		unsigned int ip);
/* The packets as the hosts sent them. */
void page_packets(FILE *out, const struct lab *lab);
/* The ladder of what both ends captured, or the packets; @ret_page: all that `read -v` says. */
void page_ladder(FILE *out, const struct runner_options *options, struct lab *lab,
		 struct buf *ret_page);
void page_views(FILE *out, const struct runner_options *options, const struct lab_result *results,
		int count);
/* What the view of @result said: its sentence, and with -v evidence and fix. */
void page_verdict(FILE *out, const struct runner_options *options, const struct lab_result *result);
/* After the last run of a scenario: what its sender said, what to change, with -v what @captures
 * show (of page_ladder()), and the result. */
void page_end(FILE *out, const struct runner_options *options, const struct scenario *scenario,
	      const struct lab_result *results, int count, const char *skipped,
	      const char *captures);
/* One line; what failed below it. */
void page_brief(FILE *out, const struct runner_options *options, const struct scenario *scenario,
		const struct lab_result *results, int count, const char *skipped, int64_t ms);
/* `scenario` as in docs/schema/scenario.json. @skipped: why, or "". */
void page_json(FILE *out, const struct runner_options *options, const struct scenario *scenario,
	       const struct lab_result *results, int count, const char *skipped, int64_t ms);

#endif
