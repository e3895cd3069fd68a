/* SPDX-License-Identifier: MIT */
/*
 * Writes a large capture for the bench: some hundred clients in front of a few servers, captured at
 * the servers, every connection with its own script, all interleaved in time. Seeded: the same
 * words give the same bytes.
 *
 *   gen [-s SEED] [-n CONNECTIONS] > FILE      connections of all kinds (216,000 make 1 GB)
 *   gen [-s SEED] -f CONNECTIONS > FILE        a SYN flood: as many half-open connections
 *
 * Packets are what two Linux ends send: ids of a socket count up, a reset without a socket has id
 * 0, window 0 and no options, a live socket's reset has all of them. Answers come in pieces of two
 * segments, as segmentation offload shows them to a capture. Checksums are right. What was
 * written is counted on standard error.
 */
#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "segment.h"

enum {
	CLIENTS = 508, /* 192.0.2.1-254 and 203.0.113.1-254 */
	SERVERS = 8,   /* 198.51.100.10-17 */
	BLOB = 1 << 16,
	CONNECTIONS = 216000,
};

#define START_NS 1773738000000000000LL /* 2026-03-17T09:00:00Z */
#define SPAN_NS 600000000000LL

/*
 * Scripts, one letter a step. Upper case: the client, lower case: the server.
 *   S SYN  s SYN-ACK  A/a ACK  Q request  p response (several segments, acknowledged on the way)
 *   F/f FIN  X/x reset of a live socket  R/r reset without a socket  z refusal  D late small data
 *   i a long silence  , a short one
 */
struct shape {
	const char *name;
	const char *steps;
	int weight; /* of 1000 */
	bool reset;
};

static const struct shape shapes[] = {
	{ "normal, server closes", "SsAQp,fAFa", 200, false },
	{ "normal, client closes", "SsAQapFafA", 130, false },
	{ "normal, kept alive", "SsAQapi,QpFafA", 195, false },
	{ "still open at the end", "SsAQapii", 30, false },
	{ "refused", "Sz", 75, true },
	{ "closed with unread bytes", "SsAQax", 90, true },
	{ "closed with unread bytes, late", "SsAQap,Qai,x", 20, true },
	{ "linger zero after an answer", "SsAQap,x", 65, true },
	{ "client aborts", "SsAQapQa,X", 40, true },
	{ "client aborts in a response", "SsAQapXpR", 20, true },
	{ "keep-alive race", "SsAQapifQr", 45, true },
	{ "write after close", "SsAQapfA,Qr", 30, true },
	{ "farewell after close", "SsAQapfADr", 20, true },
	{ "forgotten, then used", "SsAQapi,Qr", 40, true },
};

#define SHAPE_COUNT ((int)(sizeof(shapes) / sizeof(shapes[0])))

struct connection {
	int64_t next_ns;
	const char *step;
	struct end client;
	struct end server;
	uint32_t rtt_us;
	uint16_t response_left; /* segments */
	uint16_t unacked_segments;
	bool client_acked; /* the client's view is up to date */
	bool reset;
};

struct generator {
	uint64_t random;
	uint8_t blob[BLOB]; /* what payloads are cut from */
	struct connection *connections;
	struct connection **heap;
	size_t heap_count;
	uint16_t next_port[CLIENTS];
	struct writer writer;
	uint64_t reset_connections, open, open_most;
};

static uint64_t random_next(struct generator *gen)
{
	/* xorshift64*: the bench needs the same numbers everywhere, not good ones */
	gen->random ^= gen->random >> 12;
	gen->random ^= gen->random << 25;
	gen->random ^= gen->random >> 27;
	return gen->random * 2685821657736338717ull;
}

static uint32_t random_below(struct generator *gen, uint32_t limit)
{
	return (uint32_t)((random_next(gen) >> 32) * limit >> 32);
}

static const uint8_t *payload_pick(struct generator *gen, const struct connection *connection,
				   bool request, uint16_t bytes, uint8_t *room)
{
	static const char get[] = "GET /item HTTP/1.1\r\nHost: shop.example\r\n\r\n";
	static const char ok[] = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n";
	const uint8_t *cut = gen->blob + random_below(gen, BLOB - 2 * MSS);

	memcpy(room, cut, bytes);
	if (connection->server.port == 443 && bytes >= 5) {
		memcpy(room, "\x17\x03\x03", 3);
		put16(room + 3, bytes - 5u);
	} else if (connection->server.port != 3306) {
		if (request && bytes >= sizeof(get))
			memcpy(room, get, sizeof(get) - 1);
		else if (!request && bytes >= sizeof(ok))
			memcpy(room, ok, sizeof(ok) - 1);
	}
	return room;
}

static void respond(struct generator *gen, struct connection *connection)
{
	struct end *client = &connection->client, *server = &connection->server;
	uint8_t room[2 * MSS];
	uint16_t bytes;

	if (connection->unacked_segments == 2 ||
	    (connection->unacked_segments && !connection->response_left)) {
		end_send(&gen->writer, client, server, ACK, NULL, 0, connection->next_ns);
		connection->unacked_segments = 0;
		if (!connection->response_left) {
			connection->step++;
			connection->response_left = 0;
		}
		connection->next_ns += connection->rtt_us * 1000LL + random_below(gen, 50000);
		return;
	}
	bytes = connection->response_left > 1 ? 2 * MSS
					      : (uint16_t)(64 + random_below(gen, 2 * MSS - 64));
	payload_pick(gen, connection, false, bytes, room);
	end_send(&gen->writer, server, client, connection->response_left > 1 ? ACK : ACK | PSH,
		 room, bytes, connection->next_ns);
	connection->response_left--;
	connection->unacked_segments++;
	connection->next_ns += 12000 + random_below(gen, 30000);
	if (connection->unacked_segments == 2 || !connection->response_left)
		connection->next_ns += connection->rtt_us * 1000LL;
}

/* Plays the next step; false when the connection has no more. */
static bool connection_step(struct generator *gen, struct connection *connection)
{
	struct end *client = &connection->client, *server = &connection->server;
	uint8_t room[2 * MSS];
	uint16_t bytes;
	int64_t now_ns = connection->next_ns;
	int64_t half_ns = connection->rtt_us * 500LL;
	char step = *connection->step;

	connection->next_ns += random_below(gen, 40000) + 20000;
	switch (step) {
	case 'S':
		end_send(&gen->writer, client, server, SYN, NULL, 0, now_ns);
		break;
	case 's':
		end_send(&gen->writer, server, client, SYN | ACK, NULL, 0, now_ns);
		connection->next_ns += 2 * half_ns;
		gen->open_most = ++gen->open > gen->open_most ? gen->open : gen->open_most;
		break;
	case 'z':
		end_reject(&gen->writer, server, client, true, 0, now_ns);
		break;
	case 'A':
		end_send(&gen->writer, client, server, ACK, NULL, 0, now_ns);
		break;
	case 'a':
		end_send(&gen->writer, server, client, ACK, NULL, 0, now_ns);
		connection->next_ns += 200000 + random_below(gen, 20000000);
		break;
	case 'Q':
	case 'D':
		bytes = (uint16_t)(step == 'D' ? 31 : 120 + random_below(gen, 900));
		payload_pick(gen, connection, true, bytes, room);
		if (step == 'D')
			memcpy(room, "\x15\x03\x03\0\x1a", 5);
		end_send(&gen->writer, client, server, ACK | PSH, room, bytes, now_ns);
		break;
	case 'p':
		if (!connection->response_left && !connection->unacked_segments)
			connection->response_left = (uint16_t)(1 + random_below(gen, 2));
		connection->next_ns = now_ns;
		respond(gen, connection);
		return *connection->step != 0;
	case 'F':
		end_send(&gen->writer, client, server, ACK | FIN, NULL, 0, now_ns);
		break;
	case 'f':
		end_send(&gen->writer, server, client, ACK | FIN, NULL, 0, now_ns);
		connection->next_ns += connection->step[1] == 'Q' ? half_ns / 4 : 2 * half_ns;
		break;
	case 'X':
		end_send(&gen->writer, client, server, RST | ACK, NULL, 0, now_ns);
		break;
	case 'x':
		end_send(&gen->writer, server, client, RST | ACK, NULL, 0, now_ns);
		break;
	case 'R':
		end_reject(&gen->writer, client, server, false, client->seq, now_ns);
		break;
	case 'r':
		end_reject(&gen->writer, server, client, false, server->seq, now_ns);
		break;
	case 'i':
		connection->next_ns += 60000000000LL + (int64_t)random_below(gen, 170000) * 1000000;
		break;
	case ',':
		connection->next_ns += (int64_t)random_below(gen, 3000000) * 1000;
		break;
	}
	return *++connection->step != 0;
}

static void heap_push(struct generator *gen, struct connection *connection)
{
	size_t i = gen->heap_count++;

	while (i && gen->heap[(i - 1) / 2]->next_ns > connection->next_ns) {
		gen->heap[i] = gen->heap[(i - 1) / 2];
		i = (i - 1) / 2;
	}
	gen->heap[i] = connection;
}

static struct connection *heap_pop(struct generator *gen)
{
	struct connection *top = gen->heap[0];
	struct connection *last = gen->heap[--gen->heap_count];
	size_t i = 0, child;

	while ((child = 2 * i + 1) < gen->heap_count) {
		if (child + 1 < gen->heap_count &&
		    gen->heap[child + 1]->next_ns < gen->heap[child]->next_ns)
			child++;
		if (gen->heap[child]->next_ns >= last->next_ns)
			break;
		gen->heap[i] = gen->heap[child];
		i = child;
	}
	gen->heap[i] = last;
	return top;
}

static void client_address(int number, uint8_t ip[4])
{
	static const uint8_t net[2][4] = { { 192, 0, 2, 0 }, { 203, 0, 113, 0 } };

	memcpy(ip, net[number / 254], 4);
	ip[3] = (uint8_t)(1 + number % 254);
}

static void connection_init(struct generator *gen, struct connection *connection, int64_t start_ns)
{
	static const uint16_t ports[] = { 80, 443, 8080, 443, 3306 };
	uint32_t roll = random_below(gen, 1000);
	int client = (int)random_below(gen, CLIENTS);
	int server = (int)random_below(gen, SERVERS);
	int i = 0;

	while (i + 1 < SHAPE_COUNT && roll >= (uint32_t)shapes[i].weight)
		roll -= (uint32_t)shapes[i++].weight;
	*connection = (struct connection){
		.next_ns = start_ns,
		.step = shapes[i].steps,
		.reset = shapes[i].reset,
		.rtt_us = 200 + (uint32_t)client * 97 % 40000,
	};
	client_address(client, connection->client.ip);
	memcpy(connection->server.ip, (uint8_t[]){ 198, 51, 100, (uint8_t)(10 + server) }, 4);
	connection->client.port = (uint16_t)(32768 + gen->next_port[client]++ % 28232);
	connection->server.port =
		connection->reset && *connection->step == 'S' && connection->step[1] == 'z'
			? 8081
			: ports[random_below(gen, 5)];
	connection->client.ttl = (uint8_t)(64 - client % 13);
	connection->server.ttl = 64;
	connection->client.seq = (uint32_t)random_next(gen);
	connection->server.seq = (uint32_t)random_next(gen);
	connection->client.id = (uint16_t)random_next(gen);
	connection->server.id = (uint16_t)random_next(gen);
	connection->client.ts_offset = (uint32_t)(client * 77777771u);
	connection->server.ts_offset = (uint32_t)(server * 99999931u + (unsigned int)client);
	gen->reset_connections += connection->reset;
}

static int capture_write(struct generator *gen, size_t count)
{
	struct connection *connection;
	size_t i;

	gen->connections = calloc(count, sizeof(*gen->connections));
	gen->heap = calloc(count, sizeof(*gen->heap));
	if (!gen->connections || !gen->heap)
		return 1;
	for (i = 0; i < count; i++) {
		connection_init(gen, &gen->connections[i],
				START_NS + (int64_t)((double)i / (double)count * SPAN_NS));
		heap_push(gen, &gen->connections[i]);
	}
	while (gen->heap_count) {
		connection = heap_pop(gen);
		if (connection_step(gen, connection))
			heap_push(gen, connection);
		else if (connection->step[-1] != 'z' && connection->step[-1] != 'i')
			gen->open--;
	}
	free(gen->connections);
	free(gen->heap);
	return 0;
}

/* Half-open connections: SYN and SYN-ACK, never the last ACK. */
static void flood_write(struct generator *gen, size_t count)
{
	struct end server = { .ip = { 198, 51, 100, 10 }, .port = 443, .ttl = 64 };
	int64_t now_ns = START_NS;
	size_t i;

	for (i = 0; i < count; i++) {
		struct end client = { .ttl = (uint8_t)(40 + random_below(gen, 20)) };

		client_address((int)(i % CLIENTS), client.ip);
		client.port = (uint16_t)(1024 + i / CLIENTS % 64512);
		client.seq = (uint32_t)random_next(gen);
		client.id = (uint16_t)random_next(gen);
		server.seq = (uint32_t)random_next(gen);
		end_send(&gen->writer, &client, &server, SYN, NULL, 0, now_ns);
		end_send(&gen->writer, &server, &client, SYN | ACK, NULL, 0, now_ns + 1000);
		now_ns += 2000 + random_below(gen, 4000);
	}
}

int main(int argc, char **argv)
{
	static struct generator gen;
	size_t count = 0, flood = 0, i;
	uint64_t seed = 1;
	int option;

	while ((option = getopt(argc, argv, "s:n:f:")) != -1) {
		switch (option) {
		case 's':
			seed = strtoull(optarg, NULL, 10);
			break;
		case 'n':
			count = strtoull(optarg, NULL, 10);
			break;
		case 'f':
			flood = strtoull(optarg, NULL, 10);
			break;
		default:
			return 2;
		}
	}
	gen.random = seed * 0x9e3779b97f4a7c15ull + 1;
	for (i = 0; i < BLOB; i++)
		gen.blob[i] = (uint8_t)(' ' + random_below(&gen, 95));
	writer_begin(&gen.writer);
	if (flood)
		flood_write(&gen, flood);
	else if (capture_write(&gen, count ? count : CONNECTIONS))
		return 1;
	if (fflush(stdout))
		return 1;
	fprintf(stderr,
		"%llu bytes, %llu packets, %llu connections, %llu of them end in a reset, %llu "
		"resets, "
		"%llu open at once\n",
		(unsigned long long)gen.writer.bytes, (unsigned long long)gen.writer.packets,
		(unsigned long long)(flood   ? flood
				     : count ? count
					     : CONNECTIONS),
		(unsigned long long)gen.reset_connections, (unsigned long long)gen.writer.resets,
		(unsigned long long)gen.open_most);
	return 0;
}
