/* SPDX-License-Identifier: MIT */
/*
 * A connection pushed by hand, segment by segment, and the verdict about how it ended.
 *
 *	cc push.c $(pkg-config --cflags --libs whyrst) -o push && ./push
 *
 * A client (192.0.2.10) connects to a server (198.51.100.20:8080) and sends 75 bytes. The server's
 * kernel acknowledges them; 0.66 ms later the server resets the connection.
 */
#include <stdio.h>
#include <string.h>

#include "whyrst.h"

#define CLIENT_SEQ 1231228012u
#define SERVER_SEQ 909133089u

static const struct whyrst_endpoint client = { 4, { 192, 0, 2, 10 }, 36692 };
static const struct whyrst_endpoint server = { 4, { 198, 51, 100, 20 }, 8080 };

static int told;

static void print_verdict(void *context, const struct whyrst_verdict *verdict)
{
	char text[512];
	int i;

	(void)context;
	told++;
	printf("frame %llu: reset by the %s\n", (unsigned long long)verdict->frame, verdict->from);
	printf("class %s (%s)\n", verdict->class_id, verdict->class_confidence);
	printf("cause %s (%s)\n", verdict->cause ? verdict->cause : "unknown",
	       verdict->confidence ? verdict->confidence : "-");
	for (i = 0; i < verdict->alternative_count; i++)
		printf("or    %s (%s)\n", verdict->alternatives[i].cause,
		       verdict->alternatives[i].confidence);
	for (i = 0; i < verdict->evidence_count; i++)
		printf("fact  %s = %lld\n", verdict->evidence[i].id,
		       (long long)verdict->evidence[i].value);
	printf("request: %u bytes sent, %u acknowledged, %u answered; executed: %s\n",
	       (unsigned int)verdict->request_sent, (unsigned int)verdict->request_acked,
	       (unsigned int)verdict->request_answered, verdict->executed);
	if (whyrst_verdict_text(verdict, WHYRST_TEXT_SUMMARY, "en", text, sizeof(text)) > 0)
		printf("%s\n", text);
	if (whyrst_verdict_text(verdict, WHYRST_TEXT_SUMMARY, "zh", text, sizeof(text)) > 0)
		printf("%s\n", text);
}

static int push(struct whyrst *whyrst, int from_client, int64_t time_us, int flags, uint32_t seq,
		uint32_t ack, uint32_t bytes)
{
	static uint64_t frame;
	struct whyrst_segment segment;

	memset(&segment, 0, sizeof(segment));
	segment.size = sizeof(segment);
	segment.source = from_client ? client : server;
	segment.destination = from_client ? server : client;
	segment.time_ns = 1500000000000000000 + time_us * 1000;
	segment.frame = ++frame;
	segment.known =
		WHYRST_KNOWS_TIME | WHYRST_KNOWS_SEQ | WHYRST_KNOWS_WINDOW | WHYRST_KNOWS_OPTIONS;
	segment.flags = (uint8_t)flags;
	segment.seq = seq;
	segment.ack = ack;
	segment.payload_bytes = bytes;
	segment.window = flags & WHYRST_SYN ? 5792 : 23;
	segment.options = WHYRST_OPTION_TIMESTAMPS;
	segment.ts_value = (from_client ? 174530727u : 168900338u) + (uint32_t)(time_us / 1000);
	segment.ts_echo = from_client ? 168900338u : 174530727u;
	if (flags & WHYRST_SYN) {
		segment.options |= WHYRST_OPTION_MSS | WHYRST_OPTION_WINDOW_SCALE |
				   WHYRST_OPTION_SACK_PERMITTED;
		segment.mss = 1460;
		segment.window_scale = 8;
	}
	return whyrst_push(whyrst, &segment);
}

int main(void)
{
	struct whyrst_config config;
	struct whyrst_counts counts;
	struct whyrst *whyrst;
	uint32_t c = CLIENT_SEQ + 1, s = SERVER_SEQ + 1;
	int problems = 0;

	memset(&config, 0, sizeof(config));
	config.size = sizeof(config);
	config.hash_key[0] = 0x0123456789abcdef; /* in earnest: getrandom() */
	config.reset = print_verdict;
	if (whyrst_new(&config, &whyrst) < 0)
		return 1;
	problems |= push(whyrst, 1, 0, WHYRST_SYN, CLIENT_SEQ, 0, 0);
	problems |= push(whyrst, 0, 81, WHYRST_SYN | WHYRST_ACK, SERVER_SEQ, c, 0);
	problems |= push(whyrst, 1, 90, WHYRST_ACK, c, s, 0);
	problems |= push(whyrst, 1, 134, WHYRST_PSH | WHYRST_ACK, c, s, 75);
	problems |= push(whyrst, 0, 222, WHYRST_ACK, s, c + 75, 0);
	problems |= push(whyrst, 0, 881, WHYRST_RST | WHYRST_ACK, s, c + 75, 0);
	whyrst_finish(whyrst);
	whyrst_get_counts(whyrst, &counts);
	printf("%llu segments, %llu connections, %llu resets\n",
	       (unsigned long long)counts.segments, (unsigned long long)counts.connections,
	       (unsigned long long)counts.resets);
	whyrst_free(whyrst);
	return problems || told != 1;
}
