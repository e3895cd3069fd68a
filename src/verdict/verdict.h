/* SPDX-License-Identifier: MIT */
/*
 * The engine: evidence in, one verdict out. It holds causes, facts and numbers, no words: sinks ask
 * lang/ for those, so that text and JSON never disagree.
 *
 * Floor 4. No allocation, no I/O.
 */
#ifndef WHYRST_VERDICT_VERDICT_H
#define WHYRST_VERDICT_VERDICT_H

#include "causes/cause.h"
#include "flow/evidence.h"

enum confidence {
	CONFIDENCE_NONE,
	CONFIDENCE_POSSIBLE,
	CONFIDENCE_LIKELY,
	CONFIDENCE_CERTAIN,
};

enum reset_from {
	FROM_UNKNOWN,
	FROM_CLIENT,
	FROM_SERVER,
	FROM_BETWEEN, /* a box on the path */
	FROM_THIRD,   /* another host that holds the address now */
};

enum executed {
	EXECUTED_UNKNOWN,
	EXECUTED_NO, /* the request cannot have been carried out: a retry is safe */
	EXECUTED_YES,
};

/* Why a request may or may not be repeated; words in lang/. */
enum request_why {
	REQUEST_NONE,		    /* no request bytes were seen */
	REQUEST_ACKED_NOT_ANSWERED, /* the kernel took it; whether the program read it, nobody can
				       tell from packets */
	REQUEST_NEVER_DELIVERED,    /* the stack that answered had no connection to deliver it to */
	REQUEST_REFUSED,	    /* no connection was ever made */
	REQUEST_PARTLY_ANSWERED,    /* the answer had begun */
	REQUEST_ANSWERED,	    /* the answer was complete as far as the packets show */
	REQUEST_NOT_ACKED,   /* it may have been lost or taken: no acknowledgement was seen */
	REQUEST_AFTER_CLOSE, /* it reached an end that had already closed */
};

/* What a program sees. Names are those of errno, or EOF. Rules measured in fingerprints.md
 * section 1.9. */
enum call_result {
	CALL_UNKNOWN,
	CALL_OK,
	CALL_EOF,
	CALL_ECONNRESET,
	CALL_EPIPE,
	CALL_ECONNREFUSED,
	CALL_ETIMEDOUT,
	CALL_ECONNABORTED,
};

struct app_view {
	enum call_result first_call;
	enum call_result later_read;
	enum call_result later_write;
};

struct alternative {
	const struct cause *cause;
	enum confidence confidence;
	int decides; /* enum fact_id of a HOST or JOINT fact that would tell it from the first, or
			-1 */
};

/* Idle timeout of a product that matches the silence before the reset. */
struct idle_product; /* generated from data/facts-idle.csv: verdict/idle.h */

#define ALTERNATIVES_MAX 4
#define SHOWN_MAX 8
#define IDLE_MATCHES_MAX 4
#define CAUSES_MAX 64

struct verdict {
	const struct evidence *evidence;
	/* If evidence->ignored is not IGNORED_NOT, nothing below is set. */
	enum reset_class class_;
	enum confidence class_confidence;
	const struct cause *cause; /* NULL: unknown */
	enum confidence confidence;
	bool expected;
	enum reset_from from;
	int alternative_count;
	struct alternative alternatives[ALTERNATIVES_MAX];
	int shown_count;
	enum fact_id shown[SHOWN_MAX]; /* the evidence, weightiest first */
	int decides;		       /* fact that would prove or refute the first cause, or -1 */
	/* For every cause by its place in cause_table: the fact that contradicts it, or -1. */
	int contradicted_by[CAUSES_MAX];
	int idle_match_count;
	const struct idle_product *idle_match[IDLE_MATCHES_MAX];

	bool request_uncounted; /* some was acknowledged; how much was sent and acknowledged is not
				   known */
	uint32_t request_sent;	/* bytes of the client after the server's last answer */
	uint32_t request_acked;
	uint32_t request_answered; /* bytes of the server after that request began */
	enum executed executed;
	enum request_why why;
	struct app_view client_sees;
	struct app_view server_sees;
	uint64_t id;	/* of the run that tells it; 0: the sink numbers it */
	bool update;	/* told before under the same id: more is known, or more of them came */
	bool pending;	/* more may become known within two seconds */
	uint64_t count; /* folded resets, 1 alone */
	int64_t first_ns;
	int64_t last_ns;
};

/* Judges @ev. @ret_verdict keeps a pointer to @ev. Pure: same evidence, same verdict. */
void verdict_reach(const struct evidence *ev, struct verdict *ret_verdict);

const char *confidence_name(enum confidence confidence);
const char *reset_from_name(enum reset_from from);
const char *executed_name(enum executed executed);
const char *call_result_name(enum call_result result);
const char *ignored_why_name(enum ignored_why why);

/*
 * The rivalry matrix: the fact that separates two causes by packets. Returns its fact_id; or
 * -ENOENT if packets cannot separate them, then @ret_host holds the HOST or JOINT fact that does,
 * or -1 where none does (which `make check` refuses).
 */
int rivalry_separates(const struct cause *a, const struct cause *b, int *ret_host);

/* The HOST or JOINT fact that would tell the two apart, or -1. Cheap: the engine asks for each
 * verdict. */
int rivalry_decides(const struct cause *a, const struct cause *b);

#endif
