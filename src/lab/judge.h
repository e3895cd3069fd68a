/* SPDX-License-Identifier: MIT */
/*
 * What a viewpoint said against what is true.
 *
 * Floor 6.
 */
#ifndef WHYRST_LAB_JUDGE_H
#define WHYRST_LAB_JUDGE_H

#include "lab/scenario.h"
#include "lab/watch.h"

enum judge_result {
	JUDGE_PASS,
	JUDGE_FAIL,
	JUDGE_SKIP,
	JUDGE_MUTE, /* nothing was wanted and nothing came: no line */
};

#define JUDGE_LIE "WRONG AND CERTAIN"
#define JUDGE_TOP 3 /* a cause is listed if a person finds it among so many */

struct judgement {
	enum judge_result result;
	int place; /* of the true cause: 1 first, 2.. an alternative, 0 not named */
	const struct watch_event *got; /* the verdict that was judged, or NULL */
	unsigned int verdicts;	       /* how many this view gave */
	char why[256];		       /* of a failure */
};

enum lab_want judge_want(const struct scenario *scenario, int view);
/* The same, now that it is known in which captures a reset can be seen. */
enum lab_want judge_view_want(const struct scenario *scenario, const struct lab *lab, int view);
/* In words for JSON: "owner-abort/close-unread", "class owner-abort", "silence". */
void judge_want_text(const struct scenario *scenario, enum lab_want want, char *ret_text,
		     size_t size);
/* Whether everything that is wanted of this view came. */
bool judge_complete(const struct scenario *scenario, const struct watches *watches, int watch);
void judge_view(const struct scenario *scenario, const struct lab *lab,
		const struct watches *watches, int watch, struct judgement *ret_judgement);
/* The packets: form and sender of the first reset. */
void judge_stage(const struct scenario *scenario, const struct lab *lab,
		 struct judgement *ret_judgement);
/* "sender", "receiver", or the host's name, "all"; "capture-client", "capture-server", "captures".
 */
const char *judge_view_id(const struct scenario *scenario, int view);

#endif
