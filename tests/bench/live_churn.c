/* SPDX-License-Identifier: MIT */
/*
 * Connection churn without a reset: connect, a request of 100 bytes, its answer, close. See
 * live_load.h for what it reads and prints. Meant for a network namespace of its own, with
 * net.ipv4.tcp_tw_reuse=1 there: the clients go round four addresses, so that the number of
 * TIME_WAIT sockets stands after a few seconds instead of growing for a minute.
 */
#include <sys/socket.h>
#include <unistd.h>

#include "live_load.h"

#define REQUEST_BYTES 100
#define HOSTS 4

static const struct load_place place = { .port = 7100 };

static void serve(int listener)
{
	char bytes[REQUEST_BYTES];

	for (;;) {
		int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

		if (fd < 0)
			load_die("accept");
		load_receive(fd, bytes, sizeof(bytes));
		load_send(fd, bytes, sizeof(bytes));
		if (recv(fd, bytes, sizeof(bytes), 0) != 0)
			load_die("the client did not close");
		close(fd);
	}
}

static int start(unsigned int core)
{
	(void)core;
	return -1;
}

static void step(unsigned int core, int handle, uint64_t number)
{
	char bytes[REQUEST_BYTES] = { 0 };
	int fd = load_connect(&place, core, 1 + number % HOSTS);

	(void)handle;
	load_send(fd, bytes, sizeof(bytes));
	load_receive(fd, bytes, sizeof(bytes));
	close(fd);
}

int main(void)
{
	return load_run(&(struct load_work){ serve, start, step }, &place);
}
