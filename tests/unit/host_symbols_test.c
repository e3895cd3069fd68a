/* SPDX-License-Identifier: MIT */
/* Names of kernel functions, from made files and from this kernel. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/symbols.h"

static char path[64];

static struct symbols *symbols_of(const char *text, const char *const *prefixes)
{
	struct symbols *symbols;
	FILE *file;
	int fd;

	strcpy(path, "/tmp/whyrst-symbols-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	file = fdopen(fd, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
	symbols = symbols_new_from(path, prefixes);
	unlink(path);
	assert_non_null(symbols);
	return symbols;
}

static const char kallsyms[] = "ffffffff81000000 T srso_alias_untrain_ret\n"
			       "ffffffff81000000 T _stext\n"
			       "ffffffff81000000 T _text\n"
			       "ffffffff81a00000 t __pfx_tcp_reset\n"
			       "ffffffff81a00010 T tcp_reset\n"
			       "ffffffff81a00210 t tcp_ack.isra.0\n"
			       "ffffffff81a00900 T inet_release\n"
			       "ffffffff81a00980 D tcp_prot\n" /* data */
			       "ffffffff81a00a00 W tcp_weak\n"
			       "ffffffff81b00000 t tcp_reset.cold\n"
			       "ffffffff81c00000 T _etext\n"
			       "ffffffff82000000 D jiffies\n"
			       "ffffffffc0201000 t nf_send_reset\t[nf_reject_ipv4]\n"
			       "ffffffffc0201800 t nf_reject_last\t[nf_reject_ipv4]\n"
			       "ffffffffc0206000 t tcp_other\t[other]\n"
			       "ffffffffc0300000 t bpf_prog_6deef7357e7b4530_tcp_x\t[bpf]\n"
			       "\n"
			       "garbage\n"
			       "zzzz T tcp_bad\n"
			       "ffffffff8100 T\n"
			       "ffffffff81a00b00 T \n"
			       "00000ffffffff81a00b00 T tcp_bad\n";

static void expect(const struct symbols *symbols, uint64_t address, const char *name)
{
	const char *found = symbols_find(symbols, address);

	if (name ? !found || strcmp(found, name) : found != NULL)
		fail_msg("%llx is %s, not %s", (unsigned long long)address, found ? found : "-",
			 name ? name : "-");
}

static void test_all(void **unused)
{
	struct symbols *symbols = symbols_of(kallsyms, NULL);

	(void)unused;
	assert_true(symbols_readable(symbols));
	assert_int_equal(symbols_count(symbols), 11);
	expect(symbols, 0, NULL);
	expect(symbols, 0xffffffff80ffffff, NULL);
	expect(symbols, 0xffffffff81000000, "srso_alias_untrain_ret");
	expect(symbols, 0xffffffff81000001, "srso_alias_untrain_ret"); /* not __pfx_tcp_reset */
	expect(symbols, 0xffffffff81a00010, "tcp_reset");
	expect(symbols, 0xffffffff81a0020f, "tcp_reset");
	expect(symbols, 0xffffffff81a00210, "tcp_ack");
	expect(symbols, 0xffffffff81a009ff, "inet_release"); /* data are no border */
	expect(symbols, 0xffffffff81a00a00, "tcp_weak");
	expect(symbols, 0xffffffff81b00001, "tcp_reset");
	expect(symbols, 0xffffffffc0201001, "nf_send_reset");
	/* Behind the last function of a module there may be another module by now. */
	expect(symbols, 0xffffffffc0202fff, "nf_reject_last");
	expect(symbols, 0xffffffffc0203000, NULL);
	expect(symbols, 0xffffffffc0206000, "tcp_other");
	expect(symbols, UINT64_MAX, NULL);
	assert_false(symbols_refresh(symbols, 0));
	symbols_free(symbols);
}

static void test_range(void **unused)
{
	struct symbols *symbols = symbols_of(kallsyms, NULL);
	uint64_t from = 0, to = 0;

	(void)unused;
	/* Not its .cold part, and not up to what is no function. */
	assert_true(symbols_range(symbols, "inet_release", &from, &to));
	assert_true(from == 0xffffffff81a00900 && to == 0xffffffff81a00a00);
	assert_true(symbols_range(symbols, "nf_send_reset", &from, &to));
	assert_true(from == 0xffffffffc0201000 && to == 0xffffffffc0201800);
	assert_false(symbols_range(symbols, "tcp_prot", &from, &to));
	assert_false(symbols_range(symbols, "tcp_res", &from, &to));
	symbols_free(symbols);
}

static void test_prefixes(void **unused)
{
	static const char *const prefixes[] = { "tcp_", "nf_send", NULL };
	static const char *const none[] = { NULL };
	struct symbols *symbols = symbols_of(kallsyms, prefixes);

	(void)unused;
	assert_int_equal(symbols_count(symbols), 11);
	expect(symbols, 0xffffffff81a00100, "tcp_reset");
	/* Not the function before it. */
	expect(symbols, 0xffffffff81a00900, NULL);
	assert_true(symbols_cover(symbols, 0xffffffff81a00900));
	assert_false(symbols_cover(symbols, 0xffffffffc0204000));
	expect(symbols, 0xffffffffc0300001, NULL);
	expect(symbols, 0xffffffffc0201800, NULL);
	symbols_free(symbols);

	symbols = symbols_of(kallsyms, none);
	expect(symbols, 0xffffffff81a00100, NULL);
	assert_true(symbols_cover(symbols, 0xffffffff81a00100));
	symbols_free(symbols);

	/* Of two names of one address the one that was asked for. */
	symbols = symbols_of("1000 T alias\n1000 t tcp_one\n2000 T end\n", prefixes);
	expect(symbols, 0x1000, "tcp_one");
	symbols_free(symbols);
}

static void test_hidden(void **unused)
{
	struct symbols *symbols = symbols_of("0000000000000000 T _text\n"
					     "0000000000000000 T tcp_reset\n",
					     NULL);

	(void)unused;
	assert_false(symbols_readable(symbols));
	expect(symbols, 0, NULL);
	expect(symbols, 1, NULL);
	symbols_free(symbols);
	symbols = symbols_of("", NULL);
	assert_false(symbols_readable(symbols));
	symbols_free(symbols);
	symbols = symbols_new_from("/nonexistent/kallsyms", NULL);
	assert_non_null(symbols);
	assert_false(symbols_readable(symbols));
	expect(symbols, 1, NULL);
	symbols_free(symbols);
	symbols_free(NULL);
}

static void test_lines(void **unused)
{
	static const char line[] = "ffffffffc0201000 t nf_send_reset\t[nf_reject_ipv4]";
	struct symbol_line symbol;
	size_t length;

	(void)unused;
	assert_true(symbols_parse_line(line, sizeof(line) - 1, &symbol));
	assert_true(symbol.address == 0xffffffffc0201000);
	assert_int_equal(symbol.name_bytes, 13);
	assert_int_equal(symbol.module_bytes, 14);
	assert_memory_equal(symbol.module, "nf_reject_ipv4", 14);
	for (length = 0; length < sizeof(line) - 1; length++) {
		char *cut = malloc(length + !length);

		memcpy(cut, line, length);
		if (symbols_parse_line(cut, length, &symbol)) {
			assert_true(length >= 20);
			assert_null(symbol.module);
		}
		free(cut);
	}
	assert_false(symbols_parse_line("1000 T a\0b", 10, &symbol));
	assert_true(symbols_parse_line("c0008000 T stext", 16, &symbol)); /* 32 bits */
	assert_true(symbols_parse_line("1000 T a\t[", 10, &symbol));
	assert_null(symbol.module);
}

/* More than there is room for: dropped and counted, what is there can be found. */
static void test_huge(void **unused)
{
	size_t bytes = 250000 * 64, used = 0;
	char *text = malloc(bytes), name[64];
	struct symbols *symbols;
	uint64_t i;

	(void)unused;
	for (i = 1; i <= 250000; i++)
		used += (size_t)snprintf(text + used, bytes - used,
					 "%016llx T function_number_%07llu\n",
					 (unsigned long long)i << 8, (unsigned long long)i);
	symbols = symbols_of(text, NULL);
	free(text);
	assert_int_equal(symbols_count(symbols), 196608);
	assert_true(symbols_dropped(symbols) > 0);
	assert_true(symbols_bytes(symbols) < 6000000);
	for (i = 1; i <= 100000; i += 777) {
		snprintf(name, sizeof(name), "function_number_%07llu", (unsigned long long)i);
		expect(symbols, (i << 8) + 255, name);
	}
	symbols_free(symbols);
}

static void test_this_kernel(void **unused)
{
	static const char *const prefixes[] = { "tcp_", "inet_", "__tcp", NULL };
	struct symbols *symbols = symbols_new(prefixes);

	(void)unused;
	assert_non_null(symbols);
	if (!symbols_readable(symbols)) {
		symbols_free(symbols);
		skip(); /* no CAP_SYSLOG */
	}
	assert_true(symbols_count(symbols) > 1000);
	assert_true(symbols_bytes(symbols) < 6000000);
	assert_int_equal(symbols_dropped(symbols), 0);
	assert_false(symbols_refresh(symbols, 0)); /* read a moment ago */
	symbols_free(symbols);

	symbols = symbols_new(NULL);
	assert_non_null(symbols);
	assert_true(symbols_bytes(symbols) < 6000000);
	assert_int_equal(symbols_dropped(symbols), 0);
	symbols_free(symbols);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all),	    cmocka_unit_test(test_range),
		cmocka_unit_test(test_prefixes),    cmocka_unit_test(test_hidden),
		cmocka_unit_test(test_lines),	    cmocka_unit_test(test_huge),
		cmocka_unit_test(test_this_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
