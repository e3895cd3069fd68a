/* SPDX-License-Identifier: MIT */
/* Every link type and encapsulation, whole, cut off anywhere, and with bytes turned over. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "packet_build.h"
#include "wire/packet.h"

struct layout {
	const char *recipe;
	uint16_t link;
	bool tunnelled;
	int direction; /* 0 unknown, 1 in, 2 out */
};

static const struct layout layouts[] = {
	{ "tcp4 ip4=6 eth=0800", LINK_ETHERNET, false, 0 },
	{ "tcp6 ip6=6 eth=86dd", LINK_ETHERNET, false, 0 },
	{ "tcp4 ip4=6 x00050800 eth=8100", LINK_ETHERNET, false, 0 },
	{ "tcp6 ip6=6 x000686dd x00058100 eth=88a8", LINK_ETHERNET, false, 0 },
	{ "tcp4 ip4=6 x00060800 x00059100 eth=9100", LINK_ETHERNET, false, 0 },
	{ "tcp4 ip4=6 xaaaa030000000800 eth=00b8", LINK_ETHERNET, false, 0 },
	{ "tcp4 ip4=6 x000c8140 x00064040 eth=8847", LINK_ETHERNET, false, 0 },
	{ "tcp6 ip6=6 x00064140 eth=8848", LINK_ETHERNET, false, 0 },
	{ "tcp4 ip4=6 eth=0800 x00000000 x00064140 eth=8847", LINK_ETHERNET, false, 0 },
	{ "tcp4 ip4=6 x1100000900c20021 eth=8864", LINK_ETHERNET, false, 0 },
	{ "tcp6 ip6=6 x1100000900d60057 eth=8864", LINK_ETHERNET, false, 0 },
	{ "tcp4 ip4=6 x00000800 ip4=47 eth=0800", LINK_ETHERNET, true, 0 },
	{ "tcp6 ip6=6 x000000000000000000000000 xb00086dd ip4=47 eth=0800", LINK_ETHERNET, true,
	  0 },
	{ "tcp4 ip4=6 eth=0800 x2000655800000001 ip4=47 eth=0800", LINK_ETHERNET, true, 0 },
	{ "tcp4 ip4=6 eth=0800 x000088be ip4=47 eth=0800", LINK_ETHERNET, true, 0 },
	{ "tcp4 ip4=6 eth=0800 x1001000100000002 x100088be00000001 ip4=47 eth=0800", LINK_ETHERNET,
	  true, 0 },
	{ "tcp4 ip4=6 eth=0800 x200100010000000000000000 x100022eb00000001 ip4=47 eth=0800",
	  LINK_ETHERNET, true, 0 },
	{ "tcp4 ip4=6 eth=0800 x0000000000000000 x200100010000000000000001 x100022eb00000001 "
	  "ip4=47 "
	  "eth=0800",
	  LINK_ETHERNET, true, 0 },
	{ "tcp4 ip4=6 x0021 x3081880b00c200010000000500000006 ip4=47 eth=0800", LINK_ETHERNET, true,
	  0 },
	{ "tcp6 ip6=6 eth=86dd x0800000000000700 udp=4789 ip4=17 eth=0800", LINK_ETHERNET, true,
	  0 },
	{ "tcp4 ip4=6 eth=0800 x0800000000000700 udp=8472 ip6=17 eth=86dd", LINK_ETHERNET, true,
	  0 },
	{ "tcp4 ip4=6 eth=0800 x0102030100000000 x0200655800000700 udp=6081 ip4=17 eth=0800",
	  LINK_ETHERNET, true, 0 },
	{ "tcp4 ip4=6 x0000080000000700 udp=6081 ip4=17 eth=0800", LINK_ETHERNET, true, 0 },
	{ "tcp4 ip4=6 ip4=4 eth=0800", LINK_ETHERNET, true, 0 },
	{ "tcp6 ip6=6 ip4=41 eth=0800", LINK_ETHERNET, true, 0 },
	{ "tcp4 ip4=6 ip6=4 eth=86dd", LINK_ETHERNET, true, 0 },
	{ "tcp4 ip4=6 eth=0800 x3000 ip4=97 eth=0800", LINK_ETHERNET, true, 0 },
	{ "tcp4 ip4=6 x00007140 ip4=137 eth=0800", LINK_ETHERNET, true, 0 },
	{ "tcp6 x0600050200000100 ip6=0 eth=86dd", LINK_ETHERNET, false, 0 },
	{ "tcp6 x0601010c000000000000000000000000 ip6=60 eth=86dd", LINK_ETHERNET, false, 0 },
	{ "tcp6 x0600000000000001 ip6=44 eth=86dd", LINK_ETHERNET, false, 0 },
	{ "tcp4 x060400000000000000000000000000000000000000000000 ip4=51 eth=0800", LINK_ETHERNET,
	  false, 0 },
	{ "tcp6 x060400000000000000000000000000000000000000000000 ip6=51 eth=86dd", LINK_ETHERNET,
	  false, 0 },
	{ "tcp4 ip4=6 x00040001000602000000000100000800", LINK_SLL, false, 2 },
	{ "tcp6 ip6=6 x000000010006020000000001000086dd", LINK_SLL, false, 1 },
	{ "tcp4 ip4=6 x00070800 x00030001000602000000000100008100", LINK_SLL, false, 0 },
	{ "tcp4 ip4=6 x0800000000000003000104060200000000010000", LINK_SLL2, false, 2 },
	{ "tcp4 ip4=6", LINK_RAW, false, 0 },
	{ "tcp6 ip6=6", LINK_RAW, false, 0 },
	{ "tcp4 ip4=6", LINK_RAW_BSD, false, 0 },
	{ "tcp4 ip4=6", LINK_IP4, false, 0 },
	{ "tcp6 ip6=6", LINK_IP6, false, 0 },
	{ "tcp4 ip4=6 x02000000", LINK_NULL, false, 0 },
	{ "tcp4 ip4=6 x00000002", LINK_NULL, false, 0 },
	{ "tcp6 ip6=6 x1e000000", LINK_NULL, false, 0 },
	{ "tcp6 ip6=6 x0000001c", LINK_NULL, false, 0 },
	{ "tcp6 ip6=6 x00000018", LINK_LOOP, false, 0 },
	{ "tcp4 ip4=6 xff030021", LINK_PPP, false, 0 },
	{ "tcp4 ip4=6 x21", LINK_PPP, false, 0 },
	{ "tcp6 ip6=6 xff030057", LINK_PPP_HDLC, false, 0 },
	{ "tcp4 ip4=6 x0f000800", LINK_C_HDLC, false, 0 },
	{ "tcp4 ip4=6 x1100000900c20021", LINK_PPPOE, false, 0 },
	{ "tcp4 ip4=6 xc4000900 x05000a0061000000 x0800010008000000 x02000005", LINK_NFLOG, false,
	  0 },
};

/* Decodes from memory of exactly the captured size, so that the sanitizer sees a byte too far. */
static enum packet_result decode(uint16_t link, const uint8_t *bytes, uint32_t captured,
				 uint32_t length, struct observation *ret_obs)
{
	uint8_t *copy = malloc(captured ? captured : 1);
	enum packet_result result;

	assert_non_null(copy);
	memcpy(copy, bytes, captured);
	result = packet_decode(link, copy, captured, length, true, ret_obs);
	ret_obs->reason = NULL;
	free(copy);
	return result;
}

static void check_usual(const struct layout *layout, const struct observation *obs)
{
	bool is6 = strncmp(layout->recipe, "tcp6", 4) == 0;

	assert_int_equal(obs->source.family, is6 ? ADDR_IP6 : ADDR_IP4);
	assert_memory_equal(obs->source.ip, is6 ? packet_ip6 : packet_ip4, is6 ? 16 : 4);
	assert_memory_equal(obs->destination.ip, is6 ? packet_ip6 + 16 : packet_ip4 + 4,
			    is6 ? 16 : 4);
	if (!is6)
		assert_memory_equal(obs->source.ip + 4, "\0\0\0\0\0\0\0\0\0\0\0\0", 12);
	assert_int_equal(obs->source.port, 40000);
	assert_int_equal(obs->destination.port, 443);
	assert_int_equal(obs->seq, 0x01020304);
	assert_int_equal(obs->ack, 0x0a0b0c0d);
	assert_int_equal(obs->flags, TCP_ACK | TCP_PSH);
	assert_int_equal(obs->payload_bytes, 100);
	assert_int_equal(obs->ttl, is6 ? 62 : 61);
	assert_int_equal(obs->tos, is6 ? 0x12 : 0x10);
	assert_int_equal(!!(obs->seen & SEEN_IP_ID), !is6);
	assert_int_equal(obs->ip_id, is6 ? 0 : 77);
	assert_int_equal(obs->dont_fragment, !is6);
	assert_int_equal(obs->tunnelled, layout->tunnelled);
	assert_int_equal(!!(obs->seen & SEEN_DIRECTION), layout->direction != 0);
	assert_int_equal(obs->outgoing, layout->direction == 2);
}

static void test_layouts(void **unused)
{
	static struct packet packet;
	struct observation obs;
	size_t i;

	(void)unused;
	for (i = 0; i < sizeof(layouts) / sizeof(*layouts); i++) {
		const struct layout *layout = &layouts[i];

		packet_build(&packet, layout->recipe);
		memset(&obs, 0xee, sizeof(obs));
		if (decode(layout->link, packet_bytes(&packet), packet_length(&packet),
			   packet_length(&packet), &obs) != PACKET_TCP)
			fail_msg("not decoded: %s", layout->recipe);
		check_usual(layout, &obs);
		assert_int_equal(obs.window, 1234);
		assert_int_equal(obs.options, OPTION_TS);
		assert_int_equal(obs.ts_value, 0x11223344);
		assert_int_equal(obs.ts_echo, 0xaabbccdd);
		assert_int_equal(obs.hint, HINT_OTHER);
		assert_true(obs.seen & SEEN_OPTIONS);
		assert_true(obs.seen & SEEN_PAYLOAD);
		/* A cleared observation, not what was there before. */
		assert_int_equal(obs.time_ns, 0);
		assert_int_equal(obs.frame, 0);
		assert_int_equal(obs.mss, 0);
		assert_int_equal(obs.source.pad, 0);
	}
}

/*
 * However short the capture, a segment is as long as its IP header says; what is not visible is
 * not marked as seen; and a packet that was cut off is never called contradictory.
 */
static void test_snapped(void **unused)
{
	static struct packet packet;
	struct observation obs;
	size_t i;

	(void)unused;
	for (i = 0; i < sizeof(layouts) / sizeof(*layouts); i++) {
		const struct layout *layout = &layouts[i];
		uint32_t length, cut, first = 0;

		packet_build(&packet, layout->recipe);
		length = packet_length(&packet);
		for (cut = 0; cut < length; cut++) {
			enum packet_result result =
				decode(layout->link, packet_bytes(&packet), cut, length, &obs);
			/* Payload 100, options 12: the TCP header ends 112 bytes before the end. */
			uint32_t tcp = cut + 132 > length ? cut + 132 - length : 0;

			if (result != PACKET_TCP) {
				if (result != PACKET_CUT_SHORT && result != PACKET_NOT_TCP)
					fail_msg("%s cut at %u: %d", layout->recipe, cut, result);
				assert_true(tcp < 14);
				assert_int_equal(first, 0);
				continue;
			}
			first = first ? first : cut;
			assert_true(tcp >= 14);
			check_usual(layout, &obs);
			assert_int_equal(!!(obs.seen & SEEN_WINDOW), tcp >= 16);
			assert_int_equal(!!(obs.seen & SEEN_OPTIONS), tcp >= 32);
			assert_int_equal(!!(obs.options & OPTION_TS), tcp >= 32);
			assert_int_equal(!!(obs.seen & SEEN_PAYLOAD), tcp > 32);
			assert_false(obs.seen & SEEN_CHECKSUM);
		}
		assert_int_equal(first, length - 132 + 14);
	}
}

/* Packets whose own length is what is there, though the headers promise more; and flipped bytes. */
static void test_damaged(void **unused)
{
	static struct packet packet;
	static const uint8_t flips[] = { 0xff, 0x01, 0x80, 0x0f, 0xf0, 0x55 };
	struct observation obs;
	size_t i, j;

	(void)unused;
	for (i = 0; i < sizeof(layouts) / sizeof(*layouts); i++) {
		uint16_t link = layouts[i].link;
		uint32_t length, at;
		uint8_t *bytes;

		packet_build(&packet, layouts[i].recipe);
		bytes = packet_bytes(&packet);
		length = packet_length(&packet);
		for (at = 0; at < length; at++) {
			enum packet_result result = decode(link, bytes, at, at, &obs);

			assert_true(result >= PACKET_TCP && result < PACKET_UNKNOWN_LINK);
			for (j = 0; j < sizeof(flips); j++) {
				bytes[at] ^= flips[j];
				result = decode(link, bytes, length, length, &obs);
				assert_true(result >= PACKET_TCP && result < PACKET_UNKNOWN_LINK);
				if (result == PACKET_TCP)
					assert_true(obs.payload_bytes <= 65535);
				bytes[at] ^= flips[j];
			}
		}
	}
}

static enum packet_result build_and_decode(const char *recipe, struct observation *ret_obs)
{
	static struct packet packet;

	packet_build(&packet, recipe);
	return decode(LINK_ETHERNET, packet_bytes(&packet), packet_length(&packet),
		      packet_length(&packet), ret_obs);
}

static void test_not_tcp(void **unused)
{
	struct observation obs;

	(void)unused;
	assert_int_equal(build_and_decode("x00 udp=53 ip4=17 eth=0800", &obs), PACKET_NOT_TCP);
	assert_int_equal(build_and_decode("x0800000000000000 ip4=1 eth=0800", &obs),
			 PACKET_NOT_TCP);
	assert_int_equal(build_and_decode("x00010800060400 eth=0806", &obs), PACKET_NOT_TCP);
	assert_int_equal(build_and_decode("x424203000000 eth=0026", &obs), PACKET_NOT_TCP);
	/* PPPoE discovery, VXLAN without its flag, a GRE version that there is not. */
	assert_int_equal(build_and_decode("tcp4 ip4=6 x1109000000c2 eth=8864", &obs),
			 PACKET_NOT_TCP);
	assert_int_equal(
		build_and_decode("tcp4 ip4=6 eth=0800 x0000000000000700 udp=4789 ip4=17 eth=0800",
				 &obs),
		PACKET_NOT_TCP);
	assert_int_equal(build_and_decode("tcp4 ip4=6 x00050800 ip4=47 eth=0800", &obs),
			 PACKET_NOT_TCP);
	/* ESP, and IPv6 that says nothing follows. */
	assert_int_equal(build_and_decode("tcp6 ip6=50 eth=86dd", &obs), PACKET_NOT_TCP);
	assert_int_equal(build_and_decode("tcp6 ip6=59 eth=86dd", &obs), PACKET_NOT_TCP);
	assert_int_equal(decode(147, (const uint8_t *)"abcd", 4, 4, &obs), PACKET_UNKNOWN_LINK);
	assert_false(packet_link_known(147));
	assert_true(packet_link_known(LINK_ETHERNET));
}

static void test_contradictions(void **unused)
{
	struct observation obs;

	(void)unused;
	/* IP version of the other family; header longer than the packet; total below the header. */
	assert_int_equal(build_and_decode("tcp4 ip4=6 eth=86dd", &obs), PACKET_UNDECODABLE);
	assert_int_equal(build_and_decode("tcp6 ip6=6 eth=0800", &obs), PACKET_UNDECODABLE);
	assert_int_equal(
		build_and_decode("x44000014000000004006000000000000000000 x00 eth=0800", &obs),
		PACKET_UNDECODABLE);
	assert_int_equal(
		build_and_decode("x4500000a000000004006000000000000000000 x00 eth=0800", &obs),
		PACKET_UNDECODABLE);
	/* A TCP header of 16 bytes, and one of 60 in a segment of 20. */
	assert_int_equal(
		build_and_decode("x9c4001bb00000001000000024010040000000000 ip4=6 eth=0800", &obs),
		PACKET_UNDECODABLE);
	assert_int_equal(
		build_and_decode("x9c4001bb0000000100000002f010040000000000 ip4=6 eth=0800", &obs),
		PACKET_UNDECODABLE);
}

/* Nesting is bounded: a packet of nothing but VLAN tags, labels, or IP in IP. */
static void test_nesting(void **unused)
{
	static struct packet packet;
	struct observation obs;
	int i, kind;

	(void)unused;
	for (kind = 0; kind < 4; kind++) {
		packet_build(&packet, "tcp4 ip4=6");
		for (i = 0; i < 60; i++)
			packet_step(&packet, kind == 0	 ? "x00058100"
					     : kind == 1 ? "x00064040"
					     : kind == 2 ? "ip4=4"
							 : "x3c00000000000000");
		packet_step(&packet, kind == 3 ? "ip6=60" : "x");
		packet_step(&packet, kind == 0	 ? "eth=8100"
				     : kind == 1 ? "eth=8847"
				     : kind == 2 ? "eth=0800"
						 : "eth=86dd");
		assert_int_equal(decode(LINK_ETHERNET, packet_bytes(&packet),
					packet_length(&packet), packet_length(&packet), &obs),
				 PACKET_UNDECODABLE);
	}
}

static void test_fragments(void **unused)
{
	static struct packet packet;
	struct observation obs;
	uint8_t *ip;

	(void)unused;
	packet_build(&packet, "tcp4 ip4=6");
	ip = packet_bytes(&packet);
	ip[6] = 0x20; /* more fragments: the first one has the header */
	assert_int_equal(decode(LINK_RAW, ip, packet_length(&packet), packet_length(&packet), &obs),
			 PACKET_TCP);
	assert_int_equal(obs.payload_bytes, 100);
	assert_false(obs.dont_fragment);
	assert_false(obs.seen & SEEN_CHECKSUM);
	ip[6] = 0;
	ip[7] = 9;
	assert_int_equal(decode(LINK_RAW, ip, packet_length(&packet), packet_length(&packet), &obs),
			 PACKET_FRAGMENT);
	ip[9] = 17;
	assert_int_equal(decode(LINK_RAW, ip, packet_length(&packet), packet_length(&packet), &obs),
			 PACKET_NOT_TCP);
	assert_int_equal(build_and_decode("tcp6 x0600001000000001 ip6=44 eth=86dd", &obs),
			 PACKET_FRAGMENT);
}

/* Padding to the smallest frame is no payload; neither is a trailer of a switch. */
static void test_padding(void **unused)
{
	static struct packet packet;
	struct observation obs;

	(void)unused;
	packet_build(&packet, "x000000000000");
	packet.at = PACKET_ROOM - 6;
	/* Built around the padding: the IP header counts only itself and TCP. */
	packet_put(&packet, "\x9c\x40\x01\xbb\0\0\0\1\0\0\0\2\x50\x14\0\0\0\0\0\0", 20);
	packet_put(&packet, "\x45\0\0\x28\0\0\x40\0\x40\6\0\0\xc0\0\2\1\xc6\x33\x64\2", 20);
	packet_step(&packet, "eth=0800");
	assert_int_equal(packet_length(&packet), 60);
	assert_int_equal(decode(LINK_ETHERNET, packet_bytes(&packet), 60, 60, &obs), PACKET_TCP);
	assert_int_equal(obs.payload_bytes, 0);
	assert_int_equal(obs.flags, TCP_RST | TCP_ACK);
	assert_int_equal(obs.hint, HINT_NONE);
	assert_false(obs.seen & SEEN_PAYLOAD);
	assert_int_equal(obs.reason_bytes, 0);
}

/* Captured before segmentation offload: no IP length yet, more bytes than any wire carries. */
static void test_offload(void **unused)
{
	static struct packet packet;
	static uint8_t payload[60000];
	struct observation obs;

	(void)unused;
	packet_start(&packet);
	packet_put(&packet, payload, sizeof(payload));
	packet_tcp(&packet, 4, 0x10, NULL, 0);
	packet_put_ip4(&packet, 6);
	packet_bytes(&packet)[2] = packet_bytes(&packet)[3] = 0;
	packet_step(&packet, "eth=0800");
	assert_int_equal(decode(LINK_ETHERNET, packet_bytes(&packet), packet_length(&packet),
				packet_length(&packet), &obs),
			 PACKET_TCP);
	assert_int_equal(obs.payload_bytes, 60000);
	/* And cut off besides. */
	assert_int_equal(
		decode(LINK_ETHERNET, packet_bytes(&packet), 96, packet_length(&packet), &obs),
		PACKET_TCP);
	assert_int_equal(obs.payload_bytes, 60000);

	packet_start(&packet);
	packet_put(&packet, payload, sizeof(payload));
	packet_tcp(&packet, 6, 0x10, NULL, 0);
	packet_put_ip6(&packet, 6);
	packet_bytes(&packet)[4] = packet_bytes(&packet)[5] = 0;
	assert_int_equal(decode(LINK_RAW, packet_bytes(&packet), 100, packet_length(&packet), &obs),
			 PACKET_TCP);
	assert_int_equal(obs.payload_bytes, 60000);
}

static void test_link_address(void **unused)
{
	static struct packet packet;
	struct observation a, b, c;

	(void)unused;
	assert_int_equal(build_and_decode("tcp4 ip4=6 eth=0800", &a), PACKET_TCP);
	/* The same sender in a "cooked" header has the same hash. */
	packet_build(&packet, "tcp4 ip4=6 x00040001000602000000000100000800");
	assert_int_equal(decode(LINK_SLL, packet_bytes(&packet), packet_length(&packet),
				packet_length(&packet), &b),
			 PACKET_TCP);
	assert_true(a.seen & SEEN_MAC);
	assert_true(b.seen & SEEN_MAC);
	assert_int_equal(a.link_source, b.link_source);
	packet_build(&packet, "tcp4 ip4=6 x0800 x020000000002020000000003");
	assert_int_equal(decode(LINK_ETHERNET, packet_bytes(&packet), packet_length(&packet),
				packet_length(&packet), &c),
			 PACKET_TCP);
	assert_int_not_equal(a.link_source, c.link_source);
	packet_build(&packet, "tcp4 ip4=6 x0800 x000000000000000000000000");
	assert_int_equal(decode(LINK_ETHERNET, packet_bytes(&packet), packet_length(&packet),
				packet_length(&packet), &c),
			 PACKET_TCP);
	assert_false(c.seen & SEEN_MAC);
	packet_build(&packet, "tcp4 ip4=6 x0800000000000007000104060200000000010000");
	assert_int_equal(decode(LINK_SLL2, packet_bytes(&packet), packet_length(&packet),
				packet_length(&packet), &c),
			 PACKET_TCP);
	assert_int_equal(c.interface, 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_layouts),	       cmocka_unit_test(test_snapped),
		cmocka_unit_test(test_damaged),	       cmocka_unit_test(test_not_tcp),
		cmocka_unit_test(test_contradictions), cmocka_unit_test(test_nesting),
		cmocka_unit_test(test_fragments),      cmocka_unit_test(test_padding),
		cmocka_unit_test(test_offload),	       cmocka_unit_test(test_link_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
