/* SPDX-License-Identifier: MIT */
/*
 * Runs scenarios, some side by side, asks every viewpoint, and says what passed.
 *
 * Each worker is a process with a lab of its own. One that is stuck is killed at the time limit of
 * its scenario; whatever ends this process ends the workers, and with them all they made.
 *
 * Floor 6.
 */
#ifndef WHYRST_LAB_RUNNER_H
#define WHYRST_LAB_RUNNER_H

#include <stdio.h>

#include "lab/scenario.h"

#define RUNNER_JOBS_MAX 8

struct runner_options {
	const char *whyrst; /* the program that is asked */
	FILE *table;	    /* what each view said, as CSV; or NULL */
	int captures_fd;    /* a folder that keeps the captures; or -1 */
	unsigned int ips;   /* bits 1 << 4 and 1 << 6 */
	unsigned int seed;  /* of order, ports and timing; 0: sorted, no jitter */
	unsigned int jobs;  /* at once */
	enum lang lang;
	bool json;
	bool color;
	int width;			    /* columns; 0: 80 */
	bool detail;			    /* a page for each scenario, not a line */
	bool verbose;			    /* and the page tells why, and what to change */
	bool quiet;			    /* of those that passed nothing */
	bool only_stage;		    /* provoke and look at the packets; ask nobody */
	bool fixed;			    /* with the remedy: nothing may be reset */
	bool pause;			    /* before each teardown, for the Enter key */
	void (*complain)(const char *text); /* one line about what cannot be done at all */
};

/*
 * Runs @scenarios (@count of them). 0; 1 if something failed, could not be done, or was
 * interrupted. One line of text, or a `scenario` object, for each goes to @out as it is done.
 */
int runner_run(const struct scenario *const scenarios[], int count,
	       const struct runner_options *options, FILE *out);

#endif
