/* SPDX-License-Identifier: MIT */
/* Filters select connections, not packets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <errno.h>

#include "capture_build.h"
#include "wire/packet.h"

static struct packet packet;
static struct reading reading;
static int file_packets; /* of the file that was made last */

/* A segment of connection @number: from its client or, turned round, from its server. */
static void put_segment(struct file *file, uint32_t link, int number, bool from_server,
			uint8_t flags)
{
	uint8_t *ip;

	packet_build(&packet, "tcp4 ip4=6");
	ip = packet_bytes(&packet);
	ip[20] = (uint8_t)(number >> 8);
	ip[21] = (uint8_t)number;
	ip[33] = flags;
	if (from_server) {
		memcpy(ip + 12, packet_ip4 + 4, 4);
		memcpy(ip + 16, packet_ip4, 4);
		memcpy(ip + 22, ip + 20, 2);
		memcpy(ip + 20, "\1\xbb", 2);
	}
	if (link == LINK_ETHERNET)
		packet_step(&packet, "eth=0800");
	else if (link == LINK_NULL)
		packet_step(&packet, file->big ? "x00000002" : "x02000000");
	pcap_record(file, 1, 0, packet_bytes(&packet), packet_length(&packet),
		    packet_length(&packet));
}

/* Three connections behind @wrapping, steps of packet_step(). */
static void fill_wrapped(struct file *file, const char *const *wrapping)
{
	int i, step;

	file_packets = 3;
	pcap_header(file, 0xa1b2c3d4, LINK_ETHERNET);
	for (i = 1; i <= 3; i++) {
		packet_build(&packet, "tcp4 ip4=6");
		packet_bytes(&packet)[20] = (uint8_t)((1000 + i) >> 8);
		packet_bytes(&packet)[21] = (uint8_t)(1000 + i);
		for (step = 0; wrapping[step]; step++)
			packet_step(&packet, wrapping[step]);
		pcap_record(file, 1, 0, packet_bytes(&packet), packet_length(&packet),
			    packet_length(&packet));
	}
}

static void fill(struct file *file, uint32_t link)
{
	int i;

	file_packets = 15;
	pcap_header(file, 0xa1b2c3d4, link);
	for (i = 1; i <= 3; i++) {
		put_segment(file, link, 1000 + i, false, TCP_SYN);
		put_segment(file, link, 1000 + i, true, TCP_SYN | TCP_ACK);
		put_segment(file, link, 1000 + i, false, TCP_ACK);
		put_segment(file, link, 1000 + i, true, i == 2 ? TCP_RST | TCP_ACK : TCP_ACK);
		put_segment(file, link, 1000 + i, false, TCP_ACK);
	}
}

static void check(const struct file *file, const char *filter, int passed)
{
	read_memory(file->bytes, file->count, filter, &reading);
	assert_int_equal(reading.opened, 0);
	if (reading.count != passed)
		fail_msg("%s: %d instead of %d", filter, reading.count, passed);
	assert_int_equal(reading.counts.packets, file_packets);
	assert_int_equal(reading.counts.filtered, file_packets - passed);
}

static void test_connections(void **unused)
{
	static const uint32_t links[] = { LINK_ETHERNET, LINK_RAW, LINK_NULL, LINK_NULL };
	size_t i;

	(void)unused;
	for (i = 0; i < sizeof(links) / sizeof(*links); i++) {
		struct file file = { .big = i == 3 };

		fill(&file, links[i]);
		check(&file, NULL, 15);
		check(&file, "", 15);
		check(&file, "tcp", 15);
		check(&file, "port 1002", 5);
		check(&file, "host 192.0.2.1 and port 443", 15);
		check(&file, "port 9", 0);
		check(&file, "udp", 0);
		/* One packet of a connection matches: from there on both directions pass. */
		check(&file, "src port 1003", 5);
		check(&file, "src port 443", 12);
		check(&file, "tcp[tcpflags] & (tcp-syn|tcp-ack) == (tcp-syn|tcp-ack)", 12);
		check(&file, "tcp[tcpflags] & tcp-rst != 0", 2);
		assert_int_equal(reading.obs[0].frame, 9);
		assert_string_equal(reading.counts.note, "");
		file_release(&file);
	}
}

/* Words about ports mean the connection, whatever its packets are wrapped in. */
static void test_wrapped(void **unused)
{
	static const char *const wrappings[][6] = {
		{ "eth=0800" },
		{ "x000a0800", "eth=8100" },
		{ "x000b8100000a0800", "eth=88a8" },
		{ "x00011140", "eth=8847" },
		{ "eth=0800", "x0800000000006400", "udp=4789", "ip4=17", "eth=0800" },
		{ "ip4=4", "eth=0800" },
	};
	size_t i;

	(void)unused;
	for (i = 0; i < sizeof(wrappings) / sizeof(*wrappings); i++) {
		struct file file = { 0 };

		fill_wrapped(&file, wrappings[i]);
		check(&file, "port 1002", 1);
		check(&file, "port 9", 0);
		check(&file, "host 192.0.2.1 and tcp port 443", 3);
		check(&file, "not port 1002", 2);
		check(&file, "!(port 1002 or port 1003)", 1);
		check(&file, "vlan 10 and port 1002", i == 1);
		check(&file, "udp port 4789", i == 4 ? 3 : 0);
		file_release(&file);
	}
}

static void test_syntax(void **unused)
{
	struct file file = { 0 };

	(void)unused;
	fill(&file, LINK_ETHERNET);
	read_memory(file.bytes, file.count, "prot 80", &reading);
	assert_int_equal(reading.opened, -EINVAL);
	assert_non_null(strstr(reading.problem, "syntax error"));
	file_release(&file);
	/* Words that mean something, but not on this link type. */
	fill(&file, LINK_RAW);
	read_memory(file.bytes, file.count, "ether host 02:00:00:00:00:01", &reading);
	assert_int_equal(reading.opened, -EINVAL);
	assert_true(reading.problem[0]);
	file_release(&file);
	block_section(&file);
	block_interface(&file, LINK_ETHERNET, 0, 6, 0);
	read_memory(file.bytes, file.count, "and and", &reading);
	assert_int_equal(reading.opened, -EINVAL);
	file_release(&file);
}

/* Several link types in one file: where the words mean nothing, packets are left out and told. */
static void test_mixed_links(void **unused)
{
	struct file file = { 0 };

	(void)unused;
	block_section(&file);
	block_interface(&file, LINK_ETHERNET, 0, 6, 0);
	block_interface(&file, LINK_RAW, 0, 6, 0);
	packet_build(&packet, "tcp6 ip6=6");
	block_enhanced(&file, 1, 1, packet_bytes(&packet), packet_length(&packet),
		       packet_length(&packet), 0);
	packet_build(&packet, "tcp4 ip4=6 eth=0800");
	block_enhanced(&file, 0, 1, packet_bytes(&packet), packet_length(&packet),
		       packet_length(&packet), 0);
	read_memory(file.bytes, file.count, "port 443", &reading);
	assert_int_equal(reading.count, 2);
	read_memory(file.bytes, file.count, "ether src 02:00:00:00:00:01", &reading);
	assert_int_equal(reading.count, 1);
	assert_int_equal(reading.counts.filtered, 1);
	assert_non_null(strstr(reading.counts.note, "1 packets left out"));
	assert_non_null(strstr(reading.counts.note, "link type 101"));
	file_release(&file);
}

/* More connections than the first table holds. */
static void test_many(void **unused)
{
	struct file file = { 0 };
	int i;

	(void)unused;
	pcap_header(&file, 0xa1b2c3d4, LINK_RAW);
	for (i = 0; i < 20000; i++)
		put_segment(&file, LINK_RAW, 1000 + i, false, TCP_SYN);
	for (i = 0; i < 20000; i++)
		put_segment(&file, LINK_RAW, 1000 + i, true, TCP_ACK);
	read_memory(file.bytes, file.count, "tcp[tcpflags] & tcp-syn != 0 and portrange 1000-10999",
		    &reading);
	assert_int_equal(reading.count, 20000);
	assert_int_equal(reading.counts.filtered, 20000);
	file_release(&file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_connections), cmocka_unit_test(test_wrapped),
		cmocka_unit_test(test_syntax),	    cmocka_unit_test(test_mixed_links),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
