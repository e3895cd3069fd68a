/* SPDX-License-Identifier: MIT */
/*
 * Text of /proc and of cgroups with anything in it: counters of the network, limits and state of a
 * process, the container it is in.
 *
 * Seeds: tests/fuzz/seeds/host/[a-z]*
 */
#include <stdlib.h>
#include <string.h>

#include "host/cgroup.h"
#include "host/counters.h"
#include "host/net_stat.h"
#include "host/process.h"
#include "host/stall.h"
#include "host/sysctl.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

static void read_sums(const char *text)
{
	struct conntrack_stat conntrack;
	struct sockstat sockets;
	struct softnet softnet;
	int64_t numbers[3];
	int found = sysctl_numbers(text, numbers, 3);

	sockstat_parse(text, &sockets);
	softnet_parse(text, &softnet);
	conntrack_stat_parse(text, &conntrack);
	/* Sums are of 32 bits each: never below nothing, but where there is no such column. */
	if (found > 3 || softnet.dropped < NET_STAT_UNKNOWN ||
	    softnet.squeezed < NET_STAT_UNKNOWN || conntrack.invalid < NET_STAT_UNKNOWN ||
	    conntrack.dropped < NET_STAT_UNKNOWN)
		abort();
}

static void read_process(const char *text, size_t length)
{
	static struct program program;
	uint64_t start;
	uint32_t value;
	char state;

	process_parse_stat(text, length, &state, &start);
	process_parse_uid(text, length, &value);
	process_parse_limit(text, length, false, &value);
	process_parse_limit(text, length, true, &value);
	stall_parse_sched(text, length);
	stall_parse_throttled(text, length);
	memset(&program, 0, sizeof(program));
	cgroup_parse(text, length, &program);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
	static const char *const names[] = { "TcpOutRsts", "TcpExtListenOverflows",
					     "MPTcpExtMPRstTx" };
	uint64_t values[3] = { COUNTER_UNKNOWN, COUNTER_UNKNOWN, COUNTER_UNKNOWN };
	char *text = malloc(count + 1); /* terminated, as file_read_at() does it */

	if (!text)
		return 0;
	memcpy(text, bytes, count);
	text[count] = '\0';
	read_sums(text);
	read_process(text, count);
	counters_parse(text, count, names, 3, values);
	free(text);
	return 0;
}
