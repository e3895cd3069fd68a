/* SPDX-License-Identifier: MIT */
/*
 * Small packets on one connection a core, without a reset: 64 bytes there and 64 back.
 *
 *   live_stream [SERVER_IP SERVER_NETNS]     over loopback, or to servers in another namespace
 *
 * See live_load.h for what it reads and prints.
 */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <sys/socket.h>

#include "live_load.h"

#define MESSAGE_BYTES 64

static struct load_place place = { .port = 7200 };

static void send_at_once(int fd)
{
	int on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

static void serve(int listener)
{
	char bytes[MESSAGE_BYTES];
	int fd = accept4(listener, NULL, NULL, SOCK_CLOEXEC);

	if (fd < 0)
		load_die("accept");
	send_at_once(fd);
	for (;;) {
		load_receive(fd, bytes, sizeof(bytes));
		load_send(fd, bytes, sizeof(bytes));
	}
}

static int start(unsigned int core)
{
	int fd = load_connect(&place, core, 1);

	send_at_once(fd);
	return fd;
}

static void step(unsigned int core, int handle, uint64_t number)
{
	char bytes[MESSAGE_BYTES] = { 0 };

	(void)core, (void)number;
	load_send(handle, bytes, sizeof(bytes));
	load_receive(handle, bytes, sizeof(bytes));
}

int main(int argc, char **argv)
{
	if (argc == 3) {
		place.server_ip = argv[1];
		place.server_netns = argv[2];
	}
	return load_run(&(struct load_work){ serve, start, step }, &place);
}
