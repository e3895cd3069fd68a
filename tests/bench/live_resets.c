/* SPDX-License-Identifier: MIT */
/*
 * Resets of known kinds and number over loopback. Every one takes a connection of its own and makes
 * exactly one segment with the reset bit.
 *
 *   live_resets storm COUNT             on all cores, as fast as they go
 *   live_resets rate PER_SECOND SECONDS
 *   live_resets marks COUNT GAP_MS      one at a time, every one to a port of its own; prints, for
 *                                       each, the clock right before the call that makes the reset:
 *                                       "UNIX_NS CLIENT_PORT SERVER_PORT KIND"
 *   live_resets mix PER_SECOND RESETS_PER_SECOND SECONDS
 *                                       connections of many requests, some at a time, most of which
 *                                       end as they should
 *
 * Prints at its end how many of each kind it made: "KIND COUNT SERVER_PORT". Meant for a network
 * namespace of its own.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PORT_FIRST 7300
#define MARK_PORT_FIRST 20000
#define CORES_MAX 64
#define OPEN_MAX 64
#define MESSAGE_BYTES 100

/* `normal` is a connection that ends without a reset: only the mix has it. */
enum kind { REFUSED, UNREAD, LINGER, LATE, KINDS, NORMAL = KINDS, ALL_KINDS };

static const char *const names[ALL_KINDS] = { "refused", "unread", "linger", "late", "normal" };

struct ends {
	int client;
	int server;
	enum kind kind;
};

static void die(const char *what)
{
	perror(what);
	_exit(1);
}

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void sleep_until(uint64_t when_ns)
{
	struct timespec when = { (time_t)(when_ns / 1000000000), (long)(when_ns % 1000000000) };

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &when, NULL);
}

static struct sockaddr_in address_of(uint16_t port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
				     .sin_port = htons(port),
				     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

static int listen_on(uint16_t port)
{
	struct sockaddr_in address = address_of(port);
	int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address)) || listen(fd, 128))
		die("listen");
	return fd;
}

static int client_new(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		die("socket");
	return fd;
}

static void message(int from, int to)
{
	char bytes[MESSAGE_BYTES] = { 0 };

	if (send(from, bytes, sizeof(bytes), MSG_NOSIGNAL) != sizeof(bytes) ||
	    recv(to, bytes, sizeof(bytes), MSG_WAITALL) != sizeof(bytes))
		die("message");
}

/* Both ends of a connection, in this process: a handshake over loopback ends within connect(). */
static void ends_open(struct ends *ends, int listener, uint16_t port, enum kind kind)
{
	struct sockaddr_in address = address_of(port);

	ends->kind = kind;
	ends->client = client_new();
	ends->server = -1;
	if (kind == REFUSED)
		return;
	if (connect(ends->client, (struct sockaddr *)&address, sizeof(address)))
		die("connect");
	ends->server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	if (ends->server < 0)
		die("accept");
}

/* What must come before the call that makes the reset. */
static void ends_prepare(const struct ends *ends)
{
	char bytes[MESSAGE_BYTES] = { 0 };
	struct linger linger = { .l_onoff = 1 };

	if (ends->kind == UNREAD &&
	    send(ends->client, bytes, sizeof(bytes), MSG_NOSIGNAL) != sizeof(bytes))
		die("send");
	if (ends->kind == LINGER)
		setsockopt(ends->client, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
	if (ends->kind == LATE)
		close(ends->server);
}

/* Makes the reset, or ends the connection as it should, and lets go of both ends. */
static void ends_finish(const struct ends *ends, uint16_t port)
{
	struct sockaddr_in address = address_of(port);
	char bytes[MESSAGE_BYTES] = { 0 };

	switch (ends->kind) {
	case REFUSED:
		if (!connect(ends->client, (struct sockaddr *)&address, sizeof(address)))
			die("somebody listens on the closed port");
		close(ends->client);
		return;
	case UNREAD:
		close(ends->server);
		close(ends->client);
		return;
	case LATE:
		if (send(ends->client, bytes, sizeof(bytes), MSG_NOSIGNAL) != sizeof(bytes))
			die("send");
		close(ends->client);
		return;
	default:
		close(ends->client);
		close(ends->server);
	}
}

static uint16_t port_of(unsigned int core, enum kind kind)
{
	return (uint16_t)(PORT_FIRST + core * 10 + kind);
}

/* Listeners of its own for every core: accept() has to find the end of its own connection. */
static void open_listeners(unsigned int core, int listeners[ALL_KINDS])
{
	for (enum kind kind = UNREAD; kind < ALL_KINDS; kind++)
		listeners[kind] = listen_on(port_of(core, kind));
}

static void tell(unsigned int core, const uint64_t made[ALL_KINDS])
{
	for (enum kind kind = 0; kind < ALL_KINDS; kind++)
		printf("%s %llu %u\n", names[kind], (unsigned long long)made[kind],
		       port_of(core, kind));
	fflush(stdout);
}

static void make_one(unsigned int core, enum kind kind, const int listeners[ALL_KINDS])
{
	struct ends ends;

	ends_open(&ends, listeners[kind], port_of(core, kind), kind);
	ends_prepare(&ends);
	ends_finish(&ends, port_of(core, kind));
}

static void storm_core(unsigned int core, uint64_t count)
{
	uint64_t made[ALL_KINDS] = { 0 };
	int listeners[ALL_KINDS];
	cpu_set_t set;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	CPU_ZERO(&set);
	CPU_SET(core, &set);
	sched_setaffinity(0, sizeof(set), &set);
	open_listeners(core, listeners);
	for (uint64_t i = 0; i < count; i++) {
		make_one(core, (enum kind)(i % KINDS), listeners);
		made[i % KINDS]++;
	}
	tell(core, made);
	_exit(0);
}

static int storm(uint64_t count)
{
	long online = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned int cores = online > CORES_MAX ? CORES_MAX : (unsigned int)online;
	uint64_t start_ns = clock_ns(CLOCK_MONOTONIC);
	int status, failed = 0;

	for (unsigned int core = 0; core < cores; core++)
		if (!fork())
			storm_core(core, count / cores + (core < count % cores));
	while (wait(&status) > 0)
		failed |= status;
	printf("ms %llu 0\n", (unsigned long long)(clock_ns(CLOCK_MONOTONIC) - start_ns) / 1000000);
	return failed ? 1 : 0;
}

static int rate(uint64_t per_second, uint64_t seconds)
{
	uint64_t made[ALL_KINDS] = { 0 }, start_ns = clock_ns(CLOCK_MONOTONIC);
	int listeners[ALL_KINDS];

	open_listeners(0, listeners);
	for (uint64_t i = 0; i < per_second * seconds; i++) {
		sleep_until(start_ns + i * 1000000000 / per_second);
		make_one(0, (enum kind)(i % KINDS), listeners);
		made[i % KINDS]++;
	}
	tell(0, made);
	return 0;
}

static uint16_t client_port(int fd)
{
	struct sockaddr_in address;
	socklen_t size = sizeof(address);

	if (getsockname(fd, (struct sockaddr *)&address, &size))
		die("getsockname");
	return ntohs(address.sin_port);
}

static int marks(uint64_t count, uint64_t gap_ms)
{
	uint64_t start_ns = clock_ns(CLOCK_MONOTONIC);

	for (uint64_t i = 0; i < count; i++) {
		struct sockaddr_in any = address_of(0);
		uint16_t port = (uint16_t)(MARK_PORT_FIRST + i);
		enum kind kind = (enum kind)(i % KINDS);
		int listener = kind == REFUSED ? -1 : listen_on(port);
		uint64_t before_ns;
		uint16_t from;
		struct ends ends;

		sleep_until(start_ns + i * gap_ms * 1000000);
		ends_open(&ends, listener, port, kind);
		if (kind == REFUSED && bind(ends.client, (struct sockaddr *)&any, sizeof(any)))
			die("bind");
		from = client_port(ends.client);
		ends_prepare(&ends);
		before_ns = clock_ns(CLOCK_REALTIME);
		ends_finish(&ends, port);
		if (listener >= 0)
			close(listener);
		printf("%llu %u %u %s\n", (unsigned long long)before_ns, from, port, names[kind]);
	}
	return 0;
}

/* Connections of one to some requests, OPEN_MAX at a time; every Nth ends in a reset. */
static int mix(uint64_t per_second, uint64_t resets_per_second, uint64_t seconds)
{
	static struct ends pool[OPEN_MAX];
	uint64_t made[ALL_KINDS] = { 0 }, resets = 0, start_ns = clock_ns(CLOCK_MONOTONIC);
	uint64_t count = per_second * seconds;
	int listeners[ALL_KINDS];

	open_listeners(0, listeners);
	for (uint64_t i = 0; i < count + OPEN_MAX; i++) {
		struct ends *old = &pool[i % OPEN_MAX], *busy = &pool[i * 7 % OPEN_MAX];

		sleep_until(start_ns + i * 1000000000 / per_second);
		if (i >= OPEN_MAX) {
			ends_prepare(old);
			ends_finish(old, port_of(0, old->kind));
			made[old->kind]++;
			old->server = -1;
		}
		if (i < count) {
			bool reset = (i + 1) * resets_per_second / per_second > resets;
			enum kind kind = reset ? (enum kind)(resets++ % KINDS) : NORMAL;

			ends_open(old, listeners[kind], port_of(0, kind), kind);
			if (old->server >= 0)
				message(old->client, old->server);
		}
		if (i >= OPEN_MAX && busy->server >= 0) {
			message(busy->client, busy->server);
			message(busy->server, busy->client);
		}
	}
	tell(0, made);
	return 0;
}

int main(int argc, char **argv)
{
	uint64_t numbers[3] = { 0 };

	for (int i = 2; i < argc && i < 5; i++)
		numbers[i - 2] = strtoull(argv[i], NULL, 10);
	if (argc == 3 && !strcmp(argv[1], "storm"))
		return storm(numbers[0]);
	if (argc == 4 && !strcmp(argv[1], "rate"))
		return rate(numbers[0], numbers[1]);
	if (argc == 4 && !strcmp(argv[1], "marks"))
		return marks(numbers[0], numbers[1]);
	if (argc == 5 && !strcmp(argv[1], "mix"))
		return mix(numbers[0], numbers[1], numbers[2]);
	fprintf(stderr, "usage: live_resets storm | rate | marks | mix NUMBER...\n");
	return 2;
}
