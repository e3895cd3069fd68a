/* SPDX-License-Identifier: MIT */
/* FILTER for the kernel: both directions of what the user wants, and never less than that. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <pcap/pcap.h>
#include <string.h>

#include "sources/wire.h"

static const struct {
	const char *words, *kernel;
	bool exact;
} cases[] = {
	{ NULL, "tcp", true },
	{ "", "tcp", true },
	{ "port 443", "tcp and (port 443)", true },
	{ "port 443 and host 10.0.0.5", "tcp and (port 443 and host 10.0.0.5)", true },
	{ "host 2001:db8::1 or net 10.0.0.0/8", "tcp and (host 2001:db8::1 or net 10.0.0.0/8)",
	  true },
	{ "not port 22", "tcp and (not port 22)", true },
	{ "!(port 22||port 23)", "tcp and (! ( port 22 || port 23 ))", true },
	{ "port http", "tcp and (port http)", true },
	{ "portrange 8000-8080", "tcp and (portrange 8000-8080)", true },
	{ "host feed.example", "tcp and (host feed.example)", true },
	{ "tcp port 80", "tcp and (tcp port 80)", true },
	/* one direction becomes two: more than wanted, so it is judged again */
	{ "dst port 443", "tcp and (port 443)", false },
	{ "src host 10.0.0.1 and dst port 80", "tcp and (host 10.0.0.1 and port 80)", false },
	{ "src 10.0.0.1", "tcp and (host 10.0.0.1)", false },
	/* not so where it is negated: that would be less */
	{ "not dst port 443", "tcp", false },
	{ "host 10.0.0.1 and ! src port 80", "tcp", false },
	/* what a single packet has, not its connection */
	{ "tcp[tcpflags] & tcp-rst != 0", "tcp", false },
	{ "greater 1000", "tcp", false },
	{ "vlan 5 and port 80", "tcp", false },
	{ "inbound", "tcp", false },
	{ "udp port 53", "tcp", false },
	{ "ether host 02:00:00:00:00:01", "tcp", false },
	{ "host 10.0.0.1 and gateway", "tcp", false },
	{ "ip proto 6", "tcp", false },
};

static bool means_something(const char *words)
{
	pcap_t *dead = pcap_open_dead(DLT_LINUX_SLL2, 256);
	struct bpf_program program;
	bool good;

	assert_non_null(dead);
	good = pcap_compile(dead, &program, words, 1, PCAP_NETMASK_UNKNOWN) == 0;
	if (good)
		pcap_freecode(&program);
	pcap_close(dead);
	return good;
}

static void test_words(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct buf words;
		bool exact = !cases[i].exact;

		buf_init(&words, 4096);
		wire_kernel_words(cases[i].words, &words, &exact);
		assert_string_equal(buf_text(&words), cases[i].kernel);
		assert_int_equal(exact, cases[i].exact);
		/* Names of hosts would be looked up. */
		if (!strstr(cases[i].kernel, "example"))
			assert_true(means_something(buf_text(&words)));
		buf_release(&words);
	}
}

/* Bytes that are no filter do no harm. */
static void test_noise(void **state)
{
	uint32_t random = 7;
	char text[80];

	(void)state;
	for (int i = 0; i < 20000; i++) {
		static const char letters[] = "host port src dst not and or ()!&|10.0:/\\\"x ";
		struct buf words;
		size_t length;
		bool exact;

		random = random * 1664525 + 1013904223;
		length = random >> 16 & 63;
		for (size_t j = 0; j < length; j++) {
			random = random * 1664525 + 1013904223;
			text[j] = letters[(random >> 16) % (sizeof(letters) - 1)];
		}
		text[length] = '\0';
		buf_init(&words, 4096);
		wire_kernel_words(text, &words, &exact);
		assert_memory_equal(buf_text(&words), "tcp", 3);
		buf_release(&words);
	}
}

static void test_open(void **state)
{
	struct wire_options options = { .interface = "no-such-one" };
	char problem[WIRE_PROBLEM_BYTES] = "";
	struct wire *wire = NULL;
	int r = wire_open(&options, &wire, problem);

	(void)state;
	assert_true(r == -ENODEV || r == -EPERM);
	assert_null(wire);
	assert_true(problem[0]);
	wire_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_noise),
		cmocka_unit_test(test_open),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
