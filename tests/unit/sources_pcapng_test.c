/* SPDX-License-Identifier: MIT */
/* pcapng: sections, interfaces with clocks of their own, all kinds of packets, all kinds of lies.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "capture_build.h"
#include "wire/packet.h"

static struct packet packet;
static struct reading reading;

static void put(struct file *file, const char *recipe, uint32_t interface, uint64_t time,
		uint32_t flags)
{
	packet_build(&packet, recipe);
	block_enhanced(file, interface, time, packet_bytes(&packet), packet_length(&packet),
		       packet_length(&packet), flags);
}

#define USUAL "tcp4 ip4=6 eth=0800"

static void test_interfaces(void **unused)
{
	int i;

	(void)unused;
	for (i = 0; i < 2; i++) {
		struct file file = { .big = i };

		block_section(&file);
		block_interface(&file, LINK_ETHERNET, 0, 6, 0);
		block_interface(&file, LINK_RAW, 96, 9, 0);
		block_interface(&file, LINK_NULL, 0, 3, 1600000000);
		block_interface(&file, LINK_SLL, 0, 0x80 | 20, -5);
		put(&file, USUAL, 0, 1700000000123456, 1);
		put(&file, "tcp6 ip6=6", 1, 1700000000123456789, 2);
		put(&file, "tcp4 ip4=6 x02000000", 2, 100000000123, 0);
		put(&file, "tcp4 ip4=6 x00040001000602000000000100000800", 3,
		    UINT64_C(1700000005) << 20 | 1 << 19, 0);
		read_file(&file, &reading);
		assert_int_equal(reading.opened, 0);
		assert_int_equal(reading.count, 4);
		assert_int_equal(reading.obs[0].time_ns, 1700000000123456000);
		assert_int_equal(reading.obs[1].time_ns, 1700000000123456789);
		assert_int_equal(reading.obs[2].time_ns, 1700000000123000000);
		assert_int_equal(reading.obs[3].time_ns, 1700000000500000000);
		assert_true(reading.obs[0].seen & SEEN_DIRECTION);
		assert_false(reading.obs[0].outgoing);
		assert_true(reading.obs[1].seen & SEEN_DIRECTION);
		assert_true(reading.obs[1].outgoing);
		assert_false(reading.obs[2].seen & SEEN_DIRECTION);
		assert_int_equal(reading.obs[3].interface, 3);
		assert_int_equal(reading.obs[1].source.family, ADDR_IP6);
		assert_int_equal(reading.counts.packets, 4);
		assert_string_equal(reading.counts.problem, "");
		file_release(&file);
	}
}

/* Clocks that nobody has, and times that 64 bits of nanoseconds cannot hold. */
static void test_clocks(void **unused)
{
	static const struct {
		uint8_t resolution;
		int64_t offset_s;
		uint64_t units;
		bool known;
		int64_t ns;
	} clocks[] = {
		{ 0, 0, 1700000000, true, 1700000000000000000 },
		{ 12, 0, 1700000000123456789, true, 1700000000123456 },
		{ 19, 0, 10000000000000000000u, true, 1000000000 },
		{ 0x80, 0, 1700000000, true, 1700000000000000000 },
		{ 0x80 | 32, 0, UINT64_C(3) << 31, true, 1500000000 },
		{ 0x80 | 63, 0, UINT64_C(1) << 63, true, 1000000000 },
		{ 0, 0, UINT64_MAX, false, 0 },
		{ 6, 0, UINT64_MAX, false, 0 },
		{ 9, 0, UINT64_MAX, false, 0 },
		{ 6, INT64_MAX, 1, false, 0 },
		{ 6, INT64_MIN, 1, false, 0 },
		{ 0x7f, 0, 77, true, 0 },
		{ 0xff, 0, 77, true, 0 },
	};
	size_t i;

	(void)unused;
	for (i = 0; i < sizeof(clocks) / sizeof(*clocks); i++) {
		struct file file = { 0 };

		block_section(&file);
		block_interface(&file, LINK_ETHERNET, 0, clocks[i].resolution, clocks[i].offset_s);
		put(&file, USUAL, 0, clocks[i].units, 0);
		read_file(&file, &reading);
		assert_int_equal(reading.count, 1);
		if (!(reading.obs[0].seen & SEEN_TIME) == clocks[i].known)
			fail_msg("clock %zu", i);
		if (clocks[i].known)
			assert_int_equal(reading.obs[0].time_ns, clocks[i].ns);
		file_release(&file);
	}
}

static void test_simple_and_obsolete(void **unused)
{
	struct file file = { 0 }, body = { 0 };

	(void)unused;
	block_section(&file);
	block_interface(&file, LINK_ETHERNET, 80, 6, 0);
	packet_build(&packet, USUAL);
	/* Simple: cut to the snap length of the interface, which the block does not repeat. */
	file_put32(&body, packet_length(&packet));
	file_put(&body, packet_bytes(&packet), 80);
	block(&file, 3, &body);
	body.count = 0;
	file_put16(&body, 0);
	file_put16(&body, 7);
	file_put32(&body, 1700000000000001 >> 32);
	file_put32(&body, (uint32_t)1700000000000001);
	file_put32(&body, packet_length(&packet));
	file_put32(&body, packet_length(&packet));
	file_put(&body, packet_bytes(&packet), packet_length(&packet));
	file_put(&body, "\0\0", 2);
	file_put16(&body, 2);
	file_put16(&body, 4);
	file_put32(&body, 2);
	file_put32(&body, 0);
	block(&file, 2, &body);
	read_file(&file, &reading);
	assert_int_equal(reading.count, 2);
	assert_false(reading.obs[0].seen & (SEEN_TIME | SEEN_DATE));
	assert_int_equal(reading.obs[0].payload_bytes, 100);
	assert_int_equal(reading.obs[1].time_ns, 1700000000000001000);
	assert_true(reading.obs[1].outgoing);
	assert_string_equal(reading.counts.problem, "");
	file_release(&file);
	file_release(&body);
}

/* Sections in the middle begin anew: other byte order, other interfaces. */
static void test_sections(void **unused)
{
	struct file file = { 0 }, other = { .big = true }, body = { 0 };
	size_t second;

	(void)unused;
	block_section(&file);
	block_interface(&file, LINK_ETHERNET, 0, 6, 0);
	put(&file, USUAL, 0, 1700000000000001, 0);
	file_put(&body, "whatever this is", 16);
	block(&file, 0x0bad, &body);
	block(&file, 5, &body);
	second = file.count;
	block_section(&other);
	block_interface(&other, LINK_RAW, 0, 9, 0);
	put(&other, "tcp6 ip6=6", 0, 1700000001000000002, 0);
	/* Interface 1 was not described in this section. */
	put(&other, USUAL, 1, 1700000001000000002, 0);
	file_put(&file, other.bytes, other.count);
	read_file(&file, &reading);
	assert_int_equal(reading.count, 2);
	assert_int_equal(reading.obs[1].time_ns, 1700000001000000002);
	assert_int_equal(reading.counts.skipped_blocks, 2);
	assert_int_equal(reading.counts.packets, 3);
	assert_int_equal(reading.counts.undecodable, 1);
	assert_non_null(strstr(reading.counts.problem, "1 packets name an interface"));
	/* A section of no byte order. */
	file.bytes[second + 8] ^= 0xff;
	read_file(&file, &reading);
	assert_true(reading.counts.corrupt);
	assert_int_equal(reading.counts.truncated_at, second);
	file_release(&file);
	file_release(&other);
	file_release(&body);
}

static void test_many_interfaces(void **unused)
{
	struct file file = { 0 };
	uint32_t i;

	(void)unused;
	block_section(&file);
	for (i = 0; i < 70000; i++)
		block_interface(&file, i == 9999 || i == 65535 ? LINK_ETHERNET : 147, 0, 6, 0);
	put(&file, USUAL, 9999, 1, 0);
	put(&file, USUAL, 65535, 1, 0);
	put(&file, USUAL, 65536, 1, 0);
	put(&file, USUAL, 0, 1, 0);
	read_file(&file, &reading);
	assert_int_equal(reading.count, 2);
	assert_int_equal(reading.obs[0].interface, 9999);
	assert_int_equal(reading.obs[1].interface, 65535);
	assert_int_equal(reading.counts.undecodable, 1);
	assert_int_equal(reading.counts.unknown_link, 1);
	assert_non_null(strstr(reading.counts.problem, "4464 interfaces were left out"));
	file_release(&file);
}

static void test_unknown_link(void **unused)
{
	struct file file = { 0 };

	(void)unused;
	block_section(&file);
	block_interface(&file, LINK_ETHERNET, 0, 6, 0);
	block_interface(&file, 105, 0, 6, 0);
	put(&file, USUAL, 1, 1, 0);
	put(&file, USUAL, 0, 1, 0);
	read_file(&file, &reading);
	assert_int_equal(reading.count, 1);
	assert_int_equal(reading.counts.unknown_link, 1);
	assert_non_null(strstr(reading.counts.problem, "link type 105 (IEEE802_11) is not known"));
	file_release(&file);
}

static void test_cut_at_every_byte(void **unused)
{
	struct file file = { 0 }, body = { 0 };
	size_t starts[8], cut;
	int i, blocks = 0;

	(void)unused;
	block_section(&file);
	starts[blocks++] = file.count;
	block_interface(&file, LINK_ETHERNET, 0, 6, 0);
	starts[blocks++] = file.count;
	put(&file, USUAL, 0, 1, 1);
	starts[blocks++] = file.count;
	file_put(&body, "sixteen bytes ..", 16);
	block(&file, 5, &body);
	starts[blocks++] = file.count;
	put(&file, USUAL, 0, 1, 0);
	starts[blocks++] = file.count;
	for (cut = 12; cut <= file.count; cut++) {
		struct file part = { .bytes = file.bytes, .count = cut };
		size_t start = 0;

		for (i = 0; i < blocks && starts[i] <= cut; i++)
			start = starts[i];
		read_file(&part, &reading);
		assert_int_equal(reading.opened, 0);
		assert_int_equal(reading.counts.packets, (cut >= starts[2]) + (cut >= starts[4]));
		assert_int_equal(reading.counts.truncated, cut != start);
		assert_false(reading.counts.corrupt);
		if (cut != start)
			assert_non_null(strstr(reading.counts.problem, "cut off"));
	}
	file_release(&file);
	file_release(&body);
}

static void check_corrupt(const struct file *file, size_t at)
{
	read_file(file, &reading);
	assert_true(reading.counts.corrupt);
	assert_int_equal(reading.counts.truncated_at, at);
	assert_non_null(strstr(reading.counts.problem, "damaged at byte"));
}

static void test_lying_lengths(void **unused)
{
	struct file file = { 0 };
	size_t at;

	(void)unused;
	block_section(&file);
	block_interface(&file, LINK_ETHERNET, 0, 6, 0);
	at = file.count;
	put(&file, USUAL, 0, 1, 0);
	put(&file, USUAL, 0, 1, 0);
	file.bytes[at + 4] += 1;
	check_corrupt(&file, at);
	file.bytes[at + 4] += 3; /* the second length differs now */
	check_corrupt(&file, at);
	memcpy(file.bytes + at + 4, "\4\0\0\0", 4);
	check_corrupt(&file, at);
	memcpy(file.bytes + at + 4, "\0\0\0\x7f", 4);
	check_corrupt(&file, at);
	/* A block without packets may be of any size, but must end somewhere. */
	memcpy(file.bytes + at, "\5\0\0\0\0\0\0\x7f", 8);
	read_file(&file, &reading);
	assert_true(reading.counts.truncated);
	assert_non_null(strstr(reading.counts.problem, "cut off"));
	file.count = at;
	/* A packet that is larger than its block: only that one is lost. */
	put(&file, USUAL, 0, 1, 0);
	put(&file, USUAL, 0, 1, 0);
	memcpy(file.bytes + at + 20, "\xff\xff\0\0", 4);
	read_file(&file, &reading);
	assert_int_equal(reading.count, 1);
	assert_int_equal(reading.counts.undecodable, 1);
	assert_false(reading.counts.corrupt);
	/* A section shorter than a section. */
	file.count = 0;
	block_section(&file);
	memcpy(file.bytes + 4, "\x18\0\0\0", 4);
	check_corrupt(&file, 0);
	file_release(&file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_interfaces),	    cmocka_unit_test(test_clocks),
		cmocka_unit_test(test_simple_and_obsolete), cmocka_unit_test(test_sections),
		cmocka_unit_test(test_many_interfaces),	    cmocka_unit_test(test_unknown_link),
		cmocka_unit_test(test_cut_at_every_byte),   cmocka_unit_test(test_lying_lengths),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
