/* SPDX-License-Identifier: MIT */
/* Counters by name from the texts of /proc/net/snmp and netstat. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "host/counters.h"

static const char *const names[] = { "TcpOutRsts",	"TcpEstabResets", "TcpExtListenOverflows",
				     "MPTcpExtMPRstTx", "TcpMaxConn",	  "TcpExtNoSuchThing" };
#define COUNT (int)(sizeof(names) / sizeof(*names))

static const char snmp[] = "Ip: Forwarding DefaultTTL InReceives\n"
			   "Ip: 1 64 1234\n"
			   "Tcp: RtoAlgorithm MaxConn ActiveOpens EstabResets OutRsts\n"
			   "Tcp: 1 -1 7 31 4294967297\n"
			   "Udp: InDatagrams OutRsts\n"
			   "Udp: 1 2\n";
static const char netstat[] = "TcpExt: SyncookiesSent ListenOverflows ListenDrops\n"
			      "TcpExt: 1 18446744073709551614 3\n"
			      "IpExt: InNoRoutes ListenOverflows\n"
			      "IpExt: 1 5\n"
			      "MPTcpExt: MPCapableSYNRX MPRstTx\n"
			      "MPTcpExt: 8 9\n";

static void parse(const char *text, size_t length, uint64_t *values)
{
	/* A copy of exactly that size: the sanitizer tells who reads behind it. */
	char *copy = malloc(length + !length);
	int i;

	memcpy(copy, text, length);
	for (i = 0; i < COUNT; i++)
		values[i] = COUNTER_UNKNOWN;
	counters_parse(copy, length, names, COUNT, values);
	free(copy);
}

static void test_texts(void **unused)
{
	uint64_t values[COUNT];

	(void)unused;
	parse(snmp, sizeof(snmp) - 1, values);
	assert_true(values[0] == 4294967297);
	assert_int_equal(values[1], 31);
	assert_true(values[2] == COUNTER_UNKNOWN);
	assert_true(values[4] == COUNTER_UNKNOWN);
	parse(netstat, sizeof(netstat) - 1, values);
	assert_true(values[0] == COUNTER_UNKNOWN);
	assert_true(values[2] == UINT64_MAX - 1);
	assert_int_equal(values[3], 9);
	assert_true(values[5] == COUNTER_UNKNOWN);
}

static void test_hostile(void **unused)
{
	static const char *const texts[] = {
		"",
		"\n\n\n",
		"Tcp: OutRsts\n",
		"Tcp: OutRsts\nTcp:\n",
		"Tcp: OutRsts\nTcp: x\n",
		"Tcp: OutRsts\nUdp: 5\n",
		"Tcp: EstabResets OutRsts\nTcp: 5\n",
		"Tcp OutRsts\nTcp 5\n",
		": OutRsts\n: 5\n",
		"   \n   \n",
		"Tcp: OutRsts\nTcp: 5", /* cut off: perhaps 51 */
	};
	uint64_t values[COUNT];
	size_t i;

	(void)unused;
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		parse(texts[i], strlen(texts[i]), values);
		if (values[0] != COUNTER_UNKNOWN)
			fail_msg("text %zu gives %llu", i, (unsigned long long)values[0]);
	}
	for (i = 0; i < sizeof(snmp); i++)
		parse(snmp, i, values);
}

static void test_own(void **unused)
{
	uint64_t values[COUNT];

	(void)unused;
	assert_int_equal(counters_read(0, names, COUNT, values), 0);
	assert_true(values[0] != COUNTER_UNKNOWN);
	assert_true(values[1] != COUNTER_UNKNOWN);
	assert_true(values[2] != COUNTER_UNKNOWN);
	assert_true(values[5] == COUNTER_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
