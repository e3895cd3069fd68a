/* SPDX-License-Identifier: MIT */
/*
 * What the files of the verb `check` share: what was found, what that means, and who holds the
 * port.
 *
 * Floor 8, of this folder only.
 */
#ifndef WHYRST_CMDS_CHECK_H
#define WHYRST_CMDS_CHECK_H

#include <net/if.h>

#include "base/anonymize.h"
#include "base/buf.h"
#include "cmds/cmd.h"
#include "flow/evidence.h"
#include "host/accepting.h"

/* The exit status of a Nagios plugin. */
enum check_state {
	CHECK_OK,
	CHECK_WARNING,
	CHECK_CRITICAL,
	CHECK_UNKNOWN,
};

/* Why it is in that state: a sentence each. */
enum check_why {
	CHECK_ACCEPTS,
	CHECK_FILLS,	      /* over the threshold */
	CHECK_FULL_MOVES,     /* full at first, and accept() was seen to take one */
	CHECK_FULL_NEW,	      /* full, but it came while the others were watched */
	CHECK_SOME_STUCK,     /* of several listeners of one address, not all */
	CHECK_STUCK,	      /* full, and proven that accept() took none */
	CHECK_NEVER_BELOW,    /* full at every look */
	CHECK_NOBODY,	      /* no listener */
	CHECK_GONE,	      /* it closed while it was watched */
	CHECK_RESET,	      /* the handshake was completed and then reset */
	CHECK_REFUSED,	      /* the handshake was answered with a reset */
	CHECK_NO_HANDSHAKE,   /* it was not answered in time */
	CHECK_CANNOT_CONNECT, /* this host could not even try */
	CHECK_CANNOT_ASK,     /* the kernel did not tell */
	CHECK_TOO_MANY,	      /* there are more listeners than are looked at, and none of those */
};

/* "8080", "10.0.0.5:8080", "[2001:db8::5]:8080", "*:8080", ":8080". 0 or -EINVAL. */
int check_parse_target(const char *text, struct endpoint *ret);

/* --- the handshake of --connect ----------------------------------------------------------------
 */

struct check_handshake {
	bool tried;
	struct endpoint to;
	int error;	    /* 0: completed; -errno */
	int64_t took_ns;    /* until it was completed */
	bool reset;	    /* by the server, after it was completed */
	bool closed;	    /* by the server too, in answer to our FIN */
	int64_t closed_ns;  /* that, after the handshake */
	int64_t allowed_ns; /* the timeout */
};

/*
 * Where a connection to @listener goes when no address was asked for: to where it listens. A
 * wildcard is reached over loopback, or where it is bound to a device, at an address of that.
 * 0 or -EADDRNOTAVAIL: the device has none.
 */
int check_reachable(const struct sock_diag_answer *listener, struct endpoint *ret);

/*
 * Completes a handshake with @to and ends it with a FIN: what the server says is read away, as
 * unread bytes would make a reset of the close. Waits for the server's own end for as long as
 * @limit_ns allows. @device (0: any) is the interface of a link-local address.
 */
void check_connect(const struct endpoint *to, uint32_t device, int64_t limit_ns,
		   struct check_handshake *ret);

/* --- what it means -----------------------------------------------------------------------------
 */

struct check_result {
	struct endpoint target; /* family ADDR_NONE: any address */
	uint32_t warn_percent;
	enum check_state state;
	enum check_why why;
	struct accepting found;
	const struct acceptor *worst; /* of those; NULL without one */
	size_t members;		      /* listeners of the worst one's address */
	size_t stuck;		      /* of those */
	char device[IF_NAMESIZE];     /* that the worst one is bound to; "" none */
	struct check_handshake handshake;
	int error; /* of CHECK_CANNOT_ASK: -errno */
	int64_t took_ns;
};

/* The length of the queue above which it is a WARNING. */
uint32_t check_threshold(uint32_t backlog, uint32_t percent);
bool check_is_stuck(const struct acceptor *listener);

/* Sets state, why and worst from `found`. */
void check_judge(struct check_result *result);
/* The same again, when the handshake was tried. */
void check_judge_handshake(struct check_result *result);

/* --- who holds the port ------------------------------------------------------------------------
 */

#define CHECK_HOLDERS_MAX 256

struct check_holder {
	struct sock_diag_answer socket; /* one of them */
	uint32_t count;			/* alike */
	bool bound;			/* and no more */
	bool outgoing;			/* the port was given to a connection to somebody else */
	struct program program;		/* pid 0: none, or not ours to see */
	uint32_t programs;		/* that have it open */
	uint32_t stopped;		/* the youngest of the others is: its number; else 0 */
	int64_t since_us;		/* the program was started; -1 unknown */
	int64_t not_run_us;		/* no thread of it was on a CPU; -1 unknown */
	char user[32];			/* of the socket */
};

struct check_holders {
	struct check_holder items[CHECK_HOLDERS_MAX];
	size_t count;
	bool truncated;
	bool bound_unknown; /* this kernel does not tell of sockets that are bound and no more */
};

/*
 * Who holds the port of @first, whoever holds that very address before all others. With
 * @connections also who holds it without listening: takes a walk over all sockets.
 */
int check_holders_find(int fd, const struct endpoint *first, bool connections,
		       struct check_holders *ret);

/* --- words -------------------------------------------------------------------------------------
 */

struct check_words {
	const struct cmd_common *common;
	struct anonymizer *anonymizer; /* NULL: addresses as they are */
};

void check_write_text(const struct check_words *words, const struct check_result *result,
		      const struct check_holders *holders, struct buf *out);
void check_write_json(const struct check_words *words, const struct check_result *result,
		      const struct check_holders *holders, struct buf *out);

/* The lines of -v. */
void check_write_holders(const struct check_words *words, const struct check_holders *holders,
			 struct buf *out);

/* The same when there is nothing to tell but the @reason. */
void check_write_unknown(const struct check_words *words, const char *reason, struct buf *out);

const char *check_pick(const struct check_words *words, const char *en, const char *zh);
void check_add_label(const struct check_words *words, const char *en, const char *zh,
		     struct buf *out);
/* The sentence after the state's name. */
void check_add_summary(const struct check_words *words, const struct check_result *result,
		       struct buf *out);
void check_add_endpoint(const struct check_words *words, const struct endpoint *endpoint,
			struct buf *out);
/* Escaped; and without the bar, which begins performance data on every line. */
void check_add_foreign(const char *text, struct buf *out);
const char *check_state_name(enum check_state state);

#endif
