/* SPDX-License-Identifier: MIT */
/*
 * A cause: one root of a reset, in one file of this folder. The table of all causes is generated
 * from the folder listing; nobody edits a list.
 *
 * A cause never looks at packets. It states, as rules over facts, what contradicts it and what
 * speaks for it; the engine (verdict/) alone weighs causes against each other and awards a
 * confidence. The same rules give the rivalry matrix, the "would decide" texts and the
 * documentation.
 *
 * Floor 3.
 */
#ifndef WHYRST_CAUSES_CAUSE_H
#define WHYRST_CAUSES_CAUSE_H

#include "flow/evidence.h"

enum reset_class {
	CLASS_UNKNOWN,
	CLASS_OWNER_ABORT,
	CLASS_NO_SOCKET,
	CLASS_REFUSED,
	CLASS_NETWORK,
	CLASS_COUNT,
};

#define CLASS_BIT(class_) (1u << CLASS_##class_)

enum predicate_op {
	OP_IS,	     /* value == a */
	OP_NOT,	     /* value != a */
	OP_IN,	     /* bit number value is set in a */
	OP_AT_LEAST, /* value >= a */
	OP_AT_MOST,  /* value <= a */
	OP_BETWEEN,  /* a <= value <= b */
	OP_OUTSIDE,  /* value < a or value > b */
};

struct predicate {
	enum fact_id fact;
	enum predicate_op op;
	int64_t a;
	int64_t b;
};

enum rule_kind {
	RULE_MUST, /* the cause is named only where this is known and true; known and false
		      contradicts it */
	RULE_FITS, /* known and false contradicts the cause; unknown is no objection */
	RULE_SIGN, /* known and true moves the score by points (negative: speaks against, does not
		      contradict) */
};

struct rule {
	enum rule_kind kind;
	struct predicate predicate;
	int points; /* RULE_SIGN only, tenths of a nat of evidence: 10 is a factor e */
	bool shown; /* RULE_SIGN and RULE_MUST: listed as evidence in a verdict when true */
};

/*
 * MUST(FACT, OP, a[, b])  FITS(FACT, OP, a[, b])  SIGN(points, FACT, OP, a[, b])  HINT: a SIGN that
 * is not worth a line of its own in a verdict.
 */
#define RULE_PREDICATE_3(fact, op, a)                                                              \
	{                                                                                          \
		FACT_##fact, OP_##op, (a), 0                                                       \
	}
#define RULE_PREDICATE_4(fact, op, a, b)                                                           \
	{                                                                                          \
		FACT_##fact, OP_##op, (a), (b)                                                     \
	}
#define RULE_PICK(_1, _2, _3, _4, name, ...) name
#define RULE_PREDICATE(...)                                                                        \
	RULE_PICK(__VA_ARGS__, RULE_PREDICATE_4, RULE_PREDICATE_3, unused, unused)(__VA_ARGS__)
#define MUST(...)                                                                                  \
	{                                                                                          \
		RULE_MUST, RULE_PREDICATE(__VA_ARGS__), 0, true                                    \
	}
#define FITS(...)                                                                                  \
	{                                                                                          \
		RULE_FITS, RULE_PREDICATE(__VA_ARGS__), 0, false                                   \
	}
#define SIGN(points, ...)                                                                          \
	{                                                                                          \
		RULE_SIGN, RULE_PREDICATE(__VA_ARGS__), (points), true                             \
	}
#define HINT(points, ...)                                                                          \
	{                                                                                          \
		RULE_SIGN, RULE_PREDICATE(__VA_ARGS__), (points), false                            \
	}

/* Mask for OP_IN: ONE_OF(FORM_ACTIVE) | ONE_OF(FORM_UNKNOWN). */
#define ONE_OF(value) ((int64_t)1 << (value))

#define CAUSE_FIXES_MAX 6

/*
 * Words in one language. Every string may hold named slots in braces, filled from the verdict:
 *   {resetter} {victim}          "the server" / "the client"; {Resetter} {Victim} to begin a
 * sentence {resetter_addr} {victim_addr} {client_addr} {server_addr} {port} (of the server)
 *   {FACT_NAME}                  value of that fact, formatted by its kind ("75 bytes", "65.0 s")
 *   {idle_match}                 "nginx as shipped: keepalive_timeout 65" or nothing
 *   {owner_end}                  "by SIGKILL from systemd-oomd (pid 411)", "with status 3"
 *   {actor}                      who did it: "ss (pid 99)"
 * Both languages of a cause must use the same set of slots in the same string (make check).
 */
struct cause_words {
	const char *title;   /* a few words: "closed with unread data" */
	const char *summary; /* one sentence a person can act on; who did what, and why */
	/* The same where a live host knows the program: {resetter} is then "nginx (pid 812)". NULL:
	 * as the summary. */
	const char *told;
	/* The same where no SYN was seen, so that client and server may be the other way round.
	 * NULL: as the summary. */
	const char *guessed;
	const char *story; /* two to four sentences: what happens, in the field's terms, each
			      explained */
	const char
		*decide; /* what to look at to know that it was this cause: command or log line */
	const char *fix[CAUSE_FIXES_MAX]; /* what to change and where, best first */
	const char *folklore; /* what blogs advise that does not help, and why; NULL if none */
};

enum example_result {
	EXAMPLE_WINS,	/* this cause must come first */
	EXAMPLE_LISTED, /* this cause must be first or among the alternatives */
	EXAMPLE_NOT, /* near miss: this cause must not come first; `instead` names who must, if not
			NULL */
	EXAMPLE_SILENT, /* no verdict at all */
};

/* A connection in the one-line notation of flow/example.h. */
struct cause_example {
	enum example_result result;
	const char *steps;
	const char *instead;
};

/* What the owner of an aborted socket gets from its next call. */
enum cause_error {
	CAUSE_NO_ERROR,
	CAUSE_ETIMEDOUT,
	CAUSE_ECONNABORTED,
};

#define CAUSE_RULES_MAX 40
#define CAUSE_EXAMPLES_MAX 8
#define CAUSE_SOURCES_MAX 8

/* Of a fix for one case only: where its fact is known it comes before all others, or not at all. */
struct fix_case {
	bool given;
	struct predicate predicate;
};

#define FIX_CASE(...)                                                                              \
	{                                                                                          \
		true, RULE_PREDICATE(__VA_ARGS__)                                                  \
	}

struct cause {
	const char *id;	      /* of contract.md: "close-unread" */
	unsigned int classes; /* CLASS_BIT()s under which it can appear */
	enum reset_class usual;
	/* How often this is the reason, other things equal, as tenths of a nat against close-unread
	 * = 0. `base_source` says where that number comes from. */
	int base;
	const char *base_source;
	bool from_third;   /* the reset comes from another host that holds the address now */
	bool from_between; /* the reset comes from a box on the path, even where its class is
			      refused */
	enum cause_error
		owner_error; /* what the resetter's own program sees, if the cause says so */
	bool expected;	     /* nobody needs to act, always */
	bool (*expected_if)(const struct evidence *ev); /* or only then; may be NULL */
	struct rule rules[CAUSE_RULES_MAX];
	int rule_count;
	struct cause_words en;
	struct cause_words zh;
	struct fix_case
		fix_cases[CAUSE_FIXES_MAX];	/* of the fix in that place, in both languages */
	const char *sources[CAUSE_SOURCES_MAX]; /* RFC section, or kernel function and file;
						   NULL-terminated if short */
	struct cause_example examples[CAUSE_EXAMPLES_MAX];
};

/*
 * The file src/causes/close_unread.c defines `const struct cause cause_close_unread`. Rules are
 * given as a braced list: CAUSE_RULES(MUST(...), FITS(...), SIGN(...)).
 */
#define CAUSE_RULES(...)                                                                           \
	.rules = { __VA_ARGS__ },                                                                  \
	.rule_count = sizeof((struct rule[]){ __VA_ARGS__ }) / sizeof(struct rule)

/* Generated: all causes, sorted by id. */
extern const struct cause *const cause_table[];
extern const int cause_table_count;

/* NULL if there is none of that id. */
const struct cause *cause_find(const char *id);

/* Which fixes hold in this case, as places in the words, best first. Returns how many. */
int cause_fixes(const struct cause *cause, const struct evidence *ev,
		uint8_t ret_places[CAUSE_FIXES_MAX]);

/* Whether @predicate holds for a known fact value. */
bool predicate_holds(const struct predicate *predicate, int64_t value);

const char *class_name(enum reset_class class_);

#endif
