/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "live_load.h"

#define CORES_MAX 64

struct interval {
	uint64_t from_ns;
	uint64_t to_ns;
};

struct result {
	uint64_t operations;
	uint64_t cpu_ns;
};

struct core {
	pid_t server;
	pid_t client;
	int order_fd;  /* parent to client: struct interval */
	int answer_fd; /* client to parent: struct result */
};

void load_die(const char *what)
{
	perror(what);
	_exit(1);
}

static uint64_t clock_ns(clockid_t clock)
{
	struct timespec now;

	if (clock_gettime(clock, &now))
		load_die("clock_gettime");
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void pin(unsigned int core)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(core, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		load_die("sched_setaffinity");
	prctl(PR_SET_PDEATHSIG, SIGKILL);
}

static void fill_address(struct sockaddr_in *address, const struct load_place *place,
			 unsigned int core, unsigned int host)
{
	*address = (struct sockaddr_in){ .sin_family = AF_INET,
					 .sin_port = htons((uint16_t)(place->port + core)) };
	if (place->server_ip)
		inet_pton(AF_INET, place->server_ip, &address->sin_addr);
	else
		address->sin_addr.s_addr = htonl(0x7f000000 | (core + 1) << 8 | host);
}

int load_connect(const struct load_place *place, unsigned int core, unsigned int host)
{
	struct sockaddr_in address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	fill_address(&address, place, core, host);
	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)))
		load_die("connect");
	return fd;
}

void load_send(int fd, const char *bytes, unsigned int size)
{
	if (send(fd, bytes, size, MSG_NOSIGNAL) != (ssize_t)size)
		load_die("send");
}

void load_receive(int fd, char *bytes, unsigned int size)
{
	while (size) {
		ssize_t got = recv(fd, bytes, size, 0);

		if (!got) /* the other end has been told to go */
			_exit(1);
		if (got < 0)
			load_die("recv");
		size -= (unsigned int)got;
	}
}

static int listen_on(const struct load_place *place, unsigned int core)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_port = htons((uint16_t)(place->port + core)) };
	int on = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		load_die("socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) || listen(fd, 128))
		load_die("listen");
	return fd;
}

static void server_main(const struct load_work *work, const struct load_place *place,
			unsigned int core, int ready_fd)
{
	int listener;

	pin(core);
	if (place->server_netns) {
		int netns = open(place->server_netns, O_RDONLY | O_CLOEXEC);

		if (netns < 0 || setns(netns, CLONE_NEWNET))
			load_die(place->server_netns);
		close(netns);
	}
	listener = listen_on(place, core);
	if (write(ready_fd, "", 1) != 1)
		load_die("write");
	work->serve(listener);
	_exit(1);
}

/* The server of a core never runs while its client does: both clocks stand exactly here. */
static uint64_t pair_cpu_ns(pid_t server)
{
	clockid_t clock;

	if (clock_getcpuclockid(server, &clock))
		load_die("the server has ended");
	return clock_ns(CLOCK_PROCESS_CPUTIME_ID) + clock_ns(clock);
}

static void client_main(const struct load_work *work, unsigned int core, const struct core *pair,
			int order_fd, int answer_fd)
{
	int handle;
	uint64_t number = 0;
	struct interval interval;

	pin(core);
	handle = work->start(core);
	while (read(order_fd, &interval, sizeof(interval)) == sizeof(interval)) {
		struct result result;
		uint64_t first, before_ns;

		while (clock_ns(CLOCK_MONOTONIC) < interval.from_ns)
			work->step(core, handle, number++);
		first = number;
		before_ns = pair_cpu_ns(pair->server);
		while (clock_ns(CLOCK_MONOTONIC) < interval.to_ns)
			work->step(core, handle, number++);
		result.cpu_ns = pair_cpu_ns(pair->server) - before_ns;
		result.operations = number - first;
		if (write(answer_fd, &result, sizeof(result)) != sizeof(result))
			break;
	}
	_exit(0);
}

static void start_core(struct core *pair, const struct load_work *work,
		       const struct load_place *place, unsigned int core)
{
	int ready[2], order[2], answer[2];
	char byte;

	if (pipe2(ready, O_CLOEXEC) || pipe2(order, O_CLOEXEC) || pipe2(answer, O_CLOEXEC))
		load_die("pipe");
	pair->server = fork();
	if (!pair->server)
		server_main(work, place, core, ready[1]);
	close(ready[1]);
	if (pair->server < 0 || read(ready[0], &byte, 1) != 1)
		load_die("the server did not start");
	close(ready[0]);
	pair->client = fork();
	if (!pair->client) {
		close(order[1]);
		client_main(work, core, pair, order[0], answer[1]);
	}
	if (pair->client < 0)
		load_die("fork");
	close(order[0]);
	close(answer[1]);
	pair->order_fd = order[1];
	pair->answer_fd = answer[0];
}

static int run_interval(struct core *cores, unsigned int count, struct interval interval)
{
	struct result sum = { 0 };

	for (unsigned int i = 0; i < count; i++)
		if (write(cores[i].order_fd, &interval, sizeof(interval)) != sizeof(interval))
			return -EIO;
	for (unsigned int i = 0; i < count; i++) {
		struct result result;

		if (read(cores[i].answer_fd, &result, sizeof(result)) != sizeof(result))
			return -EIO;
		sum.operations += result.operations;
		sum.cpu_ns += result.cpu_ns;
	}
	printf("%llu %llu\n", (unsigned long long)sum.operations, (unsigned long long)sum.cpu_ns);
	fflush(stdout);
	return 0;
}

int load_run(const struct load_work *work, const struct load_place *place)
{
	struct core cores[CORES_MAX];
	long online = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned int count = online > CORES_MAX ? CORES_MAX : (unsigned int)online;
	unsigned long long from_ns, to_ns;
	int error = 0;

	signal(SIGPIPE, SIG_IGN);
	for (unsigned int i = 0; i < count; i++)
		start_core(&cores[i], work, place, i);
	while (!error && scanf("%llu %llu", &from_ns, &to_ns) == 2)
		error = run_interval(cores, count, (struct interval){ from_ns, to_ns });
	for (unsigned int i = 0; i < count; i++) {
		kill(cores[i].client, SIGKILL);
		kill(cores[i].server, SIGKILL);
	}
	while (wait(NULL) > 0)
		;
	return error ? 1 : 0;
}
