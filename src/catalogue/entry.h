/* SPDX-License-Identifier: MIT */
/*
 * The catalogue: what an errno, an error line, a sysctl or a counter means, in both languages. The
 * entries come from data/facts-errors.csv, error-notes.csv, error-advice.csv and knobs.csv
 * (tools/gen-catalogue). Causes have their words in their own files (causes/cause.h).
 *
 * Floor 5. No I/O, no allocation.
 */
#ifndef WHYRST_CATALOGUE_ENTRY_H
#define WHYRST_CATALOGUE_ENTRY_H

#include <stdbool.h>
#include <stddef.h>

#include "lang/lang.h"

enum entry_kind {
	ENTRY_ERRNO,
	ENTRY_ERROR, /* a message of one ecosystem */
	ENTRY_SYSCTL,
	ENTRY_LIMIT,
	ENTRY_COUNTER,
};

/* The side of the story. */
enum entry_op {
	OP_NONE,
	OP_ANY, /* the message does not tell */
	OP_READ,
	OP_WRITE,
	OP_CONNECT,
	OP_ACCEPT,
	OP_BIND,
	OP_COUNT_ALL,
};

enum entry_call {
	CALL_ANY_TIME,
	CALL_FIRST, /* the first call after it happened */
	CALL_LATER,
	CALL_COUNT_ALL,
};

enum entry_who {
	WHO_EITHER,
	WHO_PEER, /* the remote end, or a box that speaks for it */
	WHO_LOCAL,
	WHO_PATH, /* nobody answered */
	WHO_COUNT_ALL,
};

enum entry_packet {
	PACKET_ANY,
	PACKET_NONE,
	PACKET_RST,
	PACKET_FIN,
	PACKET_RST_OR_FIN,
	PACKET_RST_TO_SYN,
	PACKET_ICMP,
	PACKET_FRAME, /* of HTTP/2, inside a healthy connection */
	PACKET_COUNT_ALL,
};

enum entry_scope {
	SCOPE_UNKNOWN,
	SCOPE_NETNS,
	SCOPE_HOST,
	SCOPE_PROCESS,
	SCOPE_COUNT_ALL,
};

#define ENTRY_FIX_MAX 6

struct entry_words {
	const char *meaning;
	const char
		*evidence; /* what shows that it hurts, or what a rise means; NULL for messages */
	const char *folklore; /* what is wrongly said about it; may be NULL */
	const char *fix[ENTRY_FIX_MAX];
};

struct entry {
	const char *id;
	enum entry_kind kind;
	const char *ecosystem; /* "nginx error.log"; NULL for knobs */
	const char *message;   /* as the table of facts writes it, with its placeholders */
	const char *code;
	const char *source; /* how it is known; may be NULL */
	bool verified;
	int weight; /* decides between entries whose patterns match alike: more special first */
	enum entry_op op;
	enum entry_call call;
	enum entry_who who;
	enum entry_packet packet;
	enum entry_scope scope;
	const char *default_value[LANG_COUNT]; /* of a knob; may be NULL */
	const char *const *causes;	       /* ids, most usual first, NULL-terminated */
	struct entry_words words[LANG_COUNT];
};

extern const struct entry entry_table[];
extern const int entry_count;

/* An exact name of an entry. */
struct entry_alias {
	const char *name;
	int entry;
};

extern const struct entry_alias entry_alias_table[];
extern const int entry_alias_count;

/* Names of the enums above, the same in every language: keys of the JSON object. */
const char *entry_kind_name(enum entry_kind kind);
const char *entry_op_name(enum entry_op op);
const char *entry_call_name(enum entry_call call);
const char *entry_who_name(enum entry_who who);
const char *entry_packet_name(enum entry_packet packet);
const char *entry_scope_name(enum entry_scope scope);

/*
 * The side of the story as a phrase: "read, first call · by the other end · RST". Adds nothing for
 * an entry that has none.
 */
void entry_add_side(const struct entry *entry, enum lang lang, struct buf *out);

/* "per network namespace", "whole host", "one process". */
const char *entry_scope_words(enum entry_scope scope, enum lang lang);

#endif
