/* SPDX-License-Identifier: MIT */
/* Classic capture files: byte orders, clocks, files in files, and everything that can be broken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>
#include <glob.h>

#include "capture_build.h"
#include "wire/packet.h"

static struct packet packet;
static struct reading reading;

static void usual(void)
{
	packet_build(&packet, "tcp4 ip4=6 eth=0800");
}

static void put_usual(struct file *file, uint32_t s, uint32_t fraction)
{
	usual();
	pcap_record(file, s, fraction, packet_bytes(&packet), packet_length(&packet),
		    packet_length(&packet));
}

static void test_orders_and_clocks(void **unused)
{
	int i;

	(void)unused;
	for (i = 0; i < 4; i++) {
		struct file file = { .big = i & 1 };
		bool nano = i & 2;

		pcap_header(&file, nano ? 0xa1b23c4d : 0xa1b2c3d4, LINK_ETHERNET);
		put_usual(&file, 1700000000, nano ? 123456789 : 123456);
		put_usual(&file, 4000000000, 0);
		read_file(&file, &reading);
		assert_int_equal(reading.opened, 0);
		assert_int_equal(reading.count, 2);
		assert_int_equal(reading.obs[0].time_ns,
				 1700000000000000000 + (nano ? 123456789 : 123456000));
		assert_int_equal(reading.obs[1].time_ns, 4000000000000000000);
		assert_true(reading.obs[0].seen & SEEN_DATE);
		assert_true(reading.obs[0].seen & SEEN_TIME);
		assert_int_equal(reading.obs[0].frame, 1);
		assert_int_equal(reading.obs[1].frame, 2);
		assert_int_equal(reading.obs[0].file, 3);
		assert_int_equal(reading.obs[0].payload_bytes, 100);
		assert_int_equal(reading.counts.packets, 2);
		assert_int_equal(reading.counts.bytes, file.count);
		assert_string_equal(reading.counts.problem, "");
		file_release(&file);
	}
}

/* Record headers of 24 bytes, as patched kernels once wrote them. */
static void test_modified(void **unused)
{
	struct file file = { 0 };

	(void)unused;
	pcap_header(&file, 0xa1b2cd34, LINK_ETHERNET);
	usual();
	pcap_record(&file, 1, 2, "", 0, 0);
	file.count -= 8;
	file_put32(&file, packet_length(&packet));
	file_put32(&file, packet_length(&packet));
	file_put(&file, "\0\0\0\1\0\x08\0\0", 8);
	file_put(&file, packet_bytes(&packet), packet_length(&packet));
	read_file(&file, &reading);
	assert_int_equal(reading.count, 1);
	assert_int_equal(reading.obs[0].payload_bytes, 100);
	assert_string_equal(reading.counts.problem, "");
	file_release(&file);
}

/* Files put one after the other, of different orders, clocks and link types. */
static void test_concatenated(void **unused)
{
	struct file file = { 0 };
	size_t second;

	(void)unused;
	pcap_header(&file, 0xa1b2c3d4, LINK_ETHERNET);
	put_usual(&file, 1700000000, 1);
	second = file.count;
	file.big = true;
	pcap_header(&file, 0xa1b23c4d, LINK_RAW);
	packet_build(&packet, "tcp6 ip6=6");
	pcap_record(&file, 1700000001, 1, packet_bytes(&packet), packet_length(&packet),
		    packet_length(&packet));
	file.big = false;
	pcap_header(&file, 0xa1b2c3d4, LINK_ETHERNET);
	put_usual(&file, 1700000002, 1);
	read_file(&file, &reading);
	assert_int_equal(reading.count, 3);
	assert_int_equal(reading.obs[0].time_ns, 1700000000000001000);
	assert_int_equal(reading.obs[1].time_ns, 1700000001000000001);
	assert_int_equal(reading.obs[1].source.family, ADDR_IP6);
	assert_int_equal(reading.obs[2].time_ns, 1700000002000001000);
	assert_string_equal(reading.counts.problem, "");
	/* Cut off within the second header. */
	file.count = second + 20;
	read_file(&file, &reading);
	assert_int_equal(reading.count, 1);
	assert_true(reading.counts.truncated);
	assert_int_equal(reading.counts.truncated_at, second);
	file_release(&file);
}

static void test_counts(void **unused)
{
	struct file file = { 0 };

	(void)unused;
	pcap_header(&file, 0xa1b2c3d4, LINK_ETHERNET);
	put_usual(&file, 1, 0);
	packet_build(&packet, "x00 udp=53 ip4=17 eth=0800");
	pcap_record(&file, 1, 0, packet_bytes(&packet), packet_length(&packet),
		    packet_length(&packet));
	usual();
	pcap_record(&file, 1, 0, packet_bytes(&packet), 30, packet_length(&packet));
	packet_bytes(&packet)[14 + 7] = 9;
	pcap_record(&file, 1, 0, packet_bytes(&packet), 100, packet_length(&packet));
	packet_bytes(&packet)[14] = 0x55;
	pcap_record(&file, 1, 0, packet_bytes(&packet), 100, packet_length(&packet));
	packet_start(&packet);
	packet_tcp(&packet, 4, TCP_RST, NULL, 0);
	packet_bytes(&packet)[4] ^= 1;
	packet_put_ip4(&packet, 6);
	packet_step(&packet, "eth=0800");
	pcap_record(&file, 1, 0, packet_bytes(&packet), packet_length(&packet),
		    packet_length(&packet));
	pcap_record(&file, 1, 0, "", 0, 0);
	read_file(&file, &reading);
	assert_int_equal(reading.count, 2);
	assert_int_equal(reading.counts.packets, 7);
	assert_int_equal(reading.counts.not_tcp, 1);
	assert_int_equal(reading.counts.cut_short, 1);
	assert_int_equal(reading.counts.fragments, 1);
	assert_int_equal(reading.counts.undecodable, 2);
	assert_int_equal(reading.counts.bad_checksum, 1);
	assert_int_equal(reading.obs[1].frame, 6);
	file_release(&file);
}

/* Cut off at every byte: what is whole is there, what is not is named with its offset. */
static void check_cut(const uint8_t *bytes, size_t count, const size_t *starts, int records)
{
	size_t cut;

	for (cut = 0; cut <= count; cut++) {
		struct file part = { .bytes = (uint8_t *)(uintptr_t)bytes, .count = cut };
		int whole = 0;

		while (whole < records && starts[whole + 1] <= cut)
			whole++;
		read_file(&part, &reading);
		if (cut < 4) {
			assert_int_equal(reading.opened, 1);
			continue;
		}
		if (cut < 24) {
			assert_int_equal(reading.opened, -EINVAL);
			assert_non_null(strstr(reading.problem, "file header"));
			continue;
		}
		assert_int_equal(reading.opened, 0);
		assert_int_equal(reading.counts.packets, whole);
		assert_int_equal(reading.counts.truncated, cut != starts[whole]);
		assert_false(reading.counts.corrupt);
		if (cut == starts[whole]) {
			assert_string_equal(reading.counts.problem, "");
		} else {
			char at[32];

			snprintf(at, sizeof(at), " byte %zu:", starts[whole]);
			assert_int_equal(reading.counts.truncated_at, starts[whole]);
			assert_non_null(strstr(reading.counts.problem, at));
		}
	}
}

static void test_cut_at_every_byte(void **unused)
{
	size_t starts[400];
	int records, tried = 0;
	glob_t found;
	size_t i;

	(void)unused;
	if (glob("tests/captures/*.pcap", 0, NULL, &found) != 0) {
		print_message("no captures here: run from the top of the repository\n");
		skip();
	}
	for (i = 0; i < found.gl_pathc; i += 3) {
		static uint8_t bytes[4096];
		FILE *stream = fopen(found.gl_pathv[i], "rb");
		size_t count, at = 24;

		assert_non_null(stream);
		count = fread(bytes, 1, sizeof(bytes), stream);
		fclose(stream);
		if (count == sizeof(bytes))
			continue;
		for (records = 0; at < count; records++) {
			starts[records] = at;
			at += 16 + bytes[at + 8] + 256u * bytes[at + 9];
		}
		starts[records] = at;
		assert_int_equal(at, count);
		check_cut(bytes, count, starts, records);
		tried++;
	}
	globfree(&found);
	assert_true(tried > 20);
}

static void check_corrupt(const struct file *file, int whole, size_t at)
{
	read_file(file, &reading);
	assert_int_equal(reading.count, whole);
	assert_true(reading.counts.corrupt);
	assert_false(reading.counts.truncated);
	assert_int_equal(reading.counts.truncated_at, at);
	assert_non_null(strstr(reading.counts.problem, "damaged at byte"));
}

static void test_lying_lengths(void **unused)
{
	struct file file = { 0 };
	size_t at;

	(void)unused;
	pcap_header(&file, 0xa1b2c3d4, LINK_ETHERNET);
	put_usual(&file, 1, 0);
	at = file.count;
	put_usual(&file, 2, 0);
	put_usual(&file, 3, 0);
	/* More than any capture holds: named as damage, not as an end. */
	memcpy(file.bytes + at + 8, "\1\0\4\0", 4);
	check_corrupt(&file, 1, at);
	memcpy(file.bytes + at + 8, "\xff\xff\xff\xff", 4);
	check_corrupt(&file, 1, at);
	/* Plausible, but beyond the end. */
	memcpy(file.bytes + at + 8, "\0\0\4\0", 4);
	read_file(&file, &reading);
	assert_int_equal(reading.count, 1);
	assert_true(reading.counts.truncated);
	assert_int_equal(reading.counts.truncated_at, at);
	/* Too short: what follows is no record. */
	memcpy(file.bytes + at + 8, "\x10\0\0\0", 4);
	read_file(&file, &reading);
	assert_true(reading.counts.corrupt);
	assert_int_equal(reading.counts.truncated_at, at + 32);
	file_release(&file);
}

static void test_bad_headers(void **unused)
{
	struct file file = { 0 };

	(void)unused;
	pcap_header(&file, 0xa1b2c3d4, 105);
	read_file(&file, &reading);
	assert_int_equal(reading.opened, -EPROTONOSUPPORT);
	assert_non_null(strstr(reading.problem, "link type 105 (IEEE802_11) is not known"));
	file.count = 0;
	pcap_header(&file, 0xa1b2c3d4, LINK_ETHERNET);
	file.bytes[4] = 9;
	read_file(&file, &reading);
	assert_int_equal(reading.opened, -EPROTONOSUPPORT);
	assert_non_null(strstr(reading.problem, "version 9.4"));
	file.count = 0;
	file.big = true;
	pcap_header(&file, 0xa1b2c3d4, LINK_ETHERNET);
	file.bytes[5] = 9;
	read_file(&file, &reading);
	assert_int_equal(reading.opened, -EPROTONOSUPPORT);
	assert_non_null(strstr(reading.problem, "version 9.4"));
	/* The bits about a frame check sequence are no part of the link type. */
	file.count = 0;
	file.big = false;
	pcap_header(&file, 0xa1b2c3d4, 0x24000000 | LINK_ETHERNET);
	put_usual(&file, 1, 0);
	read_file(&file, &reading);
	assert_int_equal(reading.opened, 0);
	assert_int_equal(reading.count, 1);
	file_release(&file);
}

/* More packets than a view holds, one of them as large as any. */
static void test_large(void **unused)
{
	static uint8_t large[262144];
	struct file file = { 0 };
	int i;

	(void)unused;
	pcap_header(&file, 0xa1b2c3d4, LINK_ETHERNET);
	for (i = 0; i < 5000; i++)
		put_usual(&file, 1, (uint32_t)i);
	memcpy(large, packet_bytes(&packet), packet_length(&packet));
	pcap_record(&file, 2, 0, large, sizeof(large), sizeof(large));
	put_usual(&file, 3, 0);
	read_file(&file, &reading);
	assert_int_equal(reading.count, 5002);
	assert_string_equal(reading.counts.problem, "");
	file_release(&file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_orders_and_clocks), cmocka_unit_test(test_modified),
		cmocka_unit_test(test_concatenated),	  cmocka_unit_test(test_counts),
		cmocka_unit_test(test_cut_at_every_byte), cmocka_unit_test(test_lying_lengths),
		cmocka_unit_test(test_bad_headers),	  cmocka_unit_test(test_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
