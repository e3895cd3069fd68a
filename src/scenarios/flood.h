/* SPDX-License-Identifier: MIT */
/* Segments by the thousand. */
#ifndef WHYRST_SCENARIOS_FLOOD_H
#define WHYRST_SCENARIOS_FLOOD_H

#include "lab/lab.h"

#define FLOOD_FIRST_PORT 1024 /* and on from there, below what kernels give to clients */
#define FLOOD_MAX 30000

/* SYNs to @to from so many ports of the client's address, by a raw socket of LAB_CLIENT_2. */
void flood_syns(struct lab *lab, struct endpoint to, unsigned int count);
/* The client's host says nothing to the SYN-ACKs, as if those addresses were not there. */
void flood_deafen(struct lab *lab);

/* Real connects of LAB_CLIENT to a port where nobody listens, each refused before the next: so many
 * resets, and whyrst counts them all. */
void flood_refused(struct lab *lab, unsigned int count);

#endif
