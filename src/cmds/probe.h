/* SPDX-License-Identifier: MIT */
/*
 * What the files of `whyrst probe` share: probe.c (the verb), probe_text.c, probe_advice.c,
 * probe_json.c, probe_problem.c, probe_progress.c.
 *
 * Floor 8, of this folder only.
 */
#ifndef WHYRST_CMDS_PROBE_H
#define WHYRST_CMDS_PROBE_H

#include "cmds/explain.h"
#include "probe/clients.h"
#include "probe/finding.h"
#include "verdict/idle.h"

#define PROBE_MATCHES_MAX 8
#define PROBE_NAME_MAX (TARGET_HOST_MAX + ENDPOINT_TEXT_MAX + 16)

/* One address as it is told. */
struct probe_report {
	struct page *page;
	const struct ladder *ladder;
	const struct finding *finding;
	char target[PROBE_NAME_MAX];  /* HOST:PORT */
	char address[PROBE_NAME_MAX]; /* ADDRESS:PORT */
};

/* Products whose default is what was measured, those that the server calls itself first. */
int probe_matches(const struct probe_report *report, const struct lapse *lapse,
		  const struct idle_product **ret_matches, int max);
/* Why @trial got no answer: one clause. */
void probe_add_problem(const struct probe_report *report, const struct trial *trial,
		       struct buf *out);

const char *probe_pick(const struct probe_report *report, const char *en, const char *zh);
void probe_row_matches(const struct probe_report *report, const struct lapse *lapse);
void probe_rows_advice(const struct probe_report *report, const struct lapse *lapse);

void probe_text(const struct probe_report *report);
void probe_json(const struct probe_report *report);

/* What is known so far, on standard error: one line that is written anew on a terminal. */
struct probe_progress {
	const struct cmd_common *common;
	struct ladder *const *ladders;
	int count;
	bool terminal, shown;
	char last[256];
};
void probe_progress_tell(void *context);
void probe_progress_end(struct probe_progress *progress);

#endif
