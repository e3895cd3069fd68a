/* SPDX-License-Identifier: MIT */
/*
 * The recorder: which packets of a connection that was reset come into the file, once each, with
 * which comment, without payload; and that memory ends where it shall.
 */
#include "recorder_play.h"

#include <sys/resource.h>

static void test_which(void **state)
{
	static const uint16_t links[] = { LINK_ETHERNET, LINK_SLL2 };
	static struct content content;

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct recorder *recorder = open_new(links[i / 2], false, 0);
		struct shot like = { .link = links[i / 2], .family = i % 2 ? 6 : 4, .port = 40000 };
		struct shot reset = play(recorder, like, 40);
		struct recorder_counts counts;

		keep(recorder, &reset, "likely: because");
		/* nothing is written before what follows has had its time */
		assert_int_equal(recorder_write_due(recorder, reset.time_ns + SECOND / 2), 0);
		recorder_count(recorder, &counts);
		assert_int_equal(counts.written, 0);
		assert_int_equal(recorder_write_due(recorder, reset.time_ns + 2 * SECOND), 0);
		recorder_count(recorder, &counts);
		assert_int_equal(counts.packets, 83);
		assert_int_equal(counts.verdicts, 1);
		assert_int_equal(recorder_close(recorder, NULL), 0);
		read_content(&content);
		/* the first four, twelve, the reset, one after it */
		assert_int_equal(content.reading.count, 4 + 12 + 1 + 1);
		assert_int_equal(content.reading.obs[0].flags, TCP_SYN);
		assert_int_equal(content.reading.obs[0].time_ns, START);
		assert_int_equal(content.reading.obs[3].time_ns, START + 3 * SECOND);
		assert_int_equal(content.reading.obs[4].time_ns, START + 28 * SECOND);
		assert_int_equal(content.reading.obs[16].flags, TCP_RST | TCP_ACK);
		assert_int_equal(content.reading.obs[16].time_ns, reset.time_ns);
		assert_int_equal(content.comments, 1);
		assert_int_equal(content.comment_at[0], 16);
		assert_string_equal(content.comment[0], "likely: because");
		/* headers, and all of them */
		assert_false(has_bytes(&content, "payload"));
		assert_int_equal(content.reading.obs[1].payload_bytes, strlen(SECRET));
		assert_true(content.reading.obs[1].seen & SEEN_OPTIONS);
		assert_true(content.reading.obs[1].options & OPTION_TS);
		assert_true(!!(content.reading.obs[16].seen & SEEN_DIRECTION) ==
			    (links[i / 2] == LINK_SLL2));
		file_release(&content.file);
	}
}

static void test_payload(void **state)
{
	struct recorder *recorder = open_new(LINK_ETHERNET, true, 0);
	struct shot like = { .link = LINK_ETHERNET, .family = 4, .port = 40000 };
	struct shot reset = play(recorder, like, 3);
	static struct content content;

	(void)state;
	keep(recorder, &reset, "so");
	assert_int_equal(recorder_close(recorder, NULL), 0);
	read_content(&content);
	assert_true(has_bytes(&content, SECRET));
	file_release(&content.file);
}

/* What Ethernet fills a short frame up with hides no payload from the knife. */
static void test_trailer(void **state)
{
	struct recorder *recorder = open_new(LINK_ETHERNET, false, 0);
	struct shot like = { .link = LINK_ETHERNET, .family = 4, .port = 40000, .flags = TCP_ACK };
	static struct content content;

	(void)state;
	like.payload = "zq";
	like.trailer = 6;
	like.time_ns = START;
	take(recorder, like);
	like.flags = TCP_RST;
	keep(recorder, &like, "so");
	assert_int_equal(recorder_close(recorder, NULL), 0);
	read_content(&content);
	assert_false(has_bytes(&content, "zq"));
	assert_int_equal(content.reading.count, 1);
	file_release(&content.file);
}

/* Two verdicts about one connection, and a packet captured twice. */
static void test_once(void **state)
{
	struct recorder *recorder = open_new(LINK_SLL2, false, 0);
	struct shot like = { .link = LINK_SLL2, .family = 4, .port = 40000 };
	struct shot reset = play(recorder, like, 6), back = reset;
	static struct content content;
	struct recorder_counts counts;

	(void)state;
	reset.time_ns += 20000; /* the copy comes in where the first went out */
	take(recorder, reset);
	reset.time_ns -= 20000;
	back.from_server = false;
	back.flags = TCP_RST;
	back.seq = 99;
	back.time_ns += SECOND / 5;
	take(recorder, back);
	keep(recorder, &reset, "one");
	keep(recorder, &back, "two \xe4\xb8\xad\xe6\x96\x87 \x1b[31m\xff");
	assert_int_equal(recorder_close(recorder, &counts), 0);
	assert_int_equal(counts.verdicts, 2);
	assert_int_equal(counts.unseen, 0);
	read_content(&content);
	assert_int_equal(content.comments, 2);
	assert_string_equal(content.comment[0], "one");
	/* UTF-8 stays, what is none of it or moves a cursor does not */
	assert_string_equal(content.comment[1], "two \xe4\xb8\xad\xe6\x96\x87 \\x1b[31m\\xff");
	assert_int_equal(content.reading.obs[content.comment_at[1]].seq, 99);
	for (int i = 0; i < content.reading.count; i++)
		for (int j = 0; j < i; j++)
			assert_false(content.reading.obs[i].seq == content.reading.obs[j].seq &&
				     content.reading.obs[i].time_ns ==
					     content.reading.obs[j].time_ns);
	file_release(&content.file);
}

/* The verdict comes before its packets; and a reset that no capture shows. */
static void test_order(void **state)
{
	struct recorder *recorder = open_new(LINK_SLL2, false, 0);
	struct shot shot = {
		.link = LINK_SLL2, .family = 6, .port = 41000, .flags = TCP_ACK, .time_ns = START
	};
	struct shot reset = shot;
	static struct content content;
	struct recorder_counts counts;

	(void)state;
	take(recorder, shot);
	reset.flags = TCP_RST;
	reset.time_ns = START + SECOND / 100;
	keep(recorder, &reset, "early");
	take(recorder, reset);
	shot.port = 42000;
	take(recorder, shot);
	reset.port = 42000;
	keep(recorder, &reset, "unseen");
	reset.port = 43000;
	keep(recorder, &reset, "nothing of it");
	assert_int_equal(recorder_close(recorder, &counts), 0);
	assert_int_equal(counts.verdicts, 2);
	assert_int_equal(counts.unseen, 1);
	assert_int_equal(counts.left_out, 1);
	read_content(&content);
	assert_int_equal(content.reading.count, 3);
	for (int i = 0; i < 2; i++) {
		const struct observation *obs = &content.reading.obs[content.comment_at[i]];

		if (obs->source.port == 41000) {
			assert_int_equal(obs->flags, TCP_RST);
			assert_string_equal(content.comment[i], "early");
		} else {
			assert_string_equal(content.comment[i],
					    "(the reset itself was not captured) unseen");
		}
	}
	file_release(&content.file);
}

/* The four used again: packets of the old connection are none of the new one. */
static void test_reuse(void **state)
{
	struct recorder *recorder = open_new(LINK_SLL2, false, 0);
	struct shot shot = { .link = LINK_SLL2,
			     .family = 4,
			     .port = 40000,
			     .flags = TCP_SYN,
			     .seq = 1,
			     .time_ns = START };
	static struct content content;

	(void)state;
	take(recorder, shot);
	shot.seq = 77777;
	shot.time_ns += 60 * SECOND;
	take(recorder, shot);
	shot.time_ns += SECOND; /* the same again */
	take(recorder, shot);
	shot.flags = TCP_RST | TCP_ACK;
	shot.time_ns += SECOND;
	shot.from_server = true;
	take(recorder, shot);
	keep(recorder, &shot, "so");
	assert_int_equal(recorder_close(recorder, NULL), 0);
	read_content(&content);
	assert_int_equal(content.reading.count, 3);
	assert_int_equal(content.reading.obs[0].seq, 77777);
	file_release(&content.file);
}

static void test_memory(void **state)
{
	size_t memory = 1 << 20;
	struct recorder *recorder = open_new(LINK_SLL2, false, memory);
	struct shot shot = { .link = LINK_SLL2, .family = 4, .flags = TCP_RST };
	struct recorder_counts counts;
	struct rusage before, after;

	(void)state;
	getrusage(RUSAGE_SELF, &before);
	for (int i = 0; i < 300000; i++) {
		shot.port = (uint16_t)(1024 + i % 60000);
		shot.seq = (uint32_t)i;
		shot.time_ns = START + i * INT64_C(10000);
		take(recorder, shot);
		/* more verdicts than can wait */
		if (i % 100 == 0)
			keep(recorder, &shot, "so");
		if (i % 1000 == 0)
			assert_int_equal(recorder_write_due(recorder, shot.time_ns), 0);
	}
	getrusage(RUSAGE_SELF, &after);
	recorder_count(recorder, &counts);
	assert_true(counts.forgotten > 100000);
	assert_true(counts.bytes < 4 << 20);
#if !defined(__SANITIZE_ADDRESS__)
	assert_true(after.ru_maxrss - before.ru_maxrss < 8 * 1024);
#endif
	assert_int_equal(recorder_close(recorder, &counts), 0);
	assert_int_equal(counts.verdicts + counts.left_out, 3000);
	assert_true(counts.verdicts > 1000 && counts.unseen == 0);
	/* one connection that never stops after its reset */
	recorder = open_new(LINK_SLL2, false, memory);
	shot.time_ns = START;
	take(recorder, shot);
	keep(recorder, &shot, "so");
	for (int i = 0; i < 5000; i++) {
		shot.seq++;
		shot.time_ns += 1000;
		take(recorder, shot);
		keep(recorder, &shot, "again"); /* four at most are said of one connection */
	}
	assert_int_equal(recorder_close(recorder, &counts), 0);
	assert_int_equal(counts.verdicts + counts.left_out, 5001);
	assert_true(counts.verdicts <= 4);
	assert_true(counts.written <= 600);
	assert_true(counts.dropped >= 4000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_which),	cmocka_unit_test(test_payload),
		cmocka_unit_test(test_trailer), cmocka_unit_test(test_once),
		cmocka_unit_test(test_order),	cmocka_unit_test(test_reuse),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
