/* SPDX-License-Identifier: MIT */
/*
 * What the files of the text sink share: text.c (the sink), text_groups.c (all groups),
 * text_verdict.c (one verdict or group), text_advice.c (what to change, what else it may be),
 * text_line.c (one line each), text_live.c (a live host), text_rivals.c (-v: why nothing else),
 * text_summary.c (the closing lines).
 *
 * Floor 6, of this folder only.
 */
#ifndef WHYRST_SINKS_TEXT_SINK_H
#define WHYRST_SINKS_TEXT_SINK_H

#include "base/buf.h"
#include "lang/lang.h"
#include "sinks/mask.h"
#include "sinks/sink.h"

struct table;

/* With which addresses something was said of a cause. */
struct text_said {
	bool any, by_client;
	struct endpoint server, client;
};

struct sink_state {
	FILE *out;
	struct sink_options options;
	enum lang lang;
	int width;
	bool ascii; /* the terminal shows no UTF-8 */
	int label;  /* columns of the headings of a block */
	struct buf buf;
	struct mask mask;
	struct text_said said_fix[CAUSES_MAX], said_decide[CAUSES_MAX];
	uint64_t told;	  /* verdicts printed as they came */
	uint64_t ignored; /* ignored resets printed as they came */
	uint64_t storm;	  /* id of the count that stands in the last line; 0: none */
	int error;
};

enum text_style {
	STYLE_NONE,
	STYLE_BOLD,
	STYLE_DIM,
	STYLE_CERTAIN,
	STYLE_LIKELY,
	STYLE_POSSIBLE,
	STYLE_WARN,
};

/* text.c */
const char *text_on(const struct sink_state *state, enum text_style style);
const char *text_off(const struct sink_state *state, enum text_style style);
void text_add_styled(struct sink_state *state, enum text_style style, const char *text);
const char *text_word(const struct sink_state *state, enum word word);
/* Hands what is ready to the file; 0, or the first error of all writes. */
int text_write(struct sink_state *state);
/* Full stop, comma and so on differ: @en or @zh by the language. */
const char *text_pick(const struct sink_state *state, const char *en, const char *zh);

/* text_verdict.c */
/* @group: NULL for a single verdict. */
void text_add_verdict(struct sink_state *state, const struct verdict *verdict,
		      const struct fold_group *group);
/* A heading at the left, @text wrapped beside it; without a heading (NULL) it continues the last.
 */
void text_add_section(struct sink_state *state, const char *heading, const char *text);
/* The same, behind a bullet or number. */
void text_add_item(struct sink_state *state, const char *heading, const char *bullet,
		   const char *text);
/* "14:01:03.568", with the date if there is one. */
void text_add_time(struct sink_state *state, bool has_date, int64_t ns, bool with_date);

/* text_advice.c */
/* @folded: one of several groups, which need not repeat each other. */
void text_add_advice(struct sink_state *state, const struct verdict *verdict, bool folded);
/* Where it stands in cause_table; below 0: nowhere. */
int text_cause_place(const struct cause *cause);

/* text_groups.c */
int text_add_groups(struct sink_state *state, const struct run_summary *summary);

/* text_line.c */
/* A sign for the confidence that is readable without colour, and its colour. */
const char *text_symbol(enum confidence confidence);
enum text_style text_style_of(enum confidence confidence);
/* One line of five cells: -q, and verdicts that nobody needs to act on. */
void text_add_row(struct sink_state *state, const struct verdict *verdict, struct table *table);
void text_add_ignored(struct sink_state *state, const struct verdict *verdict);

/* text_live.c */
void text_add_live(struct sink_state *state, const struct verdict *verdict);

/* text_rivals.c */
void text_add_rivals(struct sink_state *state, const struct verdict *verdict);

/* text_summary.c */
void text_add_closing(struct sink_state *state, const struct run_summary *summary);
void text_add_knee(struct sink_state *state, const struct fold_group *group,
		   const struct verdict *verdict);
/* @template with {name} replaced: pairs of name and text, NULL at the end. */
void text_fill(struct buf *out, const char *template_, ...) __attribute__((sentinel));

#endif
