/* SPDX-License-Identifier: MIT */
/* Width, wrapping, tables and the ladder. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "draw/table.h"
#include "draw/width.h"
#include "sinks/diagram.h"
#include "wire/observation.h"

static void test_width(void **state)
{
	(void)state;
	assert_int_equal(width_of("abc"), 3);
	assert_int_equal(width_of("服务端"), 6);
	assert_int_equal(width_of("é e\xcc\x81"), 3);
	assert_int_equal(width_of("\x1b[1;31mred\x1b[0m"), 3);
	assert_int_equal(width_of("→●│"), 3);
	assert_int_equal(width_of("\xff\xfe"), 2);
}

static void check_wrap(const char *text, int column, int indent, int width, const char *want)
{
	struct buf buf;

	buf_init(&buf, 4096);
	width_wrap(&buf, text, column, indent, width);
	assert_string_equal(buf_text(&buf), want);
	buf_release(&buf);
}

static void test_wrap(void **state)
{
	(void)state;
	check_wrap("one two three", 0, 2, 8, "one two\n  three");
	check_wrap("one two three", 4, 4, 8, "one\n    two\n    three");
	check_wrap("averyverylongcommand --flag", 0, 2, 10, "averyverylongcommand\n  --flag");
	check_wrap("no limit at all, ever", 0, 0, 0, "no limit at all, ever");
	check_wrap("two\nlines", 0, 1, 80, "two\n lines");
	/* Chinese breaks anywhere but before closing punctuation. */
	check_wrap("服务端关闭了连接", 0, 0, 8, "服务端关\n闭了连接");
	check_wrap("服务端关，闭", 0, 0, 8, "服务端\n关，闭");
	check_wrap("在（括号）里", 0, 0, 4, "在\n（括\n号）\n里");
}

static void test_table(void **state)
{
	struct table table;
	struct buf buf;

	(void)state;
	table_init(&table, 3);
	table.right[0] = true;
	table_add(&table, "7");
	table_add(&table, "服务端");
	table_add(&table, "first cell of the last column");
	table_add(&table, "1,204");
	table_add(&table, "x");
	table_add(&table, "short");
	table_add(&table, "a row that is not complete");
	buf_init(&buf, 4096);
	table_draw(&table, 1, 38, &buf);
	assert_string_equal(buf_text(&buf), "     7  服务端  first cell of the last\n"
					    "                column\n"
					    " 1,204  x       short\n");
	buf_release(&buf);
	table_release(&table);
}

static struct evidence ladder(void)
{
	struct evidence ev = {
		.has_time = true,
		.ladder_count = 6,
		.ladder = {
			{ .time_ns = 0, .flags = TCP_SYN, .from_client = true },
			{ .time_ns = 81000, .flags = TCP_SYN | TCP_ACK, .ack = 1, .ttl = 64, .has_ttl = true },
			{ .time_ns = 90000, .flags = TCP_ACK, .ack = 1, .window = 23, .from_client = true },
			{ .time_ns = 65090000000, .flags = TCP_ACK | TCP_PSH, .bytes = 75, .from_client = true,
			  .is_trigger = true },
			{ .time_ns = 65090500000, .flags = TCP_ACK, .ack = 76, .window = 0, .gap_before = true },
			{ .time_ns = 65091000000, .flags = TCP_RST, .ttl = 47, .has_ttl = true, .is_reset = true },
		},
	};

	return ev;
}

static void test_ladder(void **state)
{
	struct ladder_style style = { .ascii = true, .width = 74, .indent = 0 };
	struct evidence ev = ladder();
	struct buf buf;

	(void)state;
	buf_init(&buf, 1 << 16);
	diagram_add(&ev, LANG_EN, &style, &buf);
	width_to_ascii(&buf);
	assert_string_equal(
		buf_text(&buf),
		"         client                                    server\n"
		"     0 us |------------------- SYN ------------------->| client SYN_SENT\n"
		"    81 us |<----------------- SYN-ACK -----------------| server SYN_RECV\n"
		"    90 us |------------------ ACK 1 ------------------>| client ESTABLISHED\n"
		"          .             65.0 s of silence              .\n"
		"   65.0 s |---------------- 75 bytes ----------------->| what it answers\n"
		"          .              packets left out              .\n"
		"   65.0 s |<-------------- ACK 76, win 0 --------------|\n"
		"   65.0 s |<=============== RST, TTL 47 ===============| <== this reset\n");
	buf_release(&buf);
}

/* Every line between the bars has the same width, in both languages, however hostile the numbers.
 */
static void test_ladder_aligned(void **state)
{
	struct ladder_style style = { .width = 100, .indent = 3 };
	struct evidence ev = ladder();

	(void)state;
	for (int i = 0; i < ev.ladder_count; i++) {
		ev.ladder[i].time_ns *= 1000000;
		ev.ladder[i].ack = UINT32_MAX;
		ev.ladder[i].retransmission = true;
	}
	for (int lang = 0; lang < LANG_COUNT; lang++) {
		struct buf buf;
		char *line, *rest;
		int columns = -1;

		buf_init(&buf, 1 << 16);
		diagram_add(&ev, (enum lang)lang, &style, &buf);
		buf_text(&buf);
		strtok_r(buf.data, "\n", &rest);
		while ((line = strtok_r(NULL, "\n", &rest))) {
			char *bar = NULL;

			for (char *at = line; (at = strstr(at, "│")); at += strlen("│"))
				bar = at;
			if (!bar)
				continue;
			*bar = 0;
			if (columns >= 0)
				assert_int_equal(width_of(line), columns);
			columns = width_of(line);
		}
		assert_true(columns > 0);
		buf_release(&buf);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_width),	       cmocka_unit_test(test_wrap),
		cmocka_unit_test(test_table),	       cmocka_unit_test(test_ladder),
		cmocka_unit_test(test_ladder_aligned),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
