/* SPDX-License-Identifier: MIT */
/*
 * What the trials of one address show, taken together: at any moment, so that whoever is stopped
 * can say what is known.
 *
 * Floor 6. No I/O, no clock.
 */
#ifndef WHYRST_PROBE_FINDING_H
#define WHYRST_PROBE_FINDING_H

#include "probe/ladder.h"

/* How long after the close the late requests come. After its FIN a server may read on (Apache: for
 * two seconds). */
#define FINDING_SOON_NS INT64_C(50000000)
#define FINDING_LATER_NS INT64_C(3000000000)

/*
 * A request that crosses the peer's close on its way is reset, where the peer had not read it: a
 * reset within so much of a close is part of that.
 */
static inline int64_t finding_close_slack_ns(int64_t idle_ns)
{
	return idle_ns / 50 + INT64_C(100000000);
}

enum finding_mode {
	FINDING_BEFORE, /* idle before the first request */
	FINDING_AFTER,
	FINDING_MODES,
};

enum lapse_kind {
	LAPSE_UNKNOWN,
	LAPSE_CLOSED,	 /* the peer closes */
	LAPSE_FORGOTTEN, /* in silence: the next packet finds nobody */
	LAPSE_SURVIVED,	 /* nothing happened within what was waited */
};

enum lapse_keepalive {
	KEEPALIVE_NOT_TRIED,
	KEEPALIVE_HOLDS,
	KEEPALIVE_NO_HELP,
};

struct finding_late {
	enum late_got got;
	int64_t after_us, took_us;
};

/* What becomes of an idle connection. */
struct lapse {
	enum lapse_kind kind;
	int64_t idle_us, error_us; /* of CLOSED and FORGOTTEN */
	int64_t survived_us;	   /* the longest idle time that a connection outlived */
	bool busy;		   /* the peer goes on sending: it never was idle */
	/* CLOSED */
	enum link_end end;
	bool alert;	 /* a TLS alert before it */
	bool then_reset; /* a FIN, and then a reset that nothing was sent for */
	int samples;
	int64_t shortest_us, longest_us;
	bool varies; /* more than a clock does */
	int farewell_status;
	struct finding_late late[2];
	int lates;
	/* FORGOTTEN */
	bool reset;	   /* the late packet was reset; else it went unanswered */
	int64_t closes_us; /* and yet the peer's own close was seen after this time; 0: not */
	enum lapse_keepalive keepalive;
	int keepalive_s;
	int64_t keepalive_us; /* how long it was tried */
	/* Of a reset: as seen, or by the sieve, which knows no number; 0: not known. */
	uint8_t ttl_handshake, ttl_reset;
	enum sieve_reset ttl; /* of the reset, compared with the handshake */
};

struct finding {
	const struct trial *first; /* its problem, if it does not answer */
	bool answers;
	int connections, failed;
	const struct trial *failure; /* the first of the failed; NULL: none */
	uint32_t lost;		     /* SYNs that had to be sent again */
	uint32_t rtt_us;	     /* median */
	int64_t tls_us;		     /* median of the handshake; 0: none */
	int status;		     /* of HTTP */
	bool closes_each;	     /* every answer is the last one on its connection */
	struct lapse lapse[FINDING_MODES];
	bool asked[FINDING_MODES]; /* it was, or is being, tried */
	uint32_t requests;	   /* on one connection; 0: not counted */
	bool requests_all;	   /* the peer ended it then; else it would have taken more */
	struct finding_late requests_late;
	bool stopped, over;
	int64_t took_ns;
};

void finding_make(const struct ladder *ladder, struct finding *ret_finding);

/* The lapse that matters to clients: after a request where there is one. */
const struct lapse *finding_main(const struct finding *finding, enum finding_mode *ret_mode);

/* What forgets in silence, between these two; false: nothing of the kind has been seen. */
struct finding_bounds {
	int64_t alive_ns; /* 0: none was survived */
	int64_t dead_ns;
	bool open; /* a shorter wait is still under way */
};
bool finding_bounds(const struct ladder *ladder, enum trial_purpose purpose,
		    struct finding_bounds *ret_bounds);

#endif
