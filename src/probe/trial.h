/* SPDX-License-Identifier: MIT */
/*
 * One connection put to the trial: it is idle for a certain time and then finds out whether it is
 * still alive; or it sees, before that, how the peer ends it.
 *
 *	connect [TLS] [request, answer]  idle ...  the peer ends it: closed, and what a late
 *	                                           request gets
 *	                                 idle for `wait`: a request (or TCP's keepalive probe):
 *	                                           answered: alive; reset; unanswered
 *
 * Floor 6, of this folder only.
 */
#ifndef WHYRST_PROBE_TRIAL_H
#define WHYRST_PROBE_TRIAL_H

#include "probe/link.h"
#include "probe/sieve.h"

enum trial_purpose {
	TRIAL_BEFORE,	 /* idle before the first request */
	TRIAL_AFTER,	 /* idle after one */
	TRIAL_KEEPALIVE, /* idle (after a request where there is one) but for TCP keepalive */
	TRIAL_REQUESTS,	 /* as many requests as the peer takes */
	TRIAL_SIEVE,	 /* idle like AFTER: what TTL does the reset have? */
};

enum trial_step {
	STEP_NEW,
	STEP_CONNECT,
	STEP_ASK,   /* a request is out */
	STEP_SIEVE, /* the TTL of the peer is searched */
	STEP_IDLE,
	STEP_TEST,
	STEP_ENDING,	/* the peer has begun to end it: an alert came, or bytes */
	STEP_LATE_WAIT, /* it has ended; the late request is still to come */
	STEP_LATE,	/* the late request is out */
	STEP_PARTING,	/* our farewell is out */
	STEP_DONE,
};

enum trial_outcome {
	TRIAL_NONE,   /* still under way, or cut off */
	TRIAL_FAILED, /* to connect, to handshake, to be answered: problem */
	TRIAL_CLOSED, /* the peer ended it while it was idle */
	TRIAL_ALIVE,
	TRIAL_RESET,  /* the test was reset, */
	TRIAL_SILENT, /* not acknowledged, */
	TRIAL_MUTE,   /* acknowledged but not answered */
	TRIAL_BUSY,   /* never idle: the peer goes on sending */
};

enum trial_problem {
	TRIAL_PROBLEM_NONE,
	TRIAL_PROBLEM_LINK,    /* the link's */
	TRIAL_PROBLEM_TIMEOUT, /* no answer to the SYN, or no end of the TLS handshake */
	TRIAL_PROBLEM_MUTE,    /* no answer to the request */
	TRIAL_PROBLEM_FOREIGN, /* an answer of another protocol */
	TRIAL_PROBLEM_NO_TLS,  /* OpenSSL is not here */
};

enum late_got {
	LATE_NOT_TRIED,
	LATE_RST,
	LATE_ANSWER,
	LATE_IGNORED, /* acknowledged, and that was all */
	LATE_SILENCE, /* not even acknowledged */
};

struct trial {
	enum trial_purpose purpose;
	int64_t wait_ns;
	bool asks_first; /* a request before it is idle */
	int keepalive_s;
	uint32_t requests_max;
	int64_t requests_ns;   /* the longest that they are counted */
	int64_t late_after_ns; /* negative: no late request */

	enum trial_step step;
	enum trial_outcome outcome;
	enum trial_problem problem;
	struct link link;
	bool ready; /* its descriptor has something to tell */
	struct answer answer;
	int64_t due_ns; /* when something is to be done without an event; INT64_MAX: never */
	int64_t step_ns;
	int64_t idle_from_ns;
	int64_t farewell_ns; /* the first bytes that came while it was idle; 0: none */
	int64_t heard_ns;    /* the last ones */

	int64_t idle_ns; /* how long it was idle until it ended or was tested */
	int status;	 /* of HTTP, and the three below: the first answer's */
	char server[HTTP_SERVER_MAX];
	int64_t announced_s, announced_max; /* -1: not said */
	int farewell_status;
	bool answered, last; /* the peer said that it would close */
	uint32_t requests;
	enum late_got late;
	int64_t late_sent_ns, late_took_ns;
	uint8_t ttl_handshake, ttl_reset; /* 0: not seen */
	struct sieve sieve;
};

void trial_init(struct trial *trial, enum trial_purpose purpose, int64_t wait_ns);
/* 0 or -errno of this host: it has failed then. */
int trial_start(struct trial *trial, const struct target *target, int64_t now_ns);
/* What its descriptor or the clock has to tell. */
void trial_handle(struct trial *trial, const struct target *target, int64_t now_ns);
/* It is not needed any more: closed in good order, its outcome stays. */
void trial_cut(struct trial *trial);
void trial_release(struct trial *trial);

static inline bool trial_is_open(const struct trial *trial)
{
	return trial->step != STEP_NEW && trial->step != STEP_DONE;
}

#endif
