/* SPDX-License-Identifier: MIT */
/* TCP: options, checksums, the text of a reset, and hints from payloads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "packet_build.h"
#include "wire/packet.h"

static struct packet packet;

static void decode(struct observation *ret_obs)
{
	assert_int_equal(packet_decode(LINK_RAW, packet_bytes(&packet), packet_length(&packet),
				       packet_length(&packet), true, ret_obs),
			 PACKET_TCP);
}

/* A segment of @flags with these options (a multiple of 4 bytes, in hex) and this payload. */
static void build(uint8_t flags, const char *options, const void *payload, uint32_t bytes)
{
	uint8_t list[40];
	uint32_t count = 0;
	unsigned int value;

	for (; sscanf(options, "%2x", &value) == 1 && options[0]; options += 2)
		list[count++] = (uint8_t)value;
	packet_start(&packet);
	packet_put(&packet, payload, bytes);
	packet_tcp(&packet, 4, flags, list, count);
	packet_put_ip4(&packet, 6);
}

static struct observation options_of(const char *hex)
{
	struct observation obs;

	build(TCP_ACK, hex, NULL, 0);
	decode(&obs);
	assert_true(obs.seen & SEEN_OPTIONS);
	return obs;
}

static void test_options(void **unused)
{
	struct observation obs;

	(void)unused;
	obs = options_of("0204058c0402080a000000010000000201030307");
	assert_int_equal(obs.options, OPTION_MSS | OPTION_SACK_OK | OPTION_TS | OPTION_WSCALE);
	assert_int_equal(obs.mss, 1420);
	assert_int_equal(obs.wscale, 7);
	assert_int_equal(obs.ts_value, 1);
	assert_int_equal(obs.ts_echo, 2);
	obs = options_of("0101080a00000001000000020101050a0000000a0000001e");
	assert_int_equal(obs.options, OPTION_TS | OPTION_SACK);
	assert_int_equal(obs.sack_left, 10);
	assert_int_equal(obs.sack_right, 30);
	/* Two blocks: the first one counts. */
	obs = options_of("010105120000000a0000001e000000280000003c");
	assert_int_equal(obs.sack_left, 10);
	assert_int_equal(obs.sack_right, 30);
	assert_int_equal(options_of("13120000000000000000000000000000000001"
				    "01")
				 .options,
			 OPTION_MD5);
	assert_int_equal(options_of("1d100102000000000000000000000000").options, OPTION_AO);
	assert_int_equal(options_of("2202"
				    "0101")
				 .options,
			 OPTION_TFO);
	assert_int_equal(options_of("fe04f989").options, OPTION_TFO);
	/* Another experiment (SMC-R), and user timeout. */
	assert_int_equal(options_of("fe06e2d4c3d90101").options, OPTION_OTHER);
	assert_int_equal(options_of("1c04803c").options, OPTION_OTHER);
	assert_int_equal(options_of("").options, 0);
	assert_int_equal(options_of("01010100").options, 0);
}

static void test_mptcp(void **unused)
{
	struct observation obs;

	(void)unused;
	obs = options_of("1e048106");
	assert_int_equal(obs.options, OPTION_MPTCP);
	assert_int_equal(obs.mptcp_subtypes, 1 << MPTCP_TCPRST);
	assert_int_equal(obs.mptcp_reason, 6);
	obs = options_of("1e0c700001020304050607081e048002");
	assert_int_equal(obs.mptcp_subtypes, 1 << MPTCP_FASTCLOSE | 1 << MPTCP_TCPRST);
	assert_int_equal(obs.mptcp_reason, 2);
	assert_int_equal(options_of("1e0401811e041005").mptcp_subtypes,
			 1 << MPTCP_CAPABLE | 1 << MPTCP_JOIN);
}

/* Lists that contradict themselves end there; nothing before is lost, nothing behind is invented.
 */
static void test_options_damaged(void **unused)
{
	struct observation obs;

	(void)unused;
	obs = options_of("020405b4080a0000");
	assert_int_equal(obs.options, OPTION_MSS);
	assert_int_equal(options_of("020405b408000000").options, OPTION_MSS);
	assert_int_equal(options_of("020405b408010000").options, OPTION_MSS);
	assert_int_equal(options_of("01010108").options, 0);
	/* A length that is wrong for its kind. */
	assert_int_equal(options_of("0205000000030403").options & (OPTION_MSS | OPTION_WSCALE), 0);
	/* After the end of the list there is nothing. */
	assert_int_equal(options_of("00000000020405b4").options, 0);
	assert_int_equal(options_of("1e020101").options, OPTION_OTHER);
}

/* Cut off within the options: what stands there whole is used, but absence proves nothing. */
static void test_options_cut(void **unused)
{
	struct observation obs;
	uint32_t cut;

	(void)unused;
	for (cut = 0; cut <= 20; cut++) {
		build(TCP_SYN, "020405b40402080a000000010000000201030307", NULL, 0);
		assert_int_equal(
			packet_decode(LINK_RAW, packet_bytes(&packet), 40 + cut, 60, true, &obs),
			PACKET_TCP);
		assert_int_equal(!!(obs.seen & SEEN_OPTIONS), cut == 20);
		assert_int_equal(!!(obs.options & OPTION_MSS), cut >= 4);
		assert_int_equal(!!(obs.options & OPTION_SACK_OK), cut >= 6);
		assert_int_equal(!!(obs.options & OPTION_TS), cut >= 16);
		assert_int_equal(!!(obs.options & OPTION_WSCALE), cut >= 20);
		assert_int_equal(obs.payload_bytes, 0);
	}
}

static void test_checksum(void **unused)
{
	static uint8_t payload[1400];
	struct observation obs;
	uint8_t *tcp;
	uint16_t partial;
	uint32_t bytes;

	(void)unused;
	for (bytes = 0; bytes <= 64; bytes++) {
		build(TCP_ACK, "0101080a0000000100000002", payload, bytes);
		decode(&obs);
		assert_true(obs.seen & SEEN_CHECKSUM);
		assert_false(obs.bad_checksum);
		packet_bytes(&packet)[packet_length(&packet) - 1] ^= 0x40;
		decode(&obs);
		assert_true(obs.seen & SEEN_CHECKSUM);
		assert_true(obs.bad_checksum);
	}
	/* Large segments are not worth it, unless they reset. */
	build(TCP_ACK, "", payload, sizeof(payload));
	decode(&obs);
	assert_false(obs.seen & SEEN_CHECKSUM);
	build(TCP_ACK | TCP_RST, "", payload, sizeof(payload));
	decode(&obs);
	assert_true(obs.seen & SEEN_CHECKSUM);
	assert_false(obs.bad_checksum);
	/* Not all of it captured: not known. */
	assert_int_equal(packet_decode(LINK_RAW, packet_bytes(&packet), 60, packet_length(&packet),
				       true, &obs),
			 PACKET_TCP);
	assert_false(obs.seen & SEEN_CHECKSUM);

	/* What the kernel leaves for the device to finish is neither good nor bad. */
	build(TCP_SYN, "020405b4", NULL, 0);
	tcp = packet_bytes(&packet) + 20;
	partial = packet_sum(6 + 24, packet_ip4, 8);
	tcp[16] = (uint8_t)(partial >> 8);
	tcp[17] = (uint8_t)partial;
	decode(&obs);
	assert_false(obs.seen & SEEN_CHECKSUM);
	assert_false(obs.bad_checksum);

	packet_build(&packet, "x");
	packet_tcp(&packet, 6, TCP_RST, NULL, 0);
	packet_put_ip6(&packet, 6);
	decode(&obs);
	assert_true(obs.seen & SEEN_CHECKSUM);
	assert_false(obs.bad_checksum);
}

static void test_reason(void **unused)
{
	static const char text[] = "Go away\x1b[2J";
	struct observation obs;

	(void)unused;
	build(TCP_RST | TCP_ACK, "", text, sizeof(text) - 1);
	decode(&obs);
	assert_int_equal(obs.payload_bytes, sizeof(text) - 1);
	assert_int_equal(obs.reason_bytes, sizeof(text) - 1);
	assert_memory_equal(obs.reason, text, sizeof(text) - 1);
	build(TCP_ACK, "", text, sizeof(text) - 1);
	decode(&obs);
	assert_null(obs.reason);
	assert_int_equal(obs.reason_bytes, 0);
}

static struct observation payload_of(const char *text, size_t bytes)
{
	struct observation obs;

	build(TCP_ACK | TCP_PSH, "", text, (uint32_t)bytes);
	decode(&obs);
	assert_true(obs.seen & SEEN_PAYLOAD);
	return obs;
}

#define PAYLOAD(text) payload_of(text, sizeof(text) - 1)

static void test_tls(void **unused)
{
	struct observation obs;

	(void)unused;
	assert_int_equal(PAYLOAD("\x16\3\1\2\0\1\0\1\xfc\3\3").hint, HINT_TLS_HANDSHAKE);
	assert_int_equal(PAYLOAD("\x17\3\3\0\x20"
				 "abcd")
				 .hint,
			 HINT_TLS_DATA);
	assert_int_equal(PAYLOAD("\x14\3\3\0\1\1").hint, HINT_TLS_CCS);
	obs = PAYLOAD("\x15\3\3\0\2\1\0");
	assert_int_equal(obs.hint, HINT_TLS_ALERT);
	assert_int_equal(obs.tls_alert_level, 1);
	obs = PAYLOAD("\x15\3\3\0\2\2\x28");
	assert_int_equal(obs.tls_alert_level, 2);
	obs = PAYLOAD("\x15\3\3\0\x1a"
		      "0123456789012345678901234567890");
	assert_int_equal(obs.hint, HINT_TLS_ALERT);
	assert_int_equal(obs.tls_alert_level, 0);
	/* Nearly, but not. */
	assert_int_equal(PAYLOAD("\x16\3\1").hint, HINT_OTHER);
	assert_int_equal(PAYLOAD("\x16\2\1\0\5").hint, HINT_OTHER);
	assert_int_equal(PAYLOAD("\x17\3\3\xff\xff").hint, HINT_OTHER);
	assert_int_equal(PAYLOAD("\x17\3\3\0\0").hint, HINT_OTHER);
	assert_int_equal(PAYLOAD("\x18\3\3\0\5").hint, HINT_OTHER);
}

static void test_http(void **unused)
{
	struct observation obs;

	(void)unused;
	assert_int_equal(PAYLOAD("GET / HTTP/1.1\r\nHost: a\r\n\r\n").hint, HINT_HTTP_REQUEST);
	assert_int_equal(PAYLOAD("PROPFIND /x HTTP/1.1\r\n\r\n").hint, HINT_HTTP_REQUEST);
	/* A line too long to be seen whole. */
	assert_int_equal(PAYLOAD("POST /aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa").hint, HINT_HTTP_REQUEST);
	assert_int_equal(PAYLOAD("HELO mail.example.com\r\n").hint, HINT_OTHER);
	assert_int_equal(PAYLOAD("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").hint, HINT_OTHER);
	assert_int_equal(PAYLOAD("SSH-2.0-OpenSSH\r\n").hint, HINT_OTHER);
	assert_int_equal(PAYLOAD("GET").hint, HINT_OTHER);
	assert_int_equal(PAYLOAD("A").hint, HINT_OTHER);
	obs = PAYLOAD("HTTP/1.1 413 Too Large\r\nServer: x\r\nConnection: close\r\n\r\n");
	assert_int_equal(obs.hint, HINT_HTTP_RESPONSE);
	assert_int_equal(obs.http_status, 413);
	assert_true(obs.http_close);
	assert_int_equal(PAYLOAD("HTTP/1.0 200 OK\r\n\r\n").http_status, 200);
	assert_int_equal(PAYLOAD("HTTP/1.1 2x0 OK\r\n\r\n").hint, HINT_OTHER);
	assert_int_equal(PAYLOAD("HTTP/1.1 20").hint, HINT_OTHER);
}

static void test_http_close(void **unused)
{
	static char late[900];
	int length;

	(void)unused;
#define HEAD "GET / HTTP/1.1\r\n"
	assert_true(PAYLOAD(HEAD "CONNECTION:close\r\n\r\n").http_close);
	assert_true(PAYLOAD(HEAD "a: b\nconnection: upgrade, Close\n\n").http_close);
	assert_true(PAYLOAD(HEAD "Connection:  TE,close \r\n").http_close);
	assert_false(PAYLOAD(HEAD "Connection: keep-alive\r\n\r\n").http_close);
	assert_false(PAYLOAD(HEAD "Connection: closed\r\n\r\n").http_close);
	assert_false(PAYLOAD(HEAD "X-Connection: close\r\n\r\n").http_close);
	assert_false(PAYLOAD(HEAD "Proxy-Connection: close\r\n\r\n").http_close);
	/* In the body, or not seen to its end. */
	assert_false(PAYLOAD(HEAD "\r\nConnection: close\r\n").http_close);
	assert_false(PAYLOAD(HEAD "Connection: clo").http_close);
	assert_false(PAYLOAD(HEAD "Connection: close").http_close);
	/* Beyond what is looked at. */
	length = snprintf(late, sizeof(late), HEAD "X: %0500d\r\nConnection: close\r\n\r\n", 0);
	assert_false(payload_of(late, (size_t)length).http_close);
}

static void test_no_hints(void **unused)
{
	struct observation obs;

	(void)unused;
	build(TCP_RST, "", "GET / HTTP/1.1\r\n", 16);
	assert_int_equal(packet_decode(LINK_RAW, packet_bytes(&packet), packet_length(&packet),
				       packet_length(&packet), false, &obs),
			 PACKET_TCP);
	assert_int_equal(obs.hint, HINT_NONE);
	assert_false(obs.seen & SEEN_PAYLOAD);
	assert_null(obs.reason);
	assert_int_equal(obs.payload_bytes, 16);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options),
		cmocka_unit_test(test_mptcp),
		cmocka_unit_test(test_options_damaged),
		cmocka_unit_test(test_options_cut),
		cmocka_unit_test(test_checksum),
		cmocka_unit_test(test_reason),
		cmocka_unit_test(test_tls),
		cmocka_unit_test(test_http),
		cmocka_unit_test(test_http_close),
		cmocka_unit_test(test_no_hints),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
