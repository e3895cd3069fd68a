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
	uint32_t quiet_ms;     /* or when nothing has happened for so long */
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

/* What the server beside LAB_SERVER does with @listener until crowd_dismiss(). */
enum crowd_service {
	CROWD_SERVES, /* answers each request, keeps connections; without a descriptor it waits */
	CROWD_SHEDS = 1, /* without a descriptor it accepts with its spare one and closes at once */
};
void crowd_serve(struct lab *lab, struct lab_sock listener, enum crowd_service service,
		 int descriptors); /* so many more at most; negative: all */
/* How many connections it shed. */
long crowd_dismiss(struct lab *lab);

#endif
