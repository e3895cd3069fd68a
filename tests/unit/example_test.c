/* SPDX-License-Identifier: MIT */
/* The one-line notation: what it plays, and what it refuses. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "flow/example.h"

#define KEPT_MAX 16

struct kept {
	struct observation obs[KEPT_MAX];
	int count;
};

static void keep(void *context, const struct observation *obs)
{
	struct kept *kept = context;

	assert_true(kept->count < KEPT_MAX);
	kept->obs[kept->count++] = *obs;
}

static struct kept play(const char *text, bool ip6)
{
	struct example_options options = { .ip6 = ip6, .start_ns = 1000000000 };
	struct kept kept = { 0 };

	assert_int_equal(example_play(text, &options, keep, &kept, NULL), 0);
	return kept;
}

static void test_handshake_and_data(void **state)
{
	struct kept k = play("c S; s SA; c A; +5ms c PA75; s A", false);
	const struct observation *o = k.obs;

	(void)state;
	assert_int_equal(k.count, 5);
	assert_int_equal(o[0].flags, TCP_SYN);
	assert_int_equal(o[1].flags, TCP_SYN | TCP_ACK);
	assert_int_equal(o[1].ack, o[0].seq + 1);
	assert_int_equal(o[2].ack, o[1].seq + 1);
	assert_int_equal(o[2].seq, o[0].seq + 1);
	assert_int_equal(o[3].payload_bytes, 75);
	assert_int_equal(o[3].seq, o[2].seq);
	assert_int_equal(o[4].ack, o[3].seq + 75);
	assert_int_equal(o[0].time_ns, 1000000000);
	assert_int_equal(o[1].time_ns - o[0].time_ns, 100000);
	assert_int_equal(o[3].time_ns - o[2].time_ns, 5000000);
	assert_int_equal(o[4].frame, 5);
	assert_true(endpoint_same(&o[0].source, &o[1].destination));
	assert_int_equal(o[2].ts_echo, o[1].ts_value);
	assert_int_equal(o[1].ip_id, 0);
	assert_int_equal((uint16_t)(o[3].ip_id - o[2].ip_id), 1);
}

static void test_active_reset(void **state)
{
	struct kept k = play("c S; s SA; c A; c PA75; s A; s RA", false);
	const struct observation *rst = &k.obs[5];

	(void)state;
	assert_int_equal(rst->seq, k.obs[4].seq);
	assert_int_equal(rst->ack, k.obs[3].seq + 75);
	assert_true(rst->window > 0);
	assert_true(rst->options & OPTION_TS);
	assert_int_equal((uint16_t)(rst->ip_id - k.obs[4].ip_id), 1);
}

static void test_passive_reset(void **state)
{
	struct kept k = play("c S; s SA; c A; s FA; c A; c PA75; s R", false);
	const struct observation *rst = &k.obs[6];

	(void)state;
	assert_int_equal(rst->flags, TCP_RST);
	assert_int_equal(rst->seq, k.obs[5].ack);
	assert_int_equal(rst->seq, k.obs[3].seq + 1);
	assert_int_equal(rst->ack, 0);
	assert_int_equal(rst->window, 0);
	assert_int_equal(rst->options, 0);
	assert_int_equal(rst->ip_id, 0);
}

static void test_refusal(void **state)
{
	struct kept k = play("c S; s RA", false);

	(void)state;
	assert_int_equal(k.obs[1].seq, 0);
	assert_int_equal(k.obs[1].ack, k.obs[0].seq + 1);
	assert_int_equal(k.obs[1].window, 0);
	assert_int_equal(k.obs[1].options, 0);
}

static void test_crossing(void **state)
{
	struct kept k = play("c S; s SA; c A; s FA undelivered; c PA6; s R", false);

	(void)state;
	assert_int_equal(k.obs[4].ack, k.obs[3].seq);
	assert_int_equal(k.obs[5].seq, k.obs[3].seq);
}

static void test_lost_is_not_captured(void **state)
{
	struct kept k = play("c S; s SA lost; c A; c PA5 again", false);

	(void)state;
	assert_int_equal(k.count, 3);
	assert_int_equal(k.obs[1].flags, TCP_ACK);
	assert_int_equal(k.obs[1].seq, k.obs[0].seq + 1);
}

static void test_again_and_probe(void **state)
{
	struct kept k =
		play("c S; s SA; c A; c PA5; c PA5 again; c A probe; c FA; c FA again", false);

	(void)state;
	assert_int_equal(k.obs[4].seq, k.obs[3].seq);
	assert_int_equal(k.obs[5].seq, k.obs[3].seq + 4);
	assert_int_equal(k.obs[6].seq, k.obs[3].seq + 5);
	assert_int_equal(k.obs[7].seq, k.obs[6].seq);
}

static void test_new_syn_is_a_new_incarnation(void **state)
{
	struct kept k = play("c S; s SA; c A; c S; s A; c R; c S again; s SA; c A", false);

	(void)state;
	assert_int_not_equal(k.obs[3].seq, k.obs[0].seq);
	assert_int_equal(k.obs[4].ack, k.obs[0].seq + 1);
	assert_int_equal(k.obs[5].seq, k.obs[4].ack);
	assert_int_equal(k.obs[6].seq, k.obs[3].seq);
	assert_int_equal(k.obs[7].ack, k.obs[3].seq + 1);
	assert_int_equal(k.obs[8].ack, k.obs[7].seq + 1);
}

static void test_further_connections(void **state)
{
	struct kept k = play("c S; c2:139 S; c3@9 S; c4#7 S; s4 SA", false);

	(void)state;
	assert_true(endpoint_same_host(&k.obs[0].source, &k.obs[1].source));
	assert_true(endpoint_same_host(&k.obs[0].destination, &k.obs[1].destination));
	assert_int_not_equal(k.obs[0].source.port, k.obs[1].source.port);
	assert_int_equal(k.obs[1].destination.port, 139);
	assert_int_equal(k.obs[2].destination.ip[3], 9);
	assert_int_equal(k.obs[3].source.ip[3], 7);
	assert_true(endpoint_same(&k.obs[4].destination, &k.obs[3].source));
}

static void test_attributes(void **state)
{
	struct kept k = play("c S join md5; s RA tcprst=3 ttl=47 id=48879 win=7 tos=32 mac=2;"
			     "c PA9 tls-alert seq=100 ack=200 nots; s RA fastclose;"
			     "s PA45 http=413 http-close; s R reason=gone; c PA9 request",
			     false);
	const struct observation *o = k.obs;

	(void)state;
	assert_int_equal(o[0].mptcp_subtypes, 1 << MPTCP_JOIN);
	assert_true(o[0].options & OPTION_MD5);
	assert_int_equal(o[1].mptcp_subtypes, 1 << MPTCP_TCPRST);
	assert_int_equal(o[1].mptcp_reason, 3);
	assert_int_equal(o[1].ttl, 47);
	assert_int_equal(o[1].ip_id, 48879);
	assert_int_equal(o[1].window, 7);
	assert_int_equal(o[1].tos, 32);
	assert_int_equal(o[1].link_source, 2);
	assert_int_equal(o[2].hint, HINT_TLS_ALERT);
	assert_int_equal(o[2].seq, o[0].seq + 100);
	assert_false(o[2].options & OPTION_TS);
	assert_int_equal(o[3].mptcp_subtypes, 1 << MPTCP_FASTCLOSE);
	assert_int_equal(o[4].http_status, 413);
	assert_true(o[4].http_close);
	assert_int_equal(o[5].reason_bytes, 4);
	assert_memory_equal(o[5].reason, "gone", 4);
	assert_int_equal(o[5].payload_bytes, 4);
	assert_int_equal(o[6].hint, HINT_HTTP_REQUEST);
}

static void test_ip6_has_no_ip_id(void **state)
{
	struct kept k = play("c S; s SA", true);

	(void)state;
	assert_int_equal(k.obs[0].source.family, ADDR_IP6);
	assert_false(k.obs[0].seen & SEEN_IP_ID);
	assert_int_equal(k.obs[0].ip_id, 0);
}

static void test_wrong_texts(void **state)
{
	static const struct {
		const char *text;
		size_t offset;
	} wrong[] = {
		{ "x S", 0 },
		{ "c", 1 },
		{ "c ", 2 },
		{ "c Q", 2 },
		{ "c S; c S bogus", 9 },
		{ "c S ttl=", 8 },
		{ "c S ttl=256", 10 },
		{ "+5 c S", 2 },
		{ "+5y c S", 2 },
		{ "c10 S", 2 },
		{ "c S:", 3 },
		{ "c PA99999999999", 8 },
		{ "c S againx", 4 },
		{ "c R reason=", 11 },
		{ "+999999999999h c S", 9 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		struct kept kept = { 0 };
		size_t offset = 999;

		if (example_play(wrong[i].text, NULL, keep, &kept, &offset) != -EINVAL)
			fail_msg("accepted: %s", wrong[i].text);
		if (offset != wrong[i].offset)
			fail_msg("%s: wrong at %zu, not %zu", wrong[i].text, wrong[i].offset,
				 offset);
	}
}

static void test_empty_text(void **state)
{
	(void)state;
	assert_int_equal(play("", false).count, 0);
	assert_int_equal(play("  \n\t", false).count, 0);
	assert_int_equal(play("c S;", false).count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_handshake_and_data),
		cmocka_unit_test(test_active_reset),
		cmocka_unit_test(test_passive_reset),
		cmocka_unit_test(test_refusal),
		cmocka_unit_test(test_crossing),
		cmocka_unit_test(test_lost_is_not_captured),
		cmocka_unit_test(test_again_and_probe),
		cmocka_unit_test(test_new_syn_is_a_new_incarnation),
		cmocka_unit_test(test_further_connections),
		cmocka_unit_test(test_attributes),
		cmocka_unit_test(test_ip6_has_no_ip_id),
		cmocka_unit_test(test_wrong_texts),
		cmocka_unit_test(test_empty_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
