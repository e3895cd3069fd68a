/* SPDX-License-Identifier: MIT */
/*
 * What the files of the JSON sink share: json.c (the sink), json_event.c (resets), json_summary.c,
 * json_words.c (texts, escaped and cut once).
 *
 * Floor 6, of this folder only.
 */
#ifndef WHYRST_SINKS_JSON_SINK_H
#define WHYRST_SINKS_JSON_SINK_H

#include "base/buf.h"
#include "lang/lang.h"
#include "sinks/mask.h"
#include "sinks/sink.h"

#define JSON_FILES_MAX 256

struct json_words;

struct sink_state {
	FILE *out;
	struct sink_options options;
	struct buf buf; /* events not yet handed to stdio */
	struct json_words *words;
	struct mask mask;
	bool block; /* a regular file: write large blocks, nobody watches each line */
	int error;
	uint64_t count;		     /* of events, for their ids */
	uint32_t run;		     /* for their ids */
	char *names[JSON_FILES_MAX]; /* inputs, escaped when first needed */
	int64_t second;		     /* the one that second_text shows */
	char second_text[24];	     /* "2026-11-20T14:01:03." or "14:01:03." */
	uint8_t second_length;
};

/* json_words.c */
struct json_words *json_words_new(enum lang lang, bool whole);
void json_words_free(struct json_words *words);
int json_cause_index(const struct cause *cause);
/* Each adds a text, escaped for the inside of a string. */
void json_add_fact(struct json_words *words, enum fact_id fact, const struct verdict *verdict,
		   struct buf *out);
void json_add_summary(struct json_words *words, const struct verdict *verdict, struct buf *out);
void json_add_decide(struct json_words *words, const struct cause *cause,
		     const struct verdict *verdict, struct buf *out);
/* The fix in that place of the cause's words. */
void json_add_fix(struct json_words *words, const struct verdict *verdict, int index,
		  struct buf *out);
/* As a whole string, in quotes. */
void json_add_string(struct buf *out, const char *text);

/* json_event.c */
void json_add_event(struct sink_state *state, const struct verdict *verdict);
void json_add_endpoint(struct buf *out, const struct endpoint *endpoint); /* in quotes */
/* A time of day or date as the evidence has it, with its key and a comma before. */
void json_add_time(struct sink_state *state, const char *dated_key, const char *undated_key,
		   bool has_date, int64_t ns);
/* Milliseconds with up to three decimals. */
void json_add_ms(struct buf *out, int64_t us);

/* json_summary.c */
void json_add_run(struct sink_state *state, const struct run_summary *summary);

/* json_story.c */
const char *json_view(const struct host_story *story);
void json_add_story(struct buf *out, const struct host_story *story);

#endif
