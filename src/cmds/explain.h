/* SPDX-License-Identifier: MIT */
/*
 * What the files of `whyrst explain` share: explain.c (the verb), explain_text.c and explain_json.c
 * (one entry or cause), explain_log.c (a whole log), explain_ladder.c (the diagram of a cause).
 *
 * Floor 8, of this folder only.
 */
#ifndef WHYRST_CMDS_EXPLAIN_H
#define WHYRST_CMDS_EXPLAIN_H

#include "base/buf.h"
#include "catalogue/log.h"
#include "catalogue/match.h"
#include "causes/cause.h"
#include "cmds/cmd.h"

struct page {
	const struct cmd_common *common;
	enum lang lang;
	int width; /* columns; 0: not a terminal */
	bool ascii;
	uint64_t key[2]; /* of hashes and of --anonymize */
	struct buf out;
};

/* explain_text.c */
void page_init(struct page *page, const struct cmd_common *common);
void page_release(struct page *page);
/* What has been written so far goes to standard output. */
void page_flush(struct page *page);
const char *page_pick(const struct page *page, const char *en, const char *zh);
void page_strong(struct page *page, const char *text);
/* A label at the left and wrapped text beside it; NULL continues the label before. */
void page_row(struct page *page, const char *label, const char *bullet, const char *text);
void page_next(struct page *page, const char *peer, bool capture);

void explain_entry(struct page *page, const struct entry *entry);
void explain_entry_line(struct page *page, const struct entry *entry);
void explain_cause(struct page *page, const struct cause *cause);
/* The ids of its causes with their titles, as rows. */
void explain_causes(struct page *page, const struct entry *entry);
void explain_catalogue(struct page *page);
/* Nothing fits @words: what to try. */
void explain_unknown(struct page *page, const char *words);

/* explain_json.c: one object and its newline each. */
void json_entry(struct page *page, const struct entry *entry, int rank);
void json_cause(struct page *page, const struct cause *cause);
void json_unknown(struct page *page, const char *words);
/* Without its closing brace, for what explain_log.c adds. */
void json_entry_open(struct page *page, const struct entry *entry, int rank);
void json_text(struct page *page, const char *key, const char *text);
void json_bytes(struct page *page, const char *key, const char *bytes, size_t count);

/* explain_ladder.c: draws the leading example of @cause; false if it has none. */
bool explain_ladder(struct page *page, const struct cause *cause);

/* explain_log.c: the report of a log that was read. Returns how many groups there are. */
int explain_log(struct page *page, struct log *log, int max);

#endif
