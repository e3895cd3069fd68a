/* SPDX-License-Identifier: MIT */
/*
 * Rules that many causes share. A cause of this folder is a list of rules over single facts
 * (causes/cause.h); these are the groups that recur.
 *
 * Floor 3, of this folder only.
 */
#ifndef WHYRST_CAUSES_RULES_H
#define WHYRST_CAUSES_RULES_H

#include "causes/cause.h"

/* What a host saw outweighs anything that packets suggest. */
#define PROOF_POINTS 60

/* The host fact that is this cause: without it contradicted, with it proven. */
#define PROOF(...) FITS(__VA_ARGS__), SIGN(PROOF_POINTS, __VA_ARGS__)

/* A MUST that is no line of its own in a verdict: another rule shows the same. */
#define NEED(...)                                                                                  \
	{                                                                                          \
		RULE_MUST, RULE_PREDICATE(__VA_ARGS__), 0, false                                   \
	}

#define SHOWS(picture) ONE_OF(PICTURE_##picture)
#define PICTURES(mask) FITS(PICTURE, IN, (mask))

/* A live socket made the reset, before or after its own FIN. */
#define PICTURES_ABORT (SHOWS(ABORT) | SHOWS(ABORT_AFTER_FIN))
/* A stack without that connection made it, and had not said goodbye before. */
#define PICTURES_NO_MEMORY (SHOWS(FORGOTTEN) | SHOWS(UNBORN))

/*
 * The resetter's own TCP sent it: not a filter, not a raw socket, not a box on the path. Whoever
 * goes on talking after its reset did not send it, unless packets overtook each other.
 */
#define BY_OWN_TCP                                                                                 \
	FITS(HOST_TCP_SENT, IS, 1), FITS(HOST_FILTER_SENT, IS, 0), FITS(HOST_RAW_SENT, IS, 0),     \
		FITS(HOST_NO_TCP_RESET, IS, 0), FITS(RST_LEFT_RESETTER, IS, 1),                    \
		FITS(RESETTER_ALIVE_AT_HOME, IS, 0), FITS(MPTCP_RESET, IS, 0)

/* The owner went on living, and did not run out of descriptors. */
#define OWNER_WELL FITS(HOST_ENDED_BY, IS, END_RUNNING), FITS(HOST_FD_EXHAUSTED, IS, 0)

/* The owner ended, by itself or by a signal: all its connections in the same instant. */
#define OWNER_GONE                                                                                 \
	PICTURES(PICTURES_ABORT | SHOWS(LATE)), SIGN(3, REQUEST_ACKED_UNANSWERED, AT_LEAST, 1),    \
		HINT(5, ANSWER_OWED, IS, 1), HINT(-9, ANSWER_OWED, IS, 0),                         \
		HINT(-5, VICTIM_BYTES, IS, 0), SIGN(10, RESETS_SAME_INSTANT, AT_LEAST, 1),         \
		SIGN(10, REFUSES_AFTER, IS, 1), FITS(UNREAD_TLS_FAREWELL, IS, 0)
/* The closing that its end leaves to the kernel. */
#define BY_OWNERS_END                                                                              \
	FITS(HOST_ACTION, IN,                                                                      \
	     ONE_OF(ACTION_EXIT) | ONE_OF(ACTION_LISTENER_CLOSE) | ONE_OF(ACTION_CLOSE))

/* A host that never had the connection got its packet and its TCP answered. */
#define BY_A_STRANGER                                                                              \
	FITS(HOST_PAST, IS, PAST_NONE), FITS(HOST_TRIGGER_SOCKET, IS, 1),                          \
		FITS(HOST_TCP_SENT, IS, 1), FITS(HOST_FILTER_SENT, IS, 0),                         \
		FITS(HOST_RAW_SENT, IS, 0), FITS(MPTCP_RESET, IS, 0)
/* What other stories tell better than a packet gone astray. */
#define STRANGER_HINTS                                                                             \
	HINT(-4, RESETTER_ONLY_SYNACK, IS, 1), HINT(-10, LOOKS_LIKE_SCAN, IS, 1),                  \
		HINT(-6, RST_ANSWERS, IS, TRIGGER_ACK), HINT(-20, SYNACK_REPEATED, AT_LEAST, 1)

/* It lost nothing on the way: same path, same mapping, same host. */
#define PATH_WELL                                                                                  \
	FITS(HOST_ADDRESS_MOVED, IS, 0), FITS(HOST_ROUTE_CHANGED, IS, 0),                          \
		FITS(HOST_NAT_GONE, IS, 0), FITS(HOST_CONNTRACK_GONE, IS, 0)

/* Neither the relay of another reset nor the lesser half of two connections. */
#define NOT_PAIRED FITS(HOST_PROXY, IS, 0), FITS(HOST_SIBLING, IS, 0)

/*
 * The survey behind base numbers: 31 public issue threads about resets whose cause was settled
 * (among them istio#55138, hyper#3553, node#27363, ingress-nginx#5695, kubernetes#74839,
 * dotnet/runtime#44764, caddy#6477, gunicorn#2409): 9 keep-alive races, 6 idle timers of boxes on
 * the path, 5 NAT, 11 of applications.
 */
#define SURVEY "31 public issue threads with a settled cause: "

#endif
