/* SPDX-License-Identifier: MIT */
/* Foreign text never reaches a terminal or breaks JSON; buffers keep their limit; mapped addresses.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/anonymize.h"
#include "base/escape.h"
#include "base/hash.h"

#define ESCAPES_TO(function, in, want)                                                             \
	do {                                                                                       \
		struct buf buf;                                                                    \
		buf_init(&buf, 4096);                                                              \
		function(&buf, in, sizeof(in) - 1);                                                \
		assert_string_equal(buf_text(&buf), want);                                         \
		buf_release(&buf);                                                                 \
	} while (0)

static void test_terminal(void **state)
{
	(void)state;
	ESCAPES_TO(escape_terminal, "plain \"text\" é 字", "plain \"text\" é 字");
	ESCAPES_TO(escape_terminal, "a\x1b[31mb\x07", "a\\x1b[31mb\\x07");
	ESCAPES_TO(escape_terminal, "1\n2\r3\t4\\5\x7f", "1\\n2\\r3\\t4\\\\5\\x7f");
	ESCAPES_TO(escape_terminal, "nul\0in", "nul\\x00in");
	ESCAPES_TO(escape_terminal,
		   "c1 \xc2\x9b"
		   "31m",
		   "c1 \\xc2\\x9b31m");
	ESCAPES_TO(escape_terminal, "bidi \xe2\x80\xae!", "bidi \\xe2\\x80\\xae!");
	ESCAPES_TO(escape_terminal, "zero \xe2\x80\x8b width", "zero \\xe2\\x80\\x8b width");
	ESCAPES_TO(escape_terminal, "cut \xe5\xad", "cut \\xe5\\xad");
	ESCAPES_TO(escape_terminal, "overlong \xc0\xaf", "overlong \\xc0\\xaf");
	ESCAPES_TO(escape_terminal, "surrogate \xed\xa0\x80", "surrogate \\xed\\xa0\\x80");
	ESCAPES_TO(escape_terminal, "beyond \xf4\x90\x80\x80", "beyond \\xf4\\x90\\x80\\x80");
}

static void test_json(void **state)
{
	(void)state;
	ESCAPES_TO(escape_json, "q\" b\\ n\n", "q\\\" b\\\\ n\\n");
	ESCAPES_TO(escape_json, "\x01\x7f", "\\u0001\\u007f");
	ESCAPES_TO(escape_json, "\xff", "\\\\xff");
	ESCAPES_TO(escape_json, "字", "字");
}

/* Any bytes at all give a string that a strict parser takes, without a control character in it. */
static void test_json_any_bytes(void **state)
{
	uint32_t random = 1;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		uint8_t bytes[24];
		struct buf buf;
		json_t *value;

		for (size_t i = 0; i < sizeof(bytes); i++) {
			random = random * 1664525 + 1013904223;
			bytes[i] = (uint8_t)(random >> 24);
		}
		buf_init(&buf, 4096);
		buf_add_char(&buf, '"');
		escape_json(&buf, bytes, sizeof(bytes));
		buf_add_char(&buf, '"');
		value = json_loadb(buf.data, buf.length, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
		assert_non_null(value);
		json_decref(value);
		buf_clear(&buf);
		escape_terminal(&buf, bytes, sizeof(bytes));
		for (size_t i = 0; i < buf.length; i++)
			assert_true((uint8_t)buf.data[i] >= 0x20 && buf.data[i] != 0x7f);
		buf_release(&buf);
	}
}

static void test_buf_limit(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 10);
	assert_string_equal(buf_text(&buf), "");
	buf_add_text(&buf, "12345");
	buf_add_text(&buf, "67890");
	assert_false(buf.overflow);
	assert_string_equal(buf_text(&buf), "1234567890");
	buf_add_char(&buf, 'x');
	assert_true(buf.overflow);
	assert_string_equal(buf_text(&buf), "1234567890");
	buf_clear(&buf);
	assert_false(buf.overflow);
	buf_add_i64(&buf, INT32_MIN);
	assert_true(buf.overflow);
	assert_string_equal(buf_text(&buf), "-");
	buf_release(&buf);

	buf_init(&buf, 64);
	buf_add_i64(&buf, INT64_MIN);
	buf_add_char(&buf, ' ');
	buf_add_u64(&buf, UINT64_MAX);
	assert_string_equal(buf_text(&buf), "-9223372036854775808 18446744073709551615");
	buf_release(&buf);
}

static int common_bits(const struct endpoint *a, const struct endpoint *b)
{
	int n = 0;

	while (n < 128 && ((a->ip[n / 8] ^ b->ip[n / 8]) >> (7 - n % 8) & 1) == 0)
		n++;
	return n;
}

static void test_anonymize(void **state)
{
	static const char *const texts[] = { "192.0.2.1",    "192.0.2.200", "192.0.3.1",
					     "198.51.100.7", "2001:db8::1", "2001:db8:1::1" };
	const uint64_t key[2] = { 7, 9 }, other[2] = { 7, 10 };
	struct endpoint from[6], to[6], again;
	struct anonymizer anonymizer;

	(void)state;
	anonymizer_init(&anonymizer, key);
	for (int i = 0; i < 6; i++) {
		assert_int_equal(endpoint_parse_host(texts[i], strlen(texts[i]), &from[i]), 0);
		from[i].port = (uint16_t)(1000 + i);
		to[i] = from[i];
		anonymizer_map(&anonymizer, &to[i]);
		assert_int_equal(to[i].port, from[i].port);
		assert_int_equal(to[i].family, from[i].family);
		assert_false(endpoint_same(&to[i], &from[i]));
	}
	for (int i = 0; i < 6; i++) {
		for (int j = 0; j < i; j++) {
			if (from[i].family == from[j].family)
				assert_int_equal(common_bits(&from[i], &from[j]),
						 common_bits(&to[i], &to[j]));
		}
	}
	anonymizer_init(&anonymizer, key);
	again = from[3];
	anonymizer_map(&anonymizer, &again);
	assert_true(endpoint_same(&again, &to[3]));
	anonymizer_init(&anonymizer, other);
	again = from[3];
	anonymizer_map(&anonymizer, &again);
	assert_false(endpoint_same(&again, &to[3]));
}

static void expect_peer(struct anonymizer *anonymizer, const char *peer, const char *begin,
			const char *end)
{
	struct buf out;

	buf_init(&out, 256);
	anonymizer_add_peer(anonymizer, peer, &out);
	assert_non_null(strstr(buf_text(&out), begin));
	assert_string_equal(buf_text(&out) + out.length - strlen(end), end);
	assert_null(strstr(buf_text(&out), peer));
	buf_release(&out);
}

static void expect_path(struct anonymizer *anonymizer, const char *path, const char *expected)
{
	struct buf out;

	buf_init(&out, 256);
	anonymizer_add_path(anonymizer, path, &out);
	assert_string_equal(buf_text(&out), expected);
	buf_release(&out);
}

static void test_anonymize_text(void **state)
{
	static const char *const kept[] = {
		"/etc/nginx/nginx.conf:7",
		"/lib/systemd/system/nginx.service:3: Backlog=",
		"/etc/nginx/sites-enabled/default",
		"/opt/apache-tomcat-9.0.50/conf/server.xml:9",
		"/etc/systemd/system/a.service.d/50-b.conf",
		"/usr/local/bin/check.sh",
		"",
		"/",
		":",
		"stdin",
		".conf",
		"/etc/.bashrc",
		"web/s1",
	};
	const uint64_t key[2] = { 7, 9 };
	struct anonymizer anonymizer;
	struct endpoint mapped;
	char text[256], ip[ENDPOINT_TEXT_MAX];
	unsigned name;

	(void)state;
	anonymizer_init(&anonymizer, key);
	expect_peer(&anonymizer, "192.0.2.1:80", ".", ":80");
	expect_peer(&anonymizer, "[2001:db8::1]:443", "[", "]:443");
	expect_peer(&anonymizer, "2001:db8::1", ":", "");
	expect_peer(&anonymizer, "db.example.com:5432", "host-", ":5432");
	for (size_t i = 0; i < sizeof(kept) / sizeof(*kept); i++)
		expect_path(&anonymizer, kept[i], kept[i]);
	name = (unsigned)hash_keyed(key, "www.example.com", 15);
	snprintf(text, sizeof(text), "/etc/nginx/sites/host-%08x.conf:7", name);
	expect_path(&anonymizer, "/etc/nginx/sites/www.example.com.conf:7", text);
	snprintf(text, sizeof(text), "web@host-%08x.service", name);
	expect_path(&anonymizer, "web@www.example.com.service", text);
	assert_int_equal(endpoint_parse_host("192.0.2.1", 9, &mapped), 0);
	anonymizer_map(&anonymizer, &mapped);
	endpoint_format_host(&mapped, ip);
	snprintf(text, sizeof(text), "/etc/x/%s.conf:1", ip);
	expect_path(&anonymizer, "/etc/x/192.0.2.1.conf:1", text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_terminal),       cmocka_unit_test(test_json),
		cmocka_unit_test(test_json_any_bytes), cmocka_unit_test(test_buf_limit),
		cmocka_unit_test(test_anonymize),      cmocka_unit_test(test_anonymize_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
