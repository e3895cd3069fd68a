/* SPDX-License-Identifier: MIT */
/* Addresses as text and back, against the C library; the keyed hash against its authors' vectors.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>

#include "base/addr.h"
#include "base/hash.h"

static int parse(const char *text, struct endpoint *ret_endpoint)
{
	return endpoint_parse_host(text, strlen(text), ret_endpoint);
}

static void check_text(const char *text, uint16_t port, const char *expected)
{
	struct endpoint endpoint;
	char out[ENDPOINT_TEXT_MAX];

	assert_int_equal(parse(text, &endpoint), 0);
	endpoint.port = port;
	assert_int_equal(endpoint_format(&endpoint, out), strlen(expected));
	assert_string_equal(out, expected);
}

static void test_format(void **unused)
{
	struct endpoint none = { 0 };
	char out[ENDPOINT_TEXT_MAX];

	(void)unused;
	check_text("192.0.2.1", 80, "192.0.2.1:80");
	check_text("0.0.0.0", 0, "0.0.0.0:0");
	check_text("255.255.255.255", 65535, "255.255.255.255:65535");
	check_text("2001:db8::1", 443, "[2001:db8::1]:443");
	check_text("2001:DB8:0:0:1:0:0:1", 1, "[2001:db8::1:0:0:1]:1");
	check_text("2001:db8:0:1:1:1:1:1", 1, "[2001:db8:0:1:1:1:1:1]:1");
	check_text("::", 1, "[::]:1");
	check_text("::1", 1, "[::1]:1");
	check_text("1::", 1, "[1::]:1");
	check_text("::ffff:192.0.2.1", 1, "[::ffff:192.0.2.1]:1");
	check_text("2001:db8:1:2:3:4:5:6", 65535, "[2001:db8:1:2:3:4:5:6]:65535");
	assert_int_equal(endpoint_format(&none, out), 3);
	assert_string_equal(out, "?:0");
}

static void test_parse_refuses(void **unused)
{
	static const char *const bad[] = {
		"",
		"1.2.3",
		"1.2.3.4.5",
		"256.0.0.1",
		"01.2.3.4",
		"1.2.3.4 ",
		"1..2.3",
		":",
		":::",
		"1:2",
		"1::2::3",
		"12345::",
		"::1%eth0",
		"g::",
		"1:2:3:4:5:6:7:8:9",
		"1:2:3:4:5:6:7:",
		"::1.2.3",
		"[::1]",
		"1:2:3:4:5:6:7:1.2.3.4",
		"1.2.3.4:80",
		"1:2:3:4:5:6:7::8",
		":1:2:3:4:5:6:7",
	};
	struct endpoint endpoint;
	size_t i;

	(void)unused;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (parse(bad[i], &endpoint) != -EINVAL)
			fail_msg("taken: '%s'", bad[i]);
	/* The length counts, not a NUL. */
	assert_int_equal(endpoint_parse_host("192.0.2.15", 9, &endpoint), 0);
	assert_int_equal(endpoint.ip[3], 1);
}

static void test_against_library(void **unused)
{
	static const char letters[] = "0123456789abf::::..";
	struct endpoint endpoint, again;
	char text[ENDPOINT_TEXT_MAX], library[INET6_ADDRSTRLEN];
	uint8_t ip[16];
	size_t length;
	int i, j;

	(void)unused;
	srand(1);
	for (i = 0; i < 200000; i++) {
		memset(&endpoint, 0, sizeof(endpoint));
		endpoint.family = ADDR_IP6;
		for (j = 0; j < 16; j++)
			endpoint.ip[j] = rand() & 4 ? 0 : (uint8_t)(rand() & rand());
		length = endpoint_format_host(&endpoint, text);
		assert_int_equal(endpoint_parse_host(text, length, &again), 0);
		assert_true(endpoint_same(&endpoint, &again));
		assert_int_equal(inet_pton(AF_INET6, text, ip), 1);
		assert_memory_equal(ip, endpoint.ip, 16);
		/* The library also writes old "compatible" addresses with dots. */
		assert_non_null(inet_ntop(AF_INET6, endpoint.ip, library, sizeof(library)));
		if (!strchr(library, '.'))
			assert_string_equal(text, library);
	}
	for (i = 0; i < 500000; i++) {
		int count = rand() % 16, is4, is6;

		for (j = 0; j < count; j++)
			text[j] = letters[(size_t)rand() % (sizeof(letters) - 1)];
		text[count] = '\0';
		is4 = inet_pton(AF_INET, text, ip);
		is6 = !is4 && inet_pton(AF_INET6, text, ip);
		if ((parse(text, &endpoint) == 0) != (is4 || is6))
			fail_msg("'%s'", text);
		if (is4 || is6)
			assert_memory_equal(endpoint.ip, ip, is4 ? 4 : 16);
	}
}

/*
 * SipHash-1-3 with the key 00 01 .. 0f of the messages "", 00, 00 01, ...: the first vectors of
 * the reference implementation, read as little-endian words.
 */
static void test_hash(void **unused)
{
	static const uint64_t expected[] = {
		0xabac0158050fc4dc, 0xc9f49bf37d57ca93, 0x82cb9b024dc7d44d,
		0x8bf80ab8e7ddf7fb, 0xcf75576088d38328, 0xdef9d52f49533b67,
		0xc50d2b50c59f22a7, 0xd3927d989bb11140, 0x369095118d299a8e,
	};
	const uint64_t key[2] = { 0x0706050403020100, 0x0f0e0d0c0b0a0908 };
	uint8_t message[64];
	size_t i;

	(void)unused;
	for (i = 0; i < sizeof(message); i++)
		message[i] = (uint8_t)i;
	for (i = 0; i < sizeof(expected) / sizeof(*expected); i++)
		assert_int_equal(hash_keyed(key, message, i), expected[i]);
	/* Every bit of the key and of the message matters. */
	for (i = 0; i < 40 * 8; i++) {
		uint64_t before = hash_keyed(key, message, 40);

		message[i / 8] ^= (uint8_t)(1 << i % 8);
		assert_int_not_equal(hash_keyed(key, message, 40), before);
		message[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	for (i = 0; i < 128; i++) {
		uint64_t other[2] = { key[0], key[1] };

		other[i / 64] ^= UINT64_C(1) << i % 64;
		assert_int_not_equal(hash_keyed(other, message, 40), hash_keyed(key, message, 40));
	}
}

static void test_hash_mac(void **unused)
{
	uint8_t a[6] = { 2, 0, 0, 0, 0, 1 }, b[6] = { 2, 0, 0, 0, 0, 2 }, zero[6] = { 0 };

	(void)unused;
	assert_int_not_equal(hash_mac(a), hash_mac(b));
	assert_int_equal(hash_mac(a), hash_mac(a));
	assert_int_not_equal(hash_mac(zero), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_format),		cmocka_unit_test(test_parse_refuses),
		cmocka_unit_test(test_against_library), cmocka_unit_test(test_hash),
		cmocka_unit_test(test_hash_mac),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
