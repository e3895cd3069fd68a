/* SPDX-License-Identifier: MIT */
/*
 * What tcpdump prints of a capture must mean the same as the capture: every text of
 * tests/fixtures/text (made by tests/fixtures/make-text.sh) against its pcap file, field by field,
 * as far as the text shows it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sources/source.h"
#include "text_show.h"

#define OBSERVATIONS_MAX 1024

extern const struct source source_pcap;
extern const struct source source_tcpdump_text;

static int read_all(const struct source *source, const char *path, struct observation *ret_obs)
{
	struct source_options options = { 0 };
	struct source_state *state = NULL;
	struct input *input = NULL;
	char problem[160] = "";
	const uint8_t *head;
	size_t bytes;
	int n, total = 0;

	if (input_open(path, &input, problem) < 0)
		fail_msg("%s", problem);
	head = input_peek(input, 65536, &bytes);
	if (source->recognize(head, bytes < 65536 ? bytes : 65536) <= 0)
		fail_msg("%s: not recognized", path);
	if (source->open(input, &options, &state, problem) < 0)
		fail_msg("%s: %s", path, problem);
	while ((n = source->read(state, ret_obs + total, OBSERVATIONS_MAX - total)) > 0)
		total += n;
	assert_true(total < OBSERVATIONS_MAX);
	assert_int_equal(source->counts(state)->unparsed_lines, 0);
	for (n = 0; n < total; n++)
		ret_obs[n].reason = NULL; /* lives no longer than the source */
	source->close(state);
	return total;
}

/* What the flags in the name of a fixture promise to be visible. */
static uint16_t promised(const char *flags)
{
	static const struct {
		const char *flags;
		uint16_t seen;
	} promises[] = {
		{ "n", 0 },
		{ "S", 0 },
		{ "A", 0 },
		{ "number", 0 },
		{ "tt", SEEN_DATE },
		{ "tttt", SEEN_DATE },
		{ "nano", SEEN_DATE },
		{ "v", SEEN_TTL | SEEN_TOS },
		{ "vS", SEEN_TTL | SEEN_TOS },
		{ "vv", SEEN_TTL | SEEN_TOS | SEEN_SEQ },
		{ "e", SEEN_MAC },
		{ "ev", SEEN_MAC | SEEN_TTL | SEEN_TOS },
		{ "x", SEEN_SEQ | SEEN_TTL | SEEN_TOS },
		{ "XX", SEEN_SEQ | SEEN_TTL | SEEN_TOS | SEEN_MAC },
		{ "all", SEEN_DATE | SEEN_SEQ | SEEN_TTL | SEEN_TOS | SEEN_MAC },
		{ "t", 0 },
		{ "ttt", 0 },
		{ "ttttt", 0 },
		{ "old", 0 },
	};
	size_t i;

	for (i = 0; i < sizeof(promises) / sizeof(promises[0]); i++)
		if (strcmp(promises[i].flags, flags) == 0)
			return promises[i].seen | SEEN_WINDOW | SEEN_OPTIONS;
	fail_msg("a fixture with unknown flags: %s", flags);
	return 0;
}

/* Leaves of the capture's observation what the text shows: then both must be the same. */
static void reduce(struct observation *real, const struct observation *text)
{
	real->seen &= text->seen;
	if (!(text->seen & SEEN_SEQ))
		real->seq = text->seq;
	/* tcpdump 4 has no name for MP_TCPRST and does not print its reason. */
	real->mptcp_reason = text->mptcp_reason;
	/* Unless the first lines are in it, what a text shows of payload bytes depends on ports. */
	real->seen &= (uint16_t)~SEEN_PAYLOAD;
	if (real->interface != text->interface)
		real->interface = text->interface;
}

static void compare(const char *path, const char *flags, const struct observation *real,
		    const struct observation *text, int64_t first_ns)
{
	struct observation left = *real, right = *text;
	struct show a, b;
	uint16_t want = promised(flags) & (real->seen | SEEN_DATE);

	/* A bare reset's numbers stay out where the paste starts in the middle. */
	if (text->flags & TCP_RST)
		want &= (uint16_t)~SEEN_SEQ;
	if ((text->seen & want) != want)
		fail_msg("%s, line %u: sees %x, not all of %x", path, (unsigned)text->frame,
			 text->seen, want);
	right.seen &= (uint16_t)~SEEN_PAYLOAD;
	reduce(&left, &right);
	right.seen &= left.seen | SEEN_DATE | SEEN_TIME;
	show_observation(&a, &left);
	show_observation(&b, &right);
	if (strcmp(a.text, b.text) != 0)
		fail_msg("%s, line %u:\n  capture %s\n  text    %s", path, (unsigned)text->frame,
			 a.text, b.text);
	if (text->seen & SEEN_MAC && real->seen & SEEN_MAC)
		assert_int_equal(text->link_source, real->link_source);
	if (strcmp(flags, "t") == 0) {
		assert_false(text->seen & SEEN_TIME);
	} else if (text->seen & SEEN_DATE) {
		assert_int_equal(text->time_ns, real->time_ns);
	} else if (strncmp(flags, "ttt", 3) == 0) {
		assert_int_equal(text->time_ns, real->time_ns - first_ns);
	} else {
		assert_int_equal(text->time_ns, real->time_ns % (INT64_C(86400) * 1000000000));
	}
}

static void test_equal(void **unused)
{
	static struct observation real[OBSERVATIONS_MAX], text[OBSERVATIONS_MAX];
	glob_t found;
	size_t i;

	(void)unused;
	assert_int_equal(glob("tests/fixtures/text/*.txt", 0, NULL, &found), 0);
	assert_true(found.gl_pathc > 90);
	for (i = 0; i < found.gl_pathc; i++) {
		const char *path = found.gl_pathv[i];
		char capture[256], flags[32];
		char *dot;
		int n, count, k;

		snprintf(capture, sizeof(capture), "tests/captures/%s", strrchr(path, '/') + 1);
		*strrchr(capture, '.') = 0;
		dot = strrchr(capture, '.');
		snprintf(flags, sizeof(flags), "%s", dot + 1);
		snprintf(dot, sizeof(capture) - (size_t)(dot - capture), ".pcap");
		n = read_all(&source_pcap, capture, real);
		count = read_all(&source_tcpdump_text, path, text);
		if (n != count)
			fail_msg("%s: %d packets, the capture has %d", path, count, n);
		for (k = 0; k < n; k++)
			compare(path, flags, &real[k], &text[k], real[0].time_ns);
	}
	globfree(&found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_equal),
	};

	setenv("TZ", "UTC0", 1);
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
