/* SPDX-License-Identifier: MIT */
#include "host/untracking.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "host/limit.h"
#include "host/netns.h"
#include "host/reject_rules.h"

#define REMEMBERED 8
#define ASKED_MAX 100 /* a second: in a storm it is one and the same filter */

/* What the rules of a namespace said: it holds as long as they are the same. */
struct answer {
	uint32_t netns;
	uint32_t generation; /* 0: nothing is remembered here */
	int untrack;
};

/* The table "raw" of the old iptables is there for nothing else; it is made when first asked for.
 */
static bool has_raw_table(const char *path)
{
	FILE *file = fopen(path, "re");
	char line[64];
	bool found = false;

	while (file && fgets(line, sizeof(line), file))
		found |= !strcmp(line, "raw\n");
	if (file)
		fclose(file);
	return found;
}

/* A module that is not there the kernel would load for whoever asks. Built in, neither shows. */
static bool has_nftables(void)
{
	return access("/sys/module/nf_tables", F_OK) == 0 ||
	       (access("/sys/module/nf_conntrack", F_OK) == 0 &&
		access("/sys/module/nf_conntrack/refcnt", F_OK) < 0);
}

/* @context: the answer, with what is remembered in it. */
static int ask(void *context)
{
	static struct reject_rules rules;
	struct answer *answer = context;
	uint32_t generation;
	int r;

	if (has_raw_table("/proc/thread-self/net/ip_tables_names") ||
	    has_raw_table("/proc/thread-self/net/ip6_tables_names"))
		return 1;
	if (!has_nftables())
		return 0;
	r = reject_rules_generation(&generation);
	if (r == 0 && generation == answer->generation)
		return answer->untrack;
	if (r == 0)
		r = reject_rules_read(&rules);
	if (r)
		return r == -EPROTONOSUPPORT ? 0 : r;
	answer->generation = generation;
	answer->untrack = rules.untrack;
	return answer->untrack;
}

int untracking_ask(uint32_t netns)
{
	static struct limit limit;
	static struct answer answers[REMEMBERED];
	static unsigned int next;
	struct answer *answer = NULL;
	int fd = -1, r;

	for (unsigned int i = 0; i < REMEMBERED; i++)
		if (answers[i].netns == netns && answers[i].generation)
			answer = &answers[i];
	if (limit_reached(&limit, ASKED_MAX))
		return answer ? answer->untrack : -EAGAIN;
	r = netns_find(netns, &fd);
	if (r)
		return r;
	if (!answer) {
		answer = &answers[next++ % REMEMBERED];
		*answer = (struct answer){ .netns = netns };
	}
	r = netns_run(fd, ask, answer);
	close(fd);
	return r;
}
