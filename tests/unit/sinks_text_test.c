/* SPDX-License-Identifier: MIT */
/* -o text: the first line is the answer, alike resets are one block, nothing hostile gets through.
 */
#include "sinks_play.h"

#include "base/escape.h"

static const char *const names[] = { "evil\x1b[31m.pcap", NULL };
static const struct sink_options plain = { .file_names = names, .utc = true };

#define UNREAD "c S; s SA; c A; c PA75; s A; +660us s RA"
#define UNREAD_3                                                                                   \
	UNREAD "; +1s c2 S; s2 SA; c2 A; c2 PA75; s2 A; s2 RA; +1s c3 S; s3 SA; c3 A; c3 PA75; "   \
	       "s3 A; s3 "                                                                         \
	       "RA"

static void has(const char *text, const char *part)
{
	if (!strstr(text, part))
		fail_msg("\"%s\" is not in:\n%s", part, text);
}

static void lacks(const char *text, const char *part)
{
	if (strstr(text, part))
		fail_msg("\"%s\" is in:\n%s", part, text);
}

static int count_of(const char *text, const char *part)
{
	int n = 0;

	while ((text = strstr(text, part))) {
		n++;
		text += strlen(part);
	}
	return n;
}

static void make_hostile(struct evidence *ev)
{
	static const char reason[] = "reset\x1b]0;title\x07\xff";

	memcpy(ev->reason, reason, sizeof(reason) - 1);
	ev->reason_bytes = sizeof(reason) - 1;
}

static void check_clean(const char *text)
{
	size_t count = strlen(text);

	while (count) {
		uint32_t c;
		size_t n = escape_decode(text, count, &c);

		assert_true(n > 0);
		assert_true(c == '\n' || (c >= 0x20 && (c < 0x7f || c > 0x9f)));
		text += n;
		count -= n;
	}
}

static void test_first_line(void **state)
{
	char *text = play_text(&sink_text, &plain, UNREAD, NULL);

	(void)state;
	assert_true(strncmp(text, "◐ likely: ", strlen("◐ likely: ")) == 0 ||
		    strncmp(text, "○ possible: ", strlen("○ possible: ")) == 0 ||
		    strncmp(text, "● certain: ", strlen("● certain: ")) == 0);
	has(text, "The server ");
	has(text, "75 bytes were acknowledged by the server's kernel");
	has(text, "first call ECONNRESET");
	has(text, "would decide");
	has(text, "1 reset");
	free(text);
}

static void test_folded(void **state)
{
	struct sink_options options = plain;
	char *text = play_text(&sink_text, &plain, UNREAD_3, NULL);

	(void)state;
	assert_int_equal(count_of(text, "75 bytes were acknowledged"), 1);
	has(text, "×3");
	free(text);
	options.verbose = 1;
	text = play_text(&sink_text, &options, UNREAD_3, NULL);
	assert_int_equal(count_of(text, "75 bytes were acknowledged"), 3);
	has(text, "this reset");
	has(text, "rules out");
	free(text);
	options.verbose = 0;
	options.quiet = 1;
	text = play_text(&sink_text, &options, UNREAD_3, NULL);
	assert_int_equal(count_of(text, "\n"), 1);
	free(text);
}

static void test_hostile(void **state)
{
	struct sink_options options = plain;

	(void)state;
	options.verbose = 1;
	for (int lang = 0; lang < LANG_COUNT; lang++) {
		char *text;

		options.lang = (enum lang)lang;
		text = play_text(&sink_text, &options, UNREAD, make_hostile);
		check_clean(text);
		has(text, "\\x1b]0;title\\x07\\xff");
		has(text, "evil\\x1b[31m.pcap");
		free(text);
	}
}

static void test_color(void **state)
{
	struct sink_options options = plain;
	char *text = play_text(&sink_text, &plain, UNREAD, NULL);

	(void)state;
	lacks(text, "\x1b");
	free(text);
	options.color = true;
	text = play_text(&sink_text, &options, UNREAD, NULL);
	has(text, "\x1b[1m");
	assert_int_equal(count_of(text, "\x1b[") % 2, 0);
	free(text);
}

static void test_no_reset(void **state)
{
	char *text = play_text(&sink_text, &plain,
			       "c S; s SA; c A; c PA75; s A; s PA10; c A; "
			       "c FA; s FA; c A",
			       NULL);

	(void)state;
	assert_true(strncmp(text, "No reset in what was read.\n", 27) == 0);
	has(text, "1 connection");
	has(text, "1 closed normally");
	free(text);
	text = play_text(&sink_text, &plain, "", NULL);
	has(text, "No TCP packet");
	free(text);
}

/* No line is longer than asked for, but for commands and names that must stay whole. */
static void test_width(void **state)
{
	struct sink_options options = plain;

	(void)state;
	options.width = 60;
	for (int lang = 0; lang < LANG_COUNT; lang++) {
		char *text, *line, *rest;

		options.lang = (enum lang)lang;
		text = play_text(&sink_text, &options, UNREAD, NULL);
		for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
			int columns = 0;

			for (const char *at = line; *at;) {
				uint32_t c;
				size_t n = escape_decode(at, strlen(at), &c);

				columns += c >= 0x2e80 && c < 0xffe7 ? 2 : 1;
				at += n;
			}
			if (columns > 60 && strchr(line + strspn(line, " "), ' ') &&
			    !strchr(line, '/') && !strchr(line, '='))
				fail_msg("%d columns: %s", columns, line);
		}
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_line), cmocka_unit_test(test_folded),
		cmocka_unit_test(test_hostile),	   cmocka_unit_test(test_color),
		cmocka_unit_test(test_no_reset),   cmocka_unit_test(test_width),
	};

	/* Whatever the environment says: these tests read UTF-8. */
	setenv("LC_ALL", "C.UTF-8", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
