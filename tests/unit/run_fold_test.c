/* SPDX-License-Identifier: MIT */
/* Folding: what is alike, the limit, the order, and the knee. */
#include "sinks_play.h"

static struct evidence template_evidence(uint16_t port, int64_t ns)
{
	struct evidence ev = {
		.client = { .ip = { 192, 0, 2, 1 }, .port = 40000, .family = ADDR_IP4 },
		.server = { .ip = { 192, 0, 2, 2 }, .port = port, .family = ADDR_IP4 },
		.has_time = true,
		.reset_ns = ns,
	};

	evidence_set(&ev, FACT_RST_FORM, FORM_ACTIVE);
	return ev;
}

static void add(struct fold *fold, uint16_t port, int64_t ns, enum confidence confidence,
		bool expected)
{
	struct evidence ev = template_evidence(port, ns);
	struct verdict verdict = { .evidence = &ev,
				   .class_ = CLASS_OWNER_ABORT,
				   .cause = cause_table[0],
				   .confidence = confidence,
				   .expected = expected };

	fold_add(fold, &verdict);
	/* The group must not depend on what the caller does with its evidence afterwards. */
	memset(&ev, 0xff, sizeof(ev));
}

static void test_groups(void **state)
{
	struct fold *fold = fold_new();
	struct run_summary summary = { 0 };

	(void)state;
	add(fold, 80, 5000, CONFIDENCE_POSSIBLE, false);
	add(fold, 80, 3000, CONFIDENCE_CERTAIN, false);
	add(fold, 80, 9000, CONFIDENCE_LIKELY, false);
	for (int i = 0; i < 4; i++)
		add(fold, 81, 100, CONFIDENCE_LIKELY, false);
	for (int i = 0; i < 9; i++)
		add(fold, 82, 100, CONFIDENCE_LIKELY, true);
	fold_finish(fold, &summary);
	assert_int_equal(summary.group_count, 3);
	assert_int_equal(summary.resets, 16);
	assert_int_equal(summary.expected, 9);
	assert_int_equal(summary.by_cause[0], 16);
	assert_int_equal(summary.groups[0].evidence.server.port, 81);
	assert_int_equal(summary.groups[1].evidence.server.port, 80);
	assert_int_equal(summary.groups[2].evidence.server.port, 82);
	assert_true(summary.groups[2].verdict.expected);
	assert_int_equal(summary.groups[1].verdict.count, 3);
	assert_int_equal(summary.groups[1].verdict.first_ns, 3000);
	assert_int_equal(summary.groups[1].verdict.last_ns, 9000);
	assert_int_equal(summary.groups[1].verdict.confidence, CONFIDENCE_CERTAIN);
	assert_int_equal(summary.groups[1].by_confidence[CONFIDENCE_LIKELY], 1);
	assert_ptr_equal(summary.groups[1].verdict.evidence, &summary.groups[1].evidence);
	fold_free(fold);
}

static void test_limit(void **state)
{
	struct fold *fold = fold_new();
	struct run_summary summary = { 0 };

	(void)state;
	for (int i = 0; i < FOLD_GROUPS_MAX + 100; i++)
		add(fold, (uint16_t)(i + 1), i, CONFIDENCE_LIKELY, false);
	fold_finish(fold, &summary);
	assert_int_equal(summary.group_count, FOLD_GROUPS_MAX);
	assert_int_equal(summary.groups_dropped, 100);
	assert_int_equal(summary.resets, FOLD_GROUPS_MAX + 100);
	fold_free(fold);
}

/* One segment of the @index-th connection to 192.0.2.2:80, as a Linux end would send it. */
static void push(struct tracker *tracker, int index, bool from_client, uint8_t flags, uint32_t seq,
		 uint32_t ack, uint32_t bytes)
{
	static int64_t now_ns = PLAY_START_NS;
	struct endpoint client = { .ip = { 192, 0, 2, 1 },
				   .port = (uint16_t)(40000 + index),
				   .family = ADDR_IP4 };
	struct endpoint server = { .ip = { 192, 0, 2, 2 }, .port = 80, .family = ADDR_IP4 };
	static uint64_t frame;
	struct observation obs = {
		.time_ns = now_ns += 100000,
		.source = from_client ? client : server,
		.destination = from_client ? server : client,
		.seq = seq,
		.ack = ack,
		.payload_bytes = bytes,
		.seen = SEEN_DATE | SEEN_TIME | SEEN_SEQ | SEEN_WINDOW | SEEN_TTL | SEEN_IP_ID,
		.window = 501,
		.ip_id = (uint16_t)(1000 + frame),
		.flags = flags,
		.ttl = 64,
		.frame = ++frame,
	};

	tracker_push(tracker, &obs);
}

static void open_connection(struct tracker *tracker, int index)
{
	push(tracker, index, true, TCP_SYN, 100, 0, 0);
	push(tracker, index, false, TCP_SYN | TCP_ACK, 500, 101, 0);
	push(tracker, index, true, TCP_ACK, 101, 501, 0);
	push(tracker, index, true, TCP_ACK | TCP_PSH, 101, 501, 75);
	push(tracker, index, false, TCP_ACK, 501, 176, 0);
}

/* The knee of @good connections that stay open and then @bad that are reset; 0: none. */
static uint32_t knee_of(int good, int bad, uint64_t *ret_below)
{
	struct play play = { .fold = fold_new() };
	struct sink_options options = { 0 };
	struct tracker_config config = {
		.hash_key = { 1, 2 }, .reserve = play_reserve, .emit = play_emit, .context = &play
	};
	struct tracker *tracker = tracker_new(&config);
	struct run_summary summary = { .tracker = tracker_get_counts(tracker) };
	FILE *out = fopen("/dev/null", "w");
	uint32_t knee = 0;

	play.sink = &sink_json;
	assert_int_equal(sink_json.open(out, &options, &play.state), 0);
	for (int i = 0; i < good; i++) {
		open_connection(tracker, i);
		push(tracker, i, false, TCP_ACK | TCP_PSH, 501, 176, 10);
		push(tracker, i, true, TCP_ACK, 176, 511, 0);
	}
	for (int i = good; i < good + bad; i++) {
		open_connection(tracker, i);
		push(tracker, i, false, TCP_RST | TCP_ACK, 501, 176, 0);
	}
	tracker_finish(tracker);
	assert_int_equal(play.resets, bad);
	fold_measure(play.fold, tracker);
	fold_finish(play.fold, &summary);
	for (int i = 0; i < summary.group_count; i++) {
		if (!summary.groups[i].knee)
			continue;
		assert_int_equal(knee, 0);
		knee = summary.groups[i].knee;
		*ret_below = summary.groups[i].opened_below_knee;
	}
	sink_json.close(play.state);
	fclose(out);
	fold_free(play.fold);
	tracker_free(tracker);
	return knee;
}

static void test_knee(void **state)
{
	uint64_t below = 0;

	(void)state;
	/* The first reset comes when 21 are open: 20 that went well, and itself. */
	assert_int_equal(knee_of(20, 12, &below), 21);
	assert_int_equal(below, 20);
	assert_int_equal(knee_of(20, FOLD_KNEE_RESETS_MIN - 1, &below), 0);
	assert_int_equal(knee_of(5, 12, &below), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_groups),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_knee),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
