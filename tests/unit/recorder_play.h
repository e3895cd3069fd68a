/* SPDX-License-Identifier: MIT */
/* Connections played to a recorder, and its file read again. */
#ifndef WHYRST_TESTS_RECORDER_PLAY_H
#define WHYRST_TESTS_RECORDER_PLAY_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture_build.h"
#include "run/recorder.h"
#include "sources/wire.h"
#include "wire/packet.h"

#define SECOND INT64_C(1000000000)
#define START (INT64_C(1700000000) * SECOND)
#define SECRET "payload-of-somebody"

static char folder[64], path[96];

static inline int set_up(void **state)
{
	(void)state;
	strcpy(folder, "/tmp/whyrst-recorder-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	snprintf(path, sizeof(path), "%s/file.pcapng", folder);
	return 0;
}

static inline int tear_down(void **state)
{
	char link[128];

	(void)state;
	unlink(path);
	snprintf(link, sizeof(link), "%s/link", folder);
	unlink(link);
	return rmdir(folder);
}

/* --- packets -----------------------------------------------------------------------------------
 */

struct shot {
	uint16_t link;
	int family;
	uint16_t port; /* of the client */
	bool from_server;
	uint8_t flags;
	uint32_t seq, ack;
	const char *payload;
	int64_t time_ns;
	uint32_t trailer; /* bytes behind the packet, as Ethernet fills up */
};

static const uint8_t mac[2][6] = { { 2, 0, 0, 0, 0, 1 }, { 2, 0, 0, 0, 0, 2 } };

static inline struct endpoint end_of(const struct shot *shot, bool server)
{
	struct endpoint end = { .port = server ? 80 : shot->port,
				.family = shot->family == 4 ? ADDR_IP4 : ADDR_IP6 };

	if (shot->family == 4)
		memcpy(end.ip, server ? "\xc6\x33\x64\x02" : "\xc0\x00\x02\x01", 4);
	else
		memcpy(end.ip, "\x20\x01\x0d\xb8", 4), end.ip[15] = server ? 2 : 1;
	return end;
}

static inline void put_link(struct packet *packet, const struct shot *shot)
{
	uint8_t head[20] = { [9] = 1, [11] = 6 };

	if (shot->link == LINK_ETHERNET) {
		packet_put16(packet, shot->family == 4 ? 0x0800 : 0x86dd);
		packet_put(packet, mac[shot->from_server], 6);
		packet_put(packet, mac[!shot->from_server], 6);
		return;
	}
	head[0] = shot->family == 4 ? 0x08 : 0x86;
	head[1] = shot->family == 4 ? 0x00 : 0xdd;
	head[7] = 3; /* interface */
	head[10] = shot->from_server ? 4 : 0;
	memcpy(head + 12, mac[shot->from_server], 6);
	packet_put(packet, head, sizeof(head));
}

static inline void put_ip(struct packet *packet, const struct shot *shot, uint32_t length)
{
	struct endpoint from = end_of(shot, shot->from_server);
	struct endpoint to = end_of(shot, !shot->from_server);
	uint8_t head4[20] = {
		0x45, 0, (uint8_t)(length >> 8), (uint8_t)length, 0, 7, 0x40, 0, 64, 6
	};
	uint8_t head6[40] = { 0x60, 0, 0, 0, (uint8_t)((length - 40) >> 8), (uint8_t)(length - 40),
			      6,    64 };

	if (shot->family == 4) {
		memcpy(head4 + 12, from.ip, 4);
		memcpy(head4 + 16, to.ip, 4);
		packet_put(packet, head4, sizeof(head4));
	} else {
		memcpy(head6 + 8, from.ip, 16);
		memcpy(head6 + 24, to.ip, 16);
		packet_put(packet, head6, sizeof(head6));
	}
}

static inline void take(struct recorder *recorder, struct shot shot)
{
	static const uint8_t options[12] = { 1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2 };
	static const uint8_t nothing[64];
	static struct packet packet;
	const char *payload = shot.payload ? shot.payload : "";
	uint32_t ip = shot.family == 4 ? 20 : 40;
	uint8_t tcp[20] = { 0 };
	struct wire_packet seen;
	struct observation obs;

	packet_start(&packet);
	packet_put(&packet, nothing, shot.trailer);
	packet_put(&packet, payload, (uint32_t)strlen(payload));
	packet_put(&packet, options, sizeof(options));
	for (int i = 0; i < 4; i++) {
		tcp[4 + i] = (uint8_t)(shot.seq >> (24 - 8 * i));
		tcp[8 + i] = (uint8_t)(shot.ack >> (24 - 8 * i));
	}
	tcp[shot.from_server ? 2 : 0] = (uint8_t)(shot.port >> 8);
	tcp[shot.from_server ? 3 : 1] = (uint8_t)shot.port;
	tcp[shot.from_server ? 1 : 3] = 80;
	tcp[12] = 0x80;
	tcp[13] = shot.flags;
	packet_put(&packet, tcp, sizeof(tcp));
	put_ip(&packet, &shot, ip + 32 + (uint32_t)strlen(payload));
	put_link(&packet, &shot);
	seen = (struct wire_packet){ packet_bytes(&packet), packet_length(&packet),
				     packet_length(&packet), shot.link, shot.time_ns };
	assert_int_equal(
		packet_decode(shot.link, seen.bytes, seen.captured, seen.length, true, &obs),
		PACKET_TCP);
	recorder_take(recorder, &seen, &obs);
}

/* --- verdicts ----------------------------------------------------------------------------------
 */

static inline void keep(struct recorder *recorder, const struct shot *reset, const char *comment)
{
	struct evidence ev = {
		.client = end_of(reset, false),
		.server = end_of(reset, true),
		.resetter_is_client = !reset->from_server,
		.has_time = true,
		.has_date = true,
		.reset_ns = reset->time_ns,
		.rst_seq = reset->seq,
		.rst_known = SEEN_SEQ,
	};
	struct verdict verdict = { .evidence = &ev, .id = 7 };

	recorder_keep(recorder, &verdict, comment);
}

static inline struct recorder *open_new(uint16_t link, bool payload, size_t memory_bytes)
{
	struct recorder_options options = { .payload = payload, .memory_bytes = memory_bytes };
	char problem[RECORDER_PROBLEM_BYTES] = "";
	struct recorder *recorder = NULL;

	unlink(path);
	if (recorder_open_file(path, &options, link, &recorder, problem) < 0)
		fail_msg("%s", problem);
	return recorder;
}

/* Segments, a reset, a few after it; another connection in between that nothing happens to. */
static inline struct shot play(struct recorder *recorder, struct shot like, int segments)
{
	struct shot other = like, reset;
	int i;

	other.port = (uint16_t)(like.port + 1);
	like.payload = other.payload = SECRET;
	like.seq = 1000;
	for (i = 0; i < segments; i++) {
		like.flags = i ? TCP_ACK | TCP_PSH : TCP_SYN;
		like.time_ns = START + i * SECOND;
		take(recorder, like);
		other.time_ns = like.time_ns + 1000;
		other.flags = TCP_ACK;
		other.seq = (uint32_t)i * 100;
		take(recorder, other);
		like.seq += 19;
	}
	reset = like;
	reset.from_server = !like.from_server;
	reset.flags = TCP_RST | TCP_ACK;
	reset.seq = 5;
	reset.payload = "";
	reset.time_ns = START + i * SECOND;
	take(recorder, reset);
	like.time_ns = reset.time_ns + SECOND / 10;
	take(recorder, like);
	like.seq += 19;
	like.time_ns = reset.time_ns + SECOND * 6 / 10; /* too late */
	take(recorder, like);
	return reset;
}

/* --- what is in the file -----------------------------------------------------------------------
 */

struct content {
	struct reading reading;
	struct file file;
	int comments;
	int comment_at[8]; /* number of the packet, from 0 */
	char comment[8][5000];
};

/* Packets as any reader sees them; comments from the blocks themselves. */
static inline void read_content(struct content *content)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), packet = 0;
	ssize_t got;
	size_t at = 0;

	memset(content, 0, sizeof(*content));
	content->file.room = 4 << 20;
	content->file.bytes = malloc(content->file.room);
	assert_true(fd >= 0 && content->file.bytes);
	while ((got = read(fd, content->file.bytes + content->file.count,
			   content->file.room - content->file.count)) > 0)
		content->file.count += (size_t)got;
	close(fd);
	read_file(&content->file, &content->reading);
	assert_int_equal(content->reading.opened, 0);
	assert_false(content->reading.counts.truncated || content->reading.counts.corrupt);
	while (at < content->file.count) {
		const uint8_t *block = content->file.bytes + at;
		uint32_t head[7], length, option;

		memcpy(head, block, sizeof(head));
		length = head[1];
		assert_true(length >= 12 && length % 4 == 0 && at + length <= content->file.count);
		assert_memory_equal(block + length - 4, &length, 4);
		for (option = 28 + ((head[5] + 3) & ~3u); head[0] == 6 && option + 8 <= length;) {
			uint16_t what[2];

			memcpy(what, block + option, 4);
			if (what[0] == 1 && content->comments < 8) {
				content->comment_at[content->comments] = packet;
				memcpy(content->comment[content->comments++], block + option + 4,
				       what[1]);
			}
			option += 4 + ((what[1] + 3u) & ~3u);
		}
		packet += head[0] == 6;
		at += length;
	}
}

static inline bool has_bytes(const struct content *content, const char *text)
{
	return memmem(content->file.bytes, content->file.count, text, strlen(text));
}

#endif
