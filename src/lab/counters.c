/* SPDX-License-Identifier: MIT */
/* The counters of /proc/net/snmp and netstat that moved: they tell one mechanism from another. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lab/lab_private.h"

#define COUNTERS_MAX 512

struct counter {
	char name[40];
	uint64_t value;
};

static struct counter before[LAB_HOSTS][COUNTERS_MAX];

static unsigned int file_read(const char *path, struct counter *counters, unsigned int count)
{
	char titles[8192], values[8192], *title, *value, *titles_rest, *values_rest;
	FILE *file = fopen(path, "re");
	bool wanted;

	while (file && fgets(titles, sizeof(titles), file) && fgets(values, sizeof(values), file)) {
		title = strtok_r(titles, " :\n", &titles_rest);
		value = strtok_r(values, " :\n", &values_rest);
		wanted = title && (!strcmp(title, "Tcp") || !strcmp(title, "TcpExt") ||
				   !strcmp(title, "MPTcpExt"));
		while (wanted && value && count < COUNTERS_MAX) {
			title = strtok_r(NULL, " \n", &titles_rest);
			value = strtok_r(NULL, " \n", &values_rest);
			if (!title || !value)
				break;
			snprintf(counters[count].name, sizeof(counters->name), "%s", title);
			counters[count++].value = strtoull(value, NULL, 10);
		}
	}
	if (file)
		fclose(file);
	return count;
}

static unsigned int host_read(struct lab *lab, enum lab_who host, struct counter *counters)
{
	unsigned int count;

	if (hosts_enter(lab, host) < 0)
		return 0;
	count = file_read("/proc/thread-self/net/snmp", counters, 0);
	count = file_read("/proc/thread-self/net/netstat", counters, count);
	hosts_leave(lab);
	return count;
}

void counters_begin(struct lab *lab)
{
	int host;

	for (host = 0; host < LAB_HOSTS; host++)
		host_read(lab, host, before[host]);
}

/* What every connection moves says nothing. */
static bool is_boring(const char *name)
{
	static const char *const boring[] = {
		"ActiveOpens",	  "PassiveOpens",     "InSegs",		"OutSegs",
		"CurrEstab",	  "TCPOrigDataSent",  "TCPDelivered",	"TCPHPHits",
		"TCPPureAcks",	  "TCPHPAcks",	      "TCPAutoCorking", "DelayedACKs",
		"TCPRcvCoalesce", "TCPRcvQCollapsed",
	};
	size_t i;

	for (i = 0; i < sizeof(boring) / sizeof(*boring); i++)
		if (!strcmp(name, boring[i]))
			return true;
	return false;
}

void counters_say(struct lab *lab, FILE *out)
{
	static struct counter now[COUNTERS_MAX];
	unsigned int count, i;
	int host;

	fputs("    counters:", out);
	for (host = 0; host < LAB_HOSTS; host++) {
		bool named = false;

		count = host_read(lab, host, now);
		for (i = 0; i < count; i++) {
			if (now[i].value == before[host][i].value || is_boring(now[i].name))
				continue;
			if (!named)
				fprintf(out, " %s:", lab_who_name(host));
			named = true;
			fprintf(out, " %s+%lld", now[i].name,
				(long long)(now[i].value - before[host][i].value));
		}
	}
	fputc('\n', out);
}
