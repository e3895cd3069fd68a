/* SPDX-License-Identifier: MIT */
/*
 * What to do about a measured idle timeout: how long clients may keep connections, and how each
 * client library is told so.
 *
 * Floor 6. No I/O.
 */
#ifndef WHYRST_PROBE_CLIENTS_H
#define WHYRST_PROBE_CLIENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "lang/lang.h"
#include "probe/finding.h"

#define CLIENT_DEFAULT_NONE 0	  /* it keeps idle connections for ever */
#define CLIENT_DEFAULT_UNKNOWN -1 /* not in the facts */

struct client {
	const char *name;	      /* "Go net/http" */
	const char *setting;	      /* as in data/facts-idle.csv */
	unsigned int protocols;	      /* enum protocol_clients */
	int64_t default_s;	      /* or CLIENT_DEFAULT_NONE, CLIENT_DEFAULT_UNKNOWN */
	const char *line;	      /* with {s}, {ms} or {ms/3}; NULL: there is no setting */
	const char *note[LANG_COUNT]; /* may be NULL */
};

/* Generated from data/idle-clients.csv. */
extern const struct client client_table[];
extern const int client_table_count;

struct advice {
	int64_t under_s;     /* clients must not keep a connection idle for longer; 0: too short */
	int64_t set_s;	     /* what to set, so that a busy host keeps to it too */
	int64_t keepalive_s; /* of TCP keepalive, where that helps; 0: it does not, or unknown */
};

/* false: there is nothing to advise. */
bool advice_make(const struct lapse *lapse, struct advice *ret_advice);

/* Whether what @client does by default is longer than @advice allows. */
bool client_races(const struct client *client, const struct advice *advice);
void client_add_line(const struct client *client, const struct advice *advice, struct buf *out);

#endif
