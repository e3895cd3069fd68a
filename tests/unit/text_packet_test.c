/* SPDX-License-Identifier: MIT */
/* One line of tcpdump, in every style: what it must be taken for, and what of it is seen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "text_show.h"
#include "wire/text_packet.h"

struct example {
	const char *line;
	enum text_line kind;
	const char *expected; /* of a packet */
};

#define A4 "192.0.2.1.36692 > 192.0.2.2.8080: "
#define B4 "192.0.2.2.8080 > 192.0.2.1.36692: "
#define AB "192.0.2.1:36692>192.0.2.2:8080 "
#define BA "192.0.2.2:8080>192.0.2.1:36692 "
#define T "14:01:03.567888 "
#define V4 "(tos 0x10, ttl 63, id 26738, offset 0, flags [DF], proto TCP (6), length 60) "

static const struct example examples[] = {
	/* tcpdump 3 */
	{ T "IP " A4 "S 1231228012:1231228012(0) win 5792 "
	    "<mss 1460,sackOK,timestamp 174530727 168899918,nop,wscale 8>",
	  TEXT_LINE_PACKET,
	  AB "S seq=1231228012 len=0 win=5792 mss=1460 wscale=8 sackOK ts=174530727/168899918" },
	{ T A4 "S 7:7(0) win 512 <mss 1460>", TEXT_LINE_PACKET,
	  AB "S seq=7 len=0 win=512 mss=1460" },
	{ T "IP " A4 "P 1:76(75) ack 1 win 23", TEXT_LINE_PACKET,
	  AB "PA seq=1 ack=1 len=75 win=23 opts?" },
	{ T "IP " A4 ". ack 1 win 23 <nop,nop,timestamp 1 2>", TEXT_LINE_PACKET,
	  AB "A ack=1 len=0 win=23 ts=1/2" },
	{ T "IP " A4 ". 1:1461(1460) ack 1 win 23", TEXT_LINE_PACKET,
	  AB "A seq=1 ack=1 len=1460 win=23 opts?" },
	{ T "IP " A4 "SP 9:9(0) win 1", TEXT_LINE_PACKET, AB "SP seq=9 len=0 win=1 opts?" },
	{ T "IP " A4 "FP 1:11(10) ack 3 win 4", TEXT_LINE_PACKET,
	  AB "FPA seq=1 ack=3 len=10 win=4 opts?" },
	{ T "IP " A4 "F 1:1(0) ack 1 win 23", TEXT_LINE_PACKET,
	  AB "FA seq=1 ack=1 len=0 win=23 opts?" },
	{ T "IP " A4 "R 76:76(0) win 0", TEXT_LINE_PACKET, AB "R seq=76 len=0 win=0 opts?" },
	{ T "IP " A4 "R 1:1(0) ack 76 win 0 (DF)", TEXT_LINE_PACKET,
	  AB "RA seq=1 ack=76 len=0 win=0 opts?" },
	{ T "IP " A4 "SWE 5:5(0) win 5840 <mss 1460>", TEXT_LINE_PACKET,
	  AB "SEW seq=5 len=0 win=5840 mss=1460" },
	{ T "IP " A4 "P 1:3(2) ack 4 win 5 urg 2", TEXT_LINE_PACKET,
	  AB "PAU seq=1 ack=4 len=2 win=5 opts?" },
	{ T A4 "S [tcp sum ok] 5:5(0) win 5840 <mss 1460> (DF) (ttl 64, id 1234, len 60)",
	  TEXT_LINE_PACKET, AB "S seq=5 len=0 win=5840 mss=1460 ttl=64 id=1234DF tos=0 sum=ok" },
	{ T A4 ". [bad tcp cksum 1a2b (->3c4d)!] ack 9 win 5 [tos 0x10]  (ttl 64, id 5, len 40)",
	  TEXT_LINE_PACKET, AB "A ack=9 len=0 win=5 opts? ttl=64 id=5 tos=16 sum=bad" },
	{ T "IP (tos 0x0, ttl  64, id 7, offset 0, flags [DF], proto: TCP (6), length: 60) " A4
	    "S, cksum 0x1a2b (correct), 5:5(0) win 5840 <mss 1460>",
	  TEXT_LINE_PACKET, AB "S seq=5 len=0 win=5840 mss=1460 ttl=64 id=7DF tos=0 sum=ok" },
	{ T "IP " A4 "., cksum 0x1a2b (incorrect (-> 0x3c4d), 1:1(0) ack 2 win 3", TEXT_LINE_PACKET,
	  AB "A seq=1 ack=2 len=0 win=3 opts? sum=bad" },
	{ T "IP " A4 ". ack 1 win 2 <nop,nop,sack 2 {5:9}{11:20}>", TEXT_LINE_PACKET,
	  AB "A ack=1 len=0 win=2 sack=5-9" },
	{ T "IP " A4 ". ack 1 win 2 <nop,nop,sack sack 1 {5:9} >", TEXT_LINE_PACKET,
	  AB "A ack=1 len=0 win=2 sack=5-9" },
	{ T "IP " A4 "S 5:5(0) win 5 <mss 1460,[|tcp]>", TEXT_LINE_PACKET,
	  AB "S seq=5 len=0 win=5 mss=1460 opts?" },
	{ T "IP " A4 "S 5:5(0) win 5 <opt-30:0081,opt-19:00,unknown-77 0x00>", TEXT_LINE_PACKET,
	  AB "S seq=5 len=0 win=5 mptcp=0/0 md5 other" },
	{ T "IP " A4 "R 1:31(30) ack 1 win 0 [RST No TCP/No listener]", TEXT_LINE_PACKET,
	  AB "RA seq=1 ack=1 len=30 win=0 opts? reason=No TCP/No listener" },
	{ T "0:10:4b:1:2:3 0:a0:24:4:5:6 0800 74: " A4 "S 5:5(0) win 5 <mss 1460> (DF)",
	  TEXT_LINE_PACKET, AB "S seq=5 len=0 win=5 mss=1460 mac" },
	{ "11/20/2003 14:01:03.567888 " A4 ". ack 1 win 2", TEXT_LINE_PACKET,
	  AB "A ack=1 len=0 win=2 opts?" },
	/* tcpdump 4 and later */
	{ T "IP " A4 "Flags [S], seq 5, win 64240, options [mss 1460,sackOK,TS val 1 ecr 0,nop,"
	    "wscale 10], length 0",
	  TEXT_LINE_PACKET, AB "S seq=5 len=0 win=64240 mss=1460 wscale=10 sackOK ts=1/0" },
	{ T "IP " A4 "Flags [P.], seq 1:76, ack 1, win 502, options [nop,nop,TS val 1 ecr 2], "
	    "length 75",
	  TEXT_LINE_PACKET, AB "PA seq=1 ack=1 len=75 win=502 ts=1/2" },
	{ T "IP " A4 "Flags [.], ack 1, win 502, length 0", TEXT_LINE_PACKET,
	  AB "A ack=1 len=0 win=502" },
	{ T "IP " A4 "Flags [R], seq 76, win 0, length 0", TEXT_LINE_PACKET,
	  AB "R seq=76 len=0 win=0" },
	{ T "IP " A4 "Flags [none], win 1024, length 0", TEXT_LINE_PACKET, AB " len=0 win=1024" },
	{ T "IP " A4 "Flags [SEW], seq 1, win 5, length 0", TEXT_LINE_PACKET,
	  AB "SEW seq=1 len=0 win=5" },
	{ T "IP " A4 "Flags [P.Ee], seq 1:3, ack 1, win 5, urg 1, length 2", TEXT_LINE_PACKET,
	  AB "PAE seq=1 ack=1 len=2 win=5" },
	{ T "IP " V4 A4 "Flags [S], cksum 0xf290 (correct), seq 5, win 9, length 0",
	  TEXT_LINE_PACKET, AB "S seq=5 len=0 win=9 ttl=63 id=26738DF tos=16 sum=ok" },
	{ T "IP (tos 0x2,ECT(0), ttl 1, id 0, offset 0, flags [none], proto TCP (6), length 40) " A4
	    "Flags [R.], cksum 0x1 (incorrect -> 0x2), seq 5, ack 9, win 0, length 0",
	  TEXT_LINE_PACKET, AB "RA seq=5 ack=9 len=0 win=0 ttl=1 id=0 tos=2 sum=bad" },
	{ T "IP " A4 "Flags [R], seq 5, [ack 9 != 0 while ACK flag not set], win 0, length 0",
	  TEXT_LINE_PACKET, AB "R seq=5 len=0 win=0" },
	{ T "IP6 2001:db8::1.36692 > 2001:db8::2.80: Flags [S], seq 5, win 9, length 0",
	  TEXT_LINE_PACKET, "[2001:db8::1]:36692>[2001:db8::2]:80 S seq=5 len=0 win=9" },
	{ T "IP6 (class 0x20, flowlabel 0x8a3f1, hlim 57, next-header TCP (6) payload length: 40) "
	    "2001:db8::1.36692 > 2001:db8::2.80: Flags [S], seq 5, win 9, length 0",
	  TEXT_LINE_PACKET,
	  "[2001:db8::1]:36692>[2001:db8::2]:80 S seq=5 len=0 win=9 ttl=57 tos=32" },
	{ T "IP6 ::ffff:192.0.2.1.443 > ::1.8080: Flags [.], ack 5, win 9, length 0",
	  TEXT_LINE_PACKET, "[::ffff:192.0.2.1]:443>[::1]:8080 A ack=5 len=0 win=9" },
	{ T "eth0  In  IP " A4 "Flags [.], ack 5, win 9, length 0", TEXT_LINE_PACKET,
	  AB "A ack=5 len=0 win=9 in" },
	{ T "veth1f2e Out IP " A4 "Flags [.], ack 5, win 9, length 0", TEXT_LINE_PACKET,
	  AB "A ack=5 len=0 win=9 out" },
	{ T "eth0  P   IP " A4 "Flags [.], ack 5, win 9, length 0", TEXT_LINE_PACKET,
	  AB "A ack=5 len=0 win=9" },
	{ T "eth0  B   IP " A4 "Flags [.], ack 5, win 9, length 0", TEXT_LINE_PACKET,
	  AB "A ack=5 len=0 win=9 in" },
	{ T "  In 02:00:00:00:00:01 ethertype IPv4 (0x0800), length 68: " A4
	    "Flags [.], ack 5, win 9, length 0",
	  TEXT_LINE_PACKET, AB "A ack=5 len=0 win=9 in mac" },
	{ T "02:00:00:00:00:01 > 02:00:00:00:00:02, ethertype IPv4 (0x0800), length 74: " A4
	    "Flags [.], ack 5, win 9, length 0",
	  TEXT_LINE_PACKET, AB "A ack=5 len=0 win=9 mac" },
	{ T "02:00:00:00:00:01 > 02:00:00:00:00:02, ethertype 802.1Q (0x8100), length 78: vlan 7, "
	    "p 0, ethertype IPv4 (0x0800), " V4 A4 "Flags [.], ack 5, win 9, length 0",
	  TEXT_LINE_PACKET, AB "A ack=5 len=0 win=9 ttl=63 id=26738DF tos=16 mac" },
	{ T "IP " A4 "Flags [R.], seq 1:59, ack 1, win 5785, length 58 "
	    "[RST+ BIG-IP: [0x11c5672:3045] {peer]",
	  TEXT_LINE_PACKET,
	  AB "RA seq=1 ack=1 len=58 win=5785 reason=BIG-IP: [0x11c5672:3045] {peer" },
	{ T "IP " A4 "Flags [P.], seq 1:76, ack 1, win 5, length 75: HTTP: GET / HTTP/1.1",
	  TEXT_LINE_PACKET, AB "PA seq=1 ack=1 len=75 win=5 hint=6" },
	{ T "IP " B4 "Flags [P.], seq 1:76, ack 1, win 5, length 75: HTTP: HTTP/1.1 413 Request",
	  TEXT_LINE_PACKET, BA "PA seq=1 ack=1 len=75 win=5 http=413" },
	{ T "IP " A4 "Flags [S], seq 5, win 9, options [mss 1460,nop,nop,md5 shared secret not "
	    "supplied with -M, can't check - 2ca7,nop,wscale 7], length 0",
	  TEXT_LINE_PACKET, AB "S seq=5 len=0 win=9 mss=1460 wscale=7 md5" },
	{ T "IP " A4 "Flags [S], seq 5, win 9, options [mss 1460,tfo  cookiereq,nop,nop], length 0",
	  TEXT_LINE_PACKET, AB "S seq=5 len=0 win=9 mss=1460 tfo" },
	{ T "IP " A4 "Flags [S], seq 5, win 9, options [exp-tfo cookie 0011223344556677], length 0",
	  TEXT_LINE_PACKET, AB "S seq=5 len=0 win=9 tfo" },
	{ T "IP " A4 "Flags [.], ack 5, win 9, options [nop,nop,sack 1 {7:9}], length 0",
	  TEXT_LINE_PACKET, AB "A ack=5 len=0 win=9 sack=7-9" },
	{ T "IP " A4 "Flags [.], ack 5, win 9, options [mptcp 20 capable v1 {0x1,0x2}], length 0",
	  TEXT_LINE_PACKET, AB "A ack=5 len=0 win=9 mptcp=1/0" },
	{ T "IP " A4 "Flags [R.], seq 1, ack 5, win 9, options [mptcp 12 fast-close key 0x9e70,"
	    "mptcp 4 unknown], length 0",
	  TEXT_LINE_PACKET, AB "RA seq=1 ack=5 len=0 win=9 mptcp=180/0" },
	{ T "IP " A4 "Flags [R.], seq 1, ack 5, win 9, options [mptcp 4 tcprst flags [T] reason "
	    "Middlebox interference], length 0",
	  TEXT_LINE_PACKET, AB "RA seq=1 ack=5 len=0 win=9 mptcp=100/6" },
	{ T "IP " A4 "Flags [S], seq 5, win 9, options [mss 1460,[|tcp]", TEXT_LINE_PACKET,
	  AB "S seq=5 len=0 win=9 mss=1460 opts?" },
	{ T "IP truncated-ip - 26 bytes missing! " A4 "Flags [.], ack 5, win 9, length 26",
	  TEXT_LINE_PACKET, AB "A ack=5 len=26 win=9" },
	{ T "IP 198.51.100.1 > 198.51.100.2: GREv0, length 64: IP " A4
	    "Flags [.], ack 5, win 9, length 0",
	  TEXT_LINE_PACKET, AB "A ack=5 len=0 win=9" },
	{ T
	  "eth0  In  IP 198.51.100.1.9 > 198.51.100.2.6081: Geneve, Flags [C], vni 0xa, options [8 "
	  "bytes]: IP " A4 "Flags [.], ack 5, win 9, length 0",
	  TEXT_LINE_PACKET, AB "A ack=5 len=0 win=9 in" },
	/* service names, other ways to write the same */
	{ T "IP 192.0.2.1.ssh > 192.0.2.2.https: Flags [.], ack 5, win 9, length 0",
	  TEXT_LINE_PACKET, "192.0.2.1:22>192.0.2.2:443 A ack=5 len=0 win=9" },
	{ T "IP localhost.http-alt > localhost.mysql: Flags [.], ack 5, win 9, length 0",
	  TEXT_LINE_PACKET, "127.0.0.1:8080>127.0.0.1:3306 A ack=5 len=0 win=9" },
	{ T "IP6 localhost.webcache > localhost.80: Flags [.], ack 5, win 9, length 0",
	  TEXT_LINE_PACKET, "[::1]:8080>[::1]:80 A ack=5 len=0 win=9" },
	{ T "IP 192.0.2.1:22 > 192.0.2.2:80: Flags [.], ack 5, win 9, length 0", TEXT_LINE_PACKET,
	  "192.0.2.1:22>192.0.2.2:80 A ack=5 len=0 win=9" },
	/* quoted, numbered, with other clocks before it */
	{ "> > " T "IP " A4 "Flags [.], ack 5, win 9, length 0", TEXT_LINE_PACKET,
	  AB "A ack=5 len=0 win=9" },
	{ "   12  2026-11-20 14:01:03.567888 IP " A4 "Flags [.], ack 5, win 9, length 0",
	  TEXT_LINE_PACKET, AB "A ack=5 len=0 win=9" },
	{ "12) " T "IP " A4 "Flags [.], ack 5, win 9, length 0", TEXT_LINE_PACKET,
	  AB "A ack=5 len=0 win=9" },
	{ "IP " A4 "Flags [.], ack 5, win 9, length 0", TEXT_LINE_PACKET,
	  AB "A ack=5 len=0 win=9" },
	/* not whole, yet enough */
	{ T "IP " A4 "Flags [R.], seq 1, ack 76, win 2...", TEXT_LINE_PACKET,
	  AB "RA seq=1 ack=76 len=0 opts?" },
	/* other things */
	{ T "IP " A4 "UDP, length 20", TEXT_LINE_NOT_TCP, NULL },
	{ T "IP " A4 "1234+ A? example.com. (29)", TEXT_LINE_NOT_TCP, NULL },
	{ T "IP 192.0.2.1 > 192.0.2.2: ICMP echo request, id 1, seq 1, length 64",
	  TEXT_LINE_NOT_TCP, NULL },
	{ T "ARP, Request who-has 192.0.2.1 tell 192.0.2.2, length 28", TEXT_LINE_NOT_TCP, NULL },
	{ T "IP (tos 0x0, ttl 59, id 0, offset 0, flags [none], proto UDP (17), length 70) " A4,
	  TEXT_LINE_NOT_TCP, NULL },
	{ T "02:00:00:00:00:01 > 02:00:00:00:00:02, ethertype ARP (0x0806), length 42: Request",
	  TEXT_LINE_NOT_TCP, NULL },
	{ T "IP 192.0.2.1 > 192.0.2.2: tcp", TEXT_LINE_FRAGMENT, NULL },
	{ T "192.0.2.1 > 192.0.2.2: (frag 1234:20@1480)", TEXT_LINE_FRAGMENT, NULL },
	{ T "IP " A4 "[|tcp]", TEXT_LINE_CUT, NULL },
	{ T "IP " A4 "tcp 75", TEXT_LINE_QUIET, NULL },
	{ T "IP web1.example.com.36692 > db.http: Flags [.], ack 5, win 9, length 0",
	  TEXT_LINE_NAME, NULL },
	{ T "IP web1.36692 > db.http: P 1:76(75) ack 1 win 23", TEXT_LINE_NAME, NULL },
	{ T "IP " A4 "Flags [Q.], ack 5, win 9, length 0", TEXT_LINE_BROKEN, NULL },
	{ T "IP " A4 " tcp 12 [bad hdr length 8 - too short, < 20]", TEXT_LINE_BROKEN, NULL },
	{ T "IP " A4, TEXT_LINE_OPEN, NULL },
	{ T "IP " V4, TEXT_LINE_OPEN, NULL },
	{ T "IP 192.0.2.1.36692 >", TEXT_LINE_OPEN, NULL },
	{ T, TEXT_LINE_OPEN, NULL },
	{ "the server resets at 14:01:03 every day", TEXT_LINE_OTHER, NULL },
	{ "a > b: Flags [S], seq 1, win 2", TEXT_LINE_OTHER, NULL },
	{ "curl: (56) Recv failure: Connection reset by peer", TEXT_LINE_OTHER, NULL },
	{ "\t0x0000:  4500 003c 51a5 4000 4006 d27a 0a4d 0101  E..<Q.@.@..z.M..", TEXT_LINE_OTHER,
	  NULL },
	{ "", TEXT_LINE_OTHER, NULL },
};

static void test_lines(void **state)
{
	size_t i, failed = 0;

	(void)state;
	for (i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		const struct example *example = &examples[i];
		struct text_packet packet;
		struct show show;
		enum text_line kind =
			text_packet_parse(example->line, strlen(example->line), &packet);

		if (kind != example->kind) {
			print_error("%s\n  is kind %d, not %d\n", example->line, kind,
				    example->kind);
			failed++;
		} else if (kind == TEXT_LINE_PACKET &&
			   strcmp(show_observation(&show, &packet.obs), example->expected) != 0) {
			print_error("%s\n  gives    %s\n  expected %s\n", example->line, show.text,
				    example->expected);
			failed++;
		}
	}
	assert_int_equal(failed, 0);
}

/* A line cut off anywhere is parsed within its bounds, in memory of exactly its size. */
static void test_every_prefix(void **state)
{
	size_t i, bytes;

	(void)state;
	for (i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		for (bytes = 0; bytes <= strlen(examples[i].line); bytes++) {
			struct text_packet packet;
			char *copy = malloc(bytes + !bytes);

			assert_non_null(copy);
			memcpy(copy, examples[i].line, bytes);
			text_packet_parse(copy, bytes, &packet);
			assert_true(packet.understood <= bytes);
			text_packet_starts(copy, bytes);
			free(copy);
		}
	}
}

static void test_interface(void **state)
{
	static const char *const lines[] = {
		T "veth1f2e P   IP " A4 "Flags [.], ack 5, win 9, length 0",
		T "veth1f2e Out IP " A4 "Flags [.], ack 5, win 9, length 0",
		T "veth1f2e In  IP6 ::1.1 > ::2.2: Flags [.], ack 5, win 9, length 0",
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct text_packet packet;

		text_packet_parse(lines[i], strlen(lines[i]), &packet);
		assert_non_null(packet.interface);
		assert_int_equal(packet.interface_bytes, 8);
		assert_memory_equal(packet.interface, "veth1f2e", 8);
	}
}

static void test_mac_is_the_source(void **state)
{
	static const uint8_t mac[6] = { 2, 0, 0, 0, 0, 1 };
	static const char line[] =
		T "02:00:00:00:00:01 > 02:00:00:00:00:02, ethertype IPv4 (0x0800), length 54: " A4
		  "Flags [.], ack 5, win 9, length 0";
	struct text_packet packet;

	(void)state;
	text_packet_parse(line, strlen(line), &packet);
	assert_int_equal(packet.obs.link_source, hash_mac(mac));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_every_prefix),
		cmocka_unit_test(test_interface),
		cmocka_unit_test(test_mac_is_the_source),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
