/* SPDX-License-Identifier: MIT */
/*
 * A check: one way in which a limit, a queue or a setting of a host hurts its connections, in one
 * file of this folder. The table of all checks is generated from the folder listing; nobody edits a
 * list.
 *
 * A check reads the samples (audit.h) and states a finding only where a number proves that
 * something was hurt between them: a counter that moved, a queue with no room left, a state that
 * lasts. That a setting differs from some list is no finding. Words hold slots in braces that
 * judge() fills: {queue}, or {queue|connection|connections} for a number with its noun. A fact, a
 * fix and a place are left out where one of their slots was not filled.
 *
 * Floor 6.
 */
#ifndef WHYRST_AUDIT_CHECK_H
#define WHYRST_AUDIT_CHECK_H

#include "audit/audit.h"
#include "base/anonymize.h"
#include "lang/lang.h"

#define CHECK_FACTS_MAX 10
#define CHECK_FIXES_MAX 6
#define CHECK_CAUSES_MAX 5
#define CHECK_PLACES_MAX 3
#define CHECK_SOURCES_MAX 4
#define CHECK_BEFORE_MAX 4

struct findings;

/* One number that proves it: the slot @name is its value. */
struct check_fact {
	const char *name;
	const char *words[LANG_COUNT];
};

struct check_words {
	const char *title;		  /* what is wrong and where, in one line */
	const char *hurts;		  /* which resets, timeouts or losses come of it */
	const char *fix[CHECK_FIXES_MAX]; /* what to change and where, best first */
	const char *cost;		  /* of changing it */
	const char *folklore; /* what is often advised, and why it does not help; NULL if nothing */
	const char *sampled;  /* what was looked at, as a list tells it: "accept queues" */
};

struct check {
	const char *id;
	bool reads_config; /* and nothing else of the host: can judge files from elsewhere */
	const char *causes[CHECK_CAUSES_MAX];
	/* Checks whose finding about the same thing tells no more: what this one names is why. */
	const char *before[CHECK_BEFORE_MAX];
	struct check_fact facts[CHECK_FACTS_MAX];
	const char *where[CHECK_PLACES_MAX]; /* templates: the first that can be filled */
	struct check_words words[LANG_COUNT];
	const char *sources[CHECK_SOURCES_MAX];
	void (*judge)(const struct audit *audit, struct findings *found);
};

/* Generated: all checks, sorted by id. */
extern const struct check *const check_table[];
extern const int check_table_count;

/* --- what a check states -----------------------------------------------------------------------
 */

#define FINDING_SLOTS_MAX 24
#define FINDING_CHANGES_MAX 3
#define FINDINGS_MAX 256
#define FINDINGS_OF_CHECK_MAX 64 /* of a host: one check leaves room for the others */

enum slot_kind {
	SLOT_COUNT,
	SLOT_BYTES,
	SLOT_DURATION, /* microseconds */
	SLOT_TEXT,
};

/* What --anonymize replaces in a text. */
enum slot_hides {
	HIDES_NOTHING,
	HIDES_ADDRESS, /* "10.0.0.1:80", "db.example.com:5432" */
	HIDES_PATH, /* what is called like a host, or an address, in "/etc/nginx/example.com:7" */
};

struct slot {
	const char *name;
	enum slot_kind kind;
	enum slot_hides hides;
	int64_t number;
	char text[LANG_COUNT][192];
};

enum change_kind {
	CHANGE_SYSCTL,
	CHANGE_DESCRIPTORS, /* of a running process, and of its unit */
};

/* A remedy that --apply can carry out. */
struct change {
	enum change_kind kind;
	uint32_t netns;
	bool own;	/* in our own namespace: what is written to files lasts */
	char name[64];	/* of the setting */
	char from[160]; /* now */
	char to[160];
	uint32_t pid;
	char comm[PROGRAM_COMM];
	char unit[128]; /* "nginx.service"; "" if it is none of systemd's */
	uint32_t soft_to;
};

struct finding {
	const struct check *check;
	const struct audit_space *space; /* NULL: of the whole host */
	bool suggested;			 /* totals alone: no proof */
	int64_t since_us;		 /* since the epoch; at the latest */
	uint32_t pid;			 /* whom it is about; 0: nobody in particular */
	uint64_t cookie;		 /* of the listener that it is about; 0: none */
	struct slot slots[FINDING_SLOTS_MAX];
	int slot_count;
	struct change changes[FINDING_CHANGES_MAX];
	int change_count;
};

struct findings {
	struct finding *items;
	int count;
	int of_check; /* that the check which is judging has found */
	int dropped;  /* beyond FINDINGS_MAX, or FINDINGS_OF_CHECK_MAX */
	const struct audit *audit;
	const struct check *check; /* that is judging */
	struct finding spare;	   /* takes what is dropped */
};

/* Whether that check is asked of what was looked at. */
bool check_applies(const struct check *check, const struct audit *audit);
/* Asks every check that applies. 0 or -ENOMEM; findings_release() in any case. */
int findings_judge(struct findings *findings, const struct audit *audit);
void findings_release(struct findings *findings);

/* --anonymize: replaces what slots hide, before anything is expanded. */
void findings_hide(struct findings *findings, struct anonymizer *anonymizer);

/* A new finding of the check that is judging; @space NULL: of the whole host. Never NULL. */
struct finding *finding_add(struct findings *found, const struct audit_space *space);
/* @name is kept as it is: a literal. */
void finding_count(struct finding *finding, const char *name, uint64_t count);
void finding_bytes(struct finding *finding, const char *name, uint64_t bytes);
void finding_duration(struct finding *finding, const char *name, int64_t us);
/* Foreign text: what is not printable ASCII becomes '?'. */
void finding_text(struct finding *finding, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Foreign text that is an address or the name of a host, with a port or without. */
void finding_address(struct finding *finding, const char *name, const char *text);
/* A file and a line in it; 0: the file as a whole. */
void finding_place(struct finding *finding, const char *name, const char *file, int line);
/* What of that text --anonymize replaces; the two above say so themselves. */
void finding_hides(struct finding *finding, const char *name, enum slot_hides hides);
/* Our own words. */
void finding_words(struct finding *finding, const char *name, const char *en, const char *zh);
/* {program}: "nginx (pid 812)", or that it is not known whose it is. Also says whom it is about. */
void finding_program(struct finding *finding, uint32_t pid);
/* {listener} and {program}; also what it is about. */
void finding_listener(struct finding *finding, const struct audit_listener *listener);

/*
 * A remedy: @name from what it is now to @to. False, and nothing, where it is not known, is that
 * already, or cannot be set in that namespace. Also fills {NAME_from} and {NAME_to} if @slot is
 * given: "somaxconn" fills {somaxconn} and {somaxconn_to}.
 */
bool finding_setting(struct finding *finding, const char *slot, const char *slot_to,
		     const char *name, const char *to);

/* The template with its slots filled; false, and nothing, where one of them is not known. */
bool finding_expand(const struct finding *finding, enum lang lang, const char *template_,
		    struct buf *out);
/* NULL if it was not filled. */
const struct slot *finding_slot(const struct finding *finding, const char *name, size_t bytes);

#endif
