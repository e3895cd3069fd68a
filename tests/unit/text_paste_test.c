/* SPDX-License-Identifier: MIT */
/* Whole pastes through the source, as pages, mails and terminals mangle them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "sources/source.h"
#include "text_show.h"

extern const struct source source_tcpdump_text;

struct paste {
	const char *name;
	const char *text;
	const char *expected; /* a line for each observation */
	const char *filter;
	unsigned unparsed, not_tcp;
};

#define A4 "192.0.2.1.36692 > 192.0.2.2.8080: "
#define B4 "192.0.2.2.8080 > 192.0.2.1.36692: "
#define AB "192.0.2.1:36692>192.0.2.2:8080 "
#define BA "192.0.2.2:8080>192.0.2.1:36692 "
#define T(n) "14:01:03.56788" #n " "

/* One exchange, as every one of its mangled forms must come out. */
#define EXCHANGE                                                                                   \
	AB "S seq=1000000000 len=0 win=5792 mss=1460 sackOK ts=1/0\n" BA                           \
	   "SA seq=2000000000 ack=1000000001 len=0 win=5792 mss=1460 sackOK ts=2/1\n" AB           \
	   "A ack=2000000001 len=0 win=23 ts=1/2\n" AB                                             \
	   "PA seq=1000000001 ack=2000000001 len=75 win=23 ts=1/2\n" BA                            \
	   "RA seq=2000000001 ack=1000000076 len=0 win=23 ts=2/1\n"

static const struct paste pastes[] = {
	{ "old, quoted in a mail with CRLF",
	  "> " T(1) "IP " A4
		    "S 1000000000:1000000000(0) win 5792 <mss 1460,sackOK,timestamp 1 0>\r\n"
		    "> > " T(2) "IP " B4 "S 2000000000:2000000000(0) ack 1000000001 win 5792 "
				"<mss 1460,sackOK,timestamp 2 1>\r\n"
				"so then:\r\n"
				"> " T(3) "IP " A4 ". ack 1 win 23 <nop,nop,timestamp 1 2>\r\n"
					  "> " T(4) "IP " A4 "P 1:76(75) ack 1 win 23 "
						    "<nop,nop,timestamp 1 2>\r\n"
						    "> " T(5) "IP " B4 "R 1:1(0) ack 76 win 23 "
							      "<nop,nop,timestamp 2 1>",
	  EXCHANGE, NULL, 0, 0 },
	{ "old, in HTML with entities, breaks and a mark of UTF-8",
	  "\xef\xbb\xbf<html><body><div>" T(
		  1) "IP 192.0.2.1.36692 &gt; 192.0.2.2.8080: "
		     "S 1000000000:1000000000(0) win 5792 &lt;mss 1460,sackOK,timestamp 1 0&gt;<br "
		     "/>" T(2) "IP 192.0.2.2.8080 &#62; 192.0.2.1.36692: S "
			       "2000000000:2000000000(0) ack 1000000001 "
			       "win&nbsp;5792 &lt;mss 1460,sackOK,timestamp 2 1&gt;<br>\n<p>prose "
			       "&amp; more</p>" T(
				       3) "IP 192.0.2.1.36692 &amp;gt; 192.0.2.2.8080: . ack 1 win "
					  "23 "
					  "&#x3c;nop,nop,timestamp 1 2&#x3e;</p><span "
					  "class=\"x\">" T(
						  4) "</span>IP 192.0.2.1.36692 &gt; "
						     "<b>192.0.2.2.8080</b>: P 1:76(75) ack 1 win "
						     "23 "
						     "&lt;nop,nop,timestamp 1 2&gt;</div>\n<pre>" T(
							     5) "IP 192.0.2.2.8080 &gt; "
								"192.0.2.1.36692: R 1:1(0) ack 76 "
								"win 23 "
								"&lt;nop,nop,timestamp 2 "
								"1&gt;</pre>",
	  EXCHANGE, NULL, 0, 0 },
	{ "new, wrapped by a forum at blanks and in words",
	  T(1) "IP " A4
	       "Flags [S], seq\n1000000000, win 5792, options [mss 1460,sackOK,TS val 1 ecr\n"
	       "0], length 0\n" T(
		       2) "IP 192.0.2.2.8080 >\n192.0.2.1.36692: Flags [S.], seq 20000\n00000, ack "
			  "10000\n"
			  "00001, win 5792, options [mss 14\n60,sackOK,TS val 2 ecr 1], length "
			  "0\n" T(3) "\nIP " A4
				     "Flags [.], ack 1,\nwin 2\n3, options [nop,no\np,TS val 1 ecr "
				     "2], length 0\n" T(
					     4) "IP 192.0.2.\n1.36692 > 192.0.2.2.8080: Fla\ngs "
						"[P.], seq 1:76, ack 1, win 23, "
						"options [nop,nop,TS val 1 ecr 2], length 7\n5\n"
						"> " T(5) "IP " B4
							  "Flags [R.], seq 1, ack 76,\n> win 23, "
							  "options [nop,nop,TS val 2 ecr\n"
							  "> 1], length 0\n",
	  EXCHANGE, NULL, 0, 0 },
	{ "old, wrapped before and in the options, doubled line ends",
	  T(1) "IP " A4 "S 1000000000:1000000000(0) win 5792\n<mss 1460,sackOK,timestamp 1 0>\n" T(
		  2) "IP " B4
		     "S 2000000000:2000000000(0)\n\nack 1000000001 win 57\n\n92 <mss 1460,\n\n"
		     "sackOK,timestamp 2 1>\n\n" T(
			     3) "IP " A4
				". ack 1\nwin 23 <nop,nop,time\nstamp 1 2>\n" T(
					4) "IP " A4
					   "P\n1:76(75) ack 1 win 23 <nop,nop,timestamp 1 2>\n" T(
						   5) "IP " B4 "R 1:1(0) ack 7\n6 win 23 "
						      "<nop,nop,timestamp 2 1>\n",
	  EXCHANGE, NULL, 0, 0 },
	{ "full-width punctuation of an input method, UTF-8 and GBK prose",
	  "\xe6\x9c\x8d\xe5\x8a\xa1\xe5\x99\xa8\xef\xbc\x9a" T(
		  1) "IP 192.0.2.1.36692 "
		     "\xef\xbc\x9e 192.0.2.2.8080\xef\xbc\x9a Flags "
		     "\xef\xbc\xbbS\xef\xbc\xbd\xef\xbc\x8c "
		     "seq 1000000000\xef\xbc\x8c win 5792, options [mss 1460,sackOK,TS val 1 ecr "
		     "0], length 0\n"
		     "\xb7\xfe\xce\xf1\xc6\xf7\xa3\xba" T(
			     2) "IP 192.0.2.2.8080 \xa3\xbe 192.0.2.1.36692\xa3\xba "
				"Flags [S.], seq 2000000000, ack 1000000001\xa3\xac win 5792, "
				"options [mss 1460,sackOK,TS val 2 ecr 1], length 0\n" T(
					3) "IP " A4 "Flags [.], ack 1, win 23, options [nop,nop,TS "
					   "val 1 ecr 2], length 0 "
					   "\xe2\x86\x90 \xe6\x8f\xa1\xe6\x89\x8b\n" T(
						   4) "IP\xc2\xa0" A4
						      "Flags [P.], seq 1:76, ack 1, win 23, "
						      "options [nop,nop,TS val 1 ecr 2],"
						      " length 75\n"
						      "\x1b[01;31m" T(5) "\x1b[mIP " B4
									 "Flags [R.], seq 1, ack "
									 "76, win 23, options "
									 "[nop,nop,TS val 2 ecr "
									 "1], length 0\n",
	  EXCHANGE, NULL, 0, 0 },
	{ "absolute numbers (-S)",
	  T(1) "IP " A4
	       "Flags [S], seq 1000000000, win 5792, options [mss 1460,sackOK,TS val 1 ecr "
	       "0], length 0\n" T(
		       2) "IP " B4
			  "Flags [S.], seq 2000000000, ack 1000000001, win 5792, options [mss 1460,"
			  "sackOK,TS val 2 ecr 1], length 0\n" T(
				  3) "IP " A4 "Flags [.], ack 2000000001, win 23, options "
				     "[nop,nop,TS val 1 ecr 2], length "
				     "0\n" T(4) "IP " A4 "Flags [P.], seq 1000000001:1000000076, "
						"ack 2000000001, win 23, options [nop,"
						"nop,TS val 1 ecr 2], length 75\n" T(
							5) "IP " B4 "Flags [R.], seq 2000000001, "
							   "ack 1000000076, win 23, "
							   "options [nop,nop,TS val "
							   "2 ecr 1], length 0\n",
	  EXCHANGE, NULL, 0, 0 },
	{ "a filter takes the whole connection",
	  T(1) "IP " A4 "Flags [.], ack 9, win 5, length 0\n" T(
		  1) "IP 192.0.2.9.1 > 192.0.2.2.8080: Flags [.], ack 9, win 5, length "
		     "0\n" T(2) "IP " B4 "Flags [R], seq 9, win 0, length 0\n",
	  AB "A ack=9 len=0 win=5\n" BA "R len=0 win=0\n", "tcp[tcpflags] & tcp-rst != 0", 0, 0 },
	{ "two lines a packet (-v), HTTP below",
	  T(1) "IP (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto TCP (6), length 60)\n"
	       "    " A4
	       "Flags [P.], cksum 0x1 (correct), seq 1:76, ack 1, win 5, length 75: HTTP, length: "
	       "75\n\tGET /index.html HTTP/1.1\n\tHost: www.example.com\n\n" T(
		       2) "IP (tos 0x0, ttl 63, id 2, offset 0, flags [none], proto TCP (6), "
			  "length 60)\n"
			  "    " B4 "Flags [P.], cksum 0x1 (incorrect -> 0x2), seq 1:101, ack 76, "
			  "win 5, length 100: "
			  "HTTP, length: 100\n\tHTTP/1.1 413 Request Entity Too "
			  "Large\n\tConnection: close\n",
	  AB "PA seq=1 ack=1 len=75 win=5 ttl=64 id=1DF tos=0 sum=ok hint=6\n" BA
	     "PA seq=1 ack=76 len=100 win=5 ttl=63 id=2 tos=0 sum=bad http=413close\n",
	  NULL, 0, 0 },
	{ "ASCII dump (-A)",
	  T(1) "IP " B4 "Flags [P.], seq 1:101, ack 76, win 5, length 100\n"
	       "E..x@.@....P..HTTP/1.1 502 Bad Gateway\nConnection: close\n\n" T(
		       2) "IP " A4 "Flags [.], ack 101, win 5, length 0\nE..4@.@.\n",
	  BA "PA seq=1 ack=76 len=100 win=5 http=502close\n" AB "A ack=101 len=0 win=5\n", NULL, 0,
	  0 },
	{ "hex dump (-x) gives what the line does not",
	  T(1) "IP " A4 "Flags [R], seq 5, win 0, length 0\n"
	       "\t0x0000:  4500 0028 0007 4000 3f06 0000 c000 0201  E..(..@.?.......\n"
	       "\t0x0010:  c000 0202 8f54 1f90 0000 0005 0000 0000  .....T..........\n"
	       "\t0x0020:  5004 0000 0000 0000                      P.......\n",
	  AB "R seq=5 len=0 win=0 ttl=63 id=7DF tos=0 sum=bad\n", NULL, 0, 0 },
	{ "a hex dump of another packet is not believed",
	  T(1) "IP " A4 "Flags [R], seq 5, win 0, length 0\n"
	       "\t0x0000:  4500 0028 0007 4000 3f06 0000 c000 0209  E..(..@.?.......\n"
	       "\t0x0010:  c000 0202 8f54 1f90 0000 0005 0000 0000  .....T..........\n"
	       "\t0x0020:  5004 0000 0000 0000                      P.......\n",
	  AB "R seq=5 len=0 win=0\n", NULL, 0, 0 },
	{ "what an ICMP error quotes was not sent again; a tunnel's inner packet was",
	  T(1) "IP 192.0.2.9 > 192.0.2.1: ICMP host 192.0.2.2 unreachable, length 68\n"
	       "\tIP (tos 0x0, ttl 64, id 1, offset 0, flags [DF], proto TCP (6), length 60)\n"
	       "    " A4 "Flags [.], seq 1, ack 1, win 5, length 0\n" T(
		       2) "IP 198.51.100.1.9 > 198.51.100.2.4789: VXLAN, flags [I] (0x08), vni 1\n"
			  "IP " A4 "Flags [.], ack 1, win 5, length 0\n",
	  AB "A ack=1 len=0 win=5 tunnel\n", NULL, 0, 2 },
	{ "starts in the middle: numbers stay as printed, a bare reset's says nothing",
	  T(1) "IP " A4 "P 1:76(75) ack 1 win 23\n" T(2) "IP " B4 ". ack 76 win 23\n" T(
		  3) "IP " B4 "R 2000000001:2000000001(0) win 0\n",
	  AB "PA seq=1 ack=1 len=75 win=23 opts?\n" BA "A ack=76 len=0 win=23 opts?\n" BA
	     "R len=0 win=0 opts?\n",
	  NULL, 0, 0 },
	{ "tcpdump started in the middle: its first line is absolute",
	  T(1) "IP " A4
	       "Flags [P.], seq 1000000000:1000000075, ack 2000000000, win 5, length 75\n" T(
		       2) "IP " B4 "Flags [.], ack 75, win 5, options [nop,nop,sack 1 {150:225}], "
			  "length 0\n" T(3) "IP " B4 "Flags [R], seq 2000000000, win 0, length 0\n",
	  AB "PA seq=1000000000 ack=2000000000 len=75 win=5\n" BA
	     "A ack=1000000075 len=0 win=5 sack=1000000150-1000000225\n" BA
	     "R seq=2000000000 len=0 win=0\n",
	  NULL, 0, 0 },
	{ "a stack with small numbers: the second line shows that the first was absolute",
	  T(1) "IP " A4 "Flags [P.], seq 96233:96265, ack 110237, win 5, length 32\n" T(
		  2) "IP " B4
		     "Flags [P.], seq 1:11, ack 32, win 5, length 10\n" T(
			     3) "IP " A4 "Flags [.], ack 11, win 5, length 0\n",
	  AB "PA seq=96233 ack=110237 len=32 win=5\n" BA "PA seq=110237 ack=96265 len=10 win=5\n" AB
	     "A ack=110247 len=0 win=5\n",
	  NULL, 0, 0 },
	{ "one direction only: data is relative to the byte after the SYN",
	  T(1) "IP " A4 "Flags [S], seq 1000000000, win 5, length 0\n" T(
		  2) "IP " A4
		     "Flags [.], ack 2000000001, win 5, length 0\n" T(
			     3) "IP " A4 "Flags [P.], seq 0:75, ack 1, win 5, length 75\n",
	  AB "S seq=1000000000 len=0 win=5\n" AB "A ack=2000000001 len=0 win=5\n" AB
	     "PA seq=1000000001 ack=2000000001 len=75 win=5\n",
	  NULL, 0, 0 },
	{ "refused, twice from one port",
	  T(1) "IP " A4 "Flags [S], seq 1000000000, win 5, length 0\n" T(
		  2) "IP " B4
		     "Flags [R.], seq 0, ack 1000000001, win 0, length 0\n" T(
			     3) "IP " A4
				"Flags [S], seq 3000000000, win 5, length 0\n" T(
					4) "IP " B4
					   "Flags [R.], seq 0, ack 2000000001, win 0, length 0\n",
	  AB "S seq=1000000000 len=0 win=5\n" BA "RA seq=0 ack=1000000001 len=0 win=0\n" AB
	     "S seq=3000000000 len=0 win=5\n" BA "RA seq=0 ack=3000000001 len=0 win=0\n",
	  NULL, 0, 0 },
	{ "options that a page swallowed are not taken for absent",
	  T(1) "IP " A4 "S 1000000000:1000000000(0) win 5792 \n" T(
		  2) "IP " A4
		     "R 1000000001:1000000001(0) win 0\n" T(
			     3) "IP " A4
				"S 1000000000:1000000000(0) win 5792 <mss 1460>\n" T(
					4) "IP " A4 "R 1000000001:1000000001(0) win 0\n",
	  AB "S seq=1000000000 len=0 win=5792 opts?\n" AB "R seq=1000000001 len=0 win=0 opts?\n" AB
	     "S seq=1000000000 len=0 win=5792 mss=1460\n" AB "R seq=1000000001 len=0 win=0\n",
	  NULL, 0, 0 },
	{ "names, -q and lines that are not understood are counted",
	  T(1) "IP web1.example.com.36692 > db.http: Flags [.], ack 5, win 9, length 0\n" T(
		  2) "IP " A4
		     "tcp 75\n" T(3) "IP " A4 "Flags [Q], ack 5, win 9, length 0\n" T(
			     4) "IP " A4
				"\nprose\n" T(5) "IP " A4 "UDP, length 5\n" T(
					6) "ARP, Reply 192.0.2.1 is-at x\n",
	  "", NULL, 4, 2 },
	{ "an answer that was cut by hand still tells its flags",
	  T(1) "IP " A4 "Flags [R.], seq 1, ack 76, ...\n\nand then nothing\n",
	  AB "RA seq=1 ack=76 len=0 opts?\n", NULL, 0, 0 },
};

static int collect(struct source_state *state, char *text, size_t size, int batch)
{
	struct observation obs[64];
	size_t length = 0;
	int n, total = 0;

	text[0] = 0;
	while ((n = source_tcpdump_text.read(state, obs, batch)) > 0) {
		int i;

		for (i = 0; i < n; i++, total++) {
			struct show show;

			length += (size_t)snprintf(text + length, size - length, "%s\n",
						   show_observation(&show, &obs[i]));
			assert_true(length < size);
		}
	}
	return total;
}

static struct source_state *open_text(const char *text, size_t bytes, const char *filter)
{
	struct source_options options = { .filter = filter };
	struct source_state *state = NULL;
	struct input *input = NULL;
	char problem[160] = "";

	assert_int_equal(input_open_memory((const uint8_t *)text, bytes, &input), 0);
	if (source_tcpdump_text.open(input, &options, &state, problem) < 0)
		fail_msg("%s", problem);
	return state;
}

static void test_pastes(void **unused)
{
	size_t i, failed = 0;
	int batch;

	(void)unused;
	for (i = 0; i < sizeof(pastes) / sizeof(pastes[0]); i++) {
		const struct paste *paste = &pastes[i];

		assert_true(source_tcpdump_text.recognize((const uint8_t *)paste->text,
							  strlen(paste->text)) > 0);
		for (batch = 1; batch <= 64; batch *= 8) {
			struct source_state *state =
				open_text(paste->text, strlen(paste->text), paste->filter);
			const struct source_counts *counts = source_tcpdump_text.counts(state);
			char text[4096];

			collect(state, text, sizeof(text), batch);
			if (strcmp(text, paste->expected) != 0) {
				print_error("%s\ngives\n%sexpected\n%s\n", paste->name, text,
					    paste->expected);
				failed++;
			}
			if (counts->unparsed_lines != paste->unparsed ||
			    counts->not_tcp != paste->not_tcp) {
				print_error("%s: %u not understood, %u not TCP\n", paste->name,
					    (unsigned)counts->unparsed_lines,
					    (unsigned)counts->not_tcp);
				failed++;
			}
			source_tcpdump_text.close(state);
			if (failed)
				break;
		}
	}
	assert_int_equal(failed, 0);
}

/* Cut off at every byte: nothing worse than fewer packets. */
static void test_every_cut(void **unused)
{
	char text[4096];
	size_t i, bytes;

	(void)unused;
	for (i = 0; i < sizeof(pastes) / sizeof(pastes[0]); i++) {
		for (bytes = 0; bytes < strlen(pastes[i].text); bytes += 3) {
			char *copy = malloc(bytes + 1);
			struct source_state *state;

			assert_non_null(copy);
			memcpy(copy, pastes[i].text, bytes);
			state = open_text(copy, bytes, NULL);
			collect(state, text, sizeof(text), 64);
			source_tcpdump_text.close(state);
			free(copy);
		}
	}
}

static void test_recognize(void **unused)
{
	static const char *const strangers[] = {
		"",
		"hello\n",
		"GET / HTTP/1.1\r\n\r\n",
		"\xd4\xc3\xb2\xa1\x02\x00\x04\x00",
		"14:01:03.567888 ERROR connection reset: 192.0.2.1 > 192.0.2.2\n",
		"14:01:03 nginx[1]: upstream prematurely closed\n",
		"a > b: c\n",
		"{\"a\": 1}\n",
	};
	size_t i;

	(void)unused;
	for (i = 0; i < sizeof(strangers) / sizeof(strangers[0]); i++)
		if (source_tcpdump_text.recognize((const uint8_t *)strangers[i],
						  strlen(strangers[i])) != 0)
			fail_msg("taken for tcpdump: %s", strangers[i]);
}

static void test_filter_words(void **unused)
{
	struct source_options options = { .filter = "prot 80" };
	struct source_state *state = NULL;
	struct input *input = NULL;
	char problem[160] = "";

	(void)unused;
	assert_int_equal(input_open_memory((const uint8_t *)"x", 1, &input), 0);
	assert_true(source_tcpdump_text.open(input, &options, &state, problem) < 0);
	assert_true(problem[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pastes),
		cmocka_unit_test(test_every_cut),
		cmocka_unit_test(test_recognize),
		cmocka_unit_test(test_filter_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
