/* SPDX-License-Identifier: MIT */
/* Thousands of clients in one program, and a server that has to do with them. */
#ifndef WHYRST_SCENARIOS_CROWD_H
#define WHYRST_SCENARIOS_CROWD_H

#include "lab/lab.h"

struct crowd {
	uint32_t clients;
	uint32_t silent_every; /* each so many-th never says a word; 0: all send a request */
	uint32_t returns;      /* so often a client that lost its connection comes back, at once */
	uint32_t ms;	       /* then those who still wait give up; */
	uint32_t quiet_ms;     /* or when nothing has happened for so long, */
	uint32_t resets;       /* or for a moment, once so many were reset; 0: does not count */
};

/* What the clients saw. Those that came back are counted each time. */
struct crowd_sights {
	uint32_t connected;
	uint32_t answered;
	uint32_t reset;				/* ECONNRESET or EPIPE instead of an answer */
	uint32_t finished;			/* an end of file instead of an answer */
	uint32_t refused;			/* connect(): ECONNREFUSED */
	uint32_t waiting;			/* neither, in all that time */
	uint32_t silent_reset, silent_finished; /* of the silent ones, not counted above */
};

/*
 * Connects them all as fast as it can, in the program @who. Watches what becomes of them; the
 * sights are recorded. They stay connected until crowd_leave(), where all close.
 */
void crowd_start(struct lab *lab, enum lab_who who, const struct crowd *crowd, struct endpoint to);
struct crowd_sights crowd_watch(struct lab *lab, enum lab_who who);
void crowd_leave(struct lab *lab, enum lab_who who);

/*
 * A server beside LAB_SERVER answers each request at @listener and keeps the connections, until
 * crowd_dismiss(). Without a descriptor it accepts with its spare one and closes at once, as libuv
 * and others do. It may open so many more; negative: all that the host allows.
 */
void crowd_serve(struct lab *lab, struct lab_sock listener, int descriptors);
/* How many connections it shed. */
long crowd_dismiss(struct lab *lab);

/* A queue for accept() that is nearly full, and a thousand clients more whose handshakes end in one
 * burst; then those without room have @quiet_ms to see what comes of it. lab_fixed(): a longer one.
 */
void crowd_overflow(struct lab *lab, bool abort_on_overflow, unsigned int quiet_ms);

#endif
