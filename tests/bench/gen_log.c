/* SPDX-License-Identifier: MIT */
/*
 * Writes a large application log for the bench: requests of a few services, and every fifth line or
 * so an error of one of the ecosystems in data/facts-errors.csv. Seeded.
 *
 *   gen_log [-s SEED] [-b BYTES] > FILE      (1 GB)
 */
#include <getopt.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const errors[] = {
	"java.net.SocketException: Connection reset",
	"java.io.IOException: Connection reset by peer",
	"java.net.SocketException: Broken pipe (Write failed)",
	"java.net.ConnectException: Connection refused",
	"java.net.SocketTimeoutException: Read timed out",
	"org.apache.http.NoHttpResponseException: The target server failed to respond",
	"read tcp 192.0.2.%u:%u->198.51.100.%u:443: read: connection reset by peer",
	"write tcp 192.0.2.%u:%u->198.51.100.%u:443: write: broken pipe",
	"dial tcp 192.0.2.%u:%u: connect: connection refused",
	"ConnectionResetError: [Errno 104] Connection reset by peer",
	"BrokenPipeError: [Errno 32] Broken pipe",
	"Error: read ECONNRESET",
	"Error: write EPIPE",
	"Error: socket hang up",
	"recv() failed (104: Connection reset by peer) while reading response header from upstream",
	"upstream prematurely closed connection while reading response header from upstream",
	"curl: (56) Recv failure: Connection reset by peer",
};

static const char *const calm[] = {
	"GET /item/%u HTTP/1.1 200 %u bytes in %u ms",
	"POST /cart/%u HTTP/1.1 201 %u bytes in %u ms",
	"session %u opened by user %u, %u left",
	"cache refresh of shard %u: %u entries, %u evicted",
	"job %u finished after %u steps in %u ms",
};

static uint64_t random_next(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 2685821657736338717ull;
}

static uint32_t random_below(uint64_t *state, uint32_t limit)
{
	return (uint32_t)((random_next(state) >> 32) * limit >> 32);
}

#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-extra-args"

int main(int argc, char **argv)
{
	uint64_t bytes = 1000000000, written = 0, state = 1, lines = 0, bad = 0;
	uint32_t ms = 0;
	int option;

	while ((option = getopt(argc, argv, "s:b:")) != -1) {
		if (option == 's')
			state = strtoull(optarg, NULL, 10) | 1;
		else if (option == 'b')
			bytes = strtoull(optarg, NULL, 10);
		else
			return 2;
	}
	while (written < bytes) {
		uint32_t seconds = ms / 1000;
		int got;

		got = printf("2026-03-17 %02u:%02u:%02u,%03u ", 6 + seconds / 3600 % 18,
			     seconds / 60 % 60, seconds % 60, ms % 1000);
		if (random_below(&state, 5) == 0) {
			got += printf("ERROR [worker-%u] shop.client - 198.51.100.%u:%u ",
				      random_below(&state, 32), 10 + random_below(&state, 20),
				      random_below(&state, 2) ? 443u : 8080u);
			got += printf(
				errors[random_below(&state, sizeof(errors) / sizeof(*errors))],
				random_below(&state, 250), 32768 + random_below(&state, 28000),
				10 + random_below(&state, 20));
			bad++;
		} else {
			got += printf("INFO  [worker-%u] shop.web - ", random_below(&state, 32));
			got += printf(calm[random_below(&state, sizeof(calm) / sizeof(*calm))],
				      random_below(&state, 100000), random_below(&state, 50000),
				      random_below(&state, 2000));
		}
		if (putchar('\n') == EOF)
			return 1;
		written += (uint64_t)got + 1;
		ms += random_below(&state, 9);
		lines++;
	}
	fprintf(stderr, "%llu bytes, %llu lines, %llu of them errors\n",
		(unsigned long long)written, (unsigned long long)lines, (unsigned long long)bad);
	return fflush(stdout) ? 1 : 0;
}
