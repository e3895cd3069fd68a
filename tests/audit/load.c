/* SPDX-License-Identifier: MIT */
/* Load for guests that have no interpreter: load files N | limit | orphans | unread | connects |
 * stream. Runs until it is ended. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const struct sockaddr_in address = {
	.sin_family = AF_INET,
	.sin_port = 0x901f, /* 8080 */
	.sin_addr = { 0x0100007f },
};

static int server_open(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	bind(fd, (const struct sockaddr *)&address, sizeof(address));
	listen(fd, 128);
	return fd;
}

static int client_open(void)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	connect(fd, (const struct sockaddr *)&address, sizeof(address));
	return fd;
}

static char data[65536];

/* The client never reads: both buffers are full. Returns the server's end. */
static int unread_make(int server)
{
	int client = client_open(), fd = accept(server, NULL, NULL), i;

	fcntl(fd, F_SETFL, O_NONBLOCK);
	for (i = 0; i < 200 && write(fd, data, sizeof(data)) > 0; i++)
		;
	(void)client;
	return fd;
}

/*
 * More than fits into the buffers, again and again, to a program that reads it: what then is sent
 * is sent in answer to acknowledgements, several packets for each.
 */
static void stream(int server)
{
	int client = client_open(), fd = accept(server, NULL, NULL), i;

	if (fork() == 0) {
		close(server);
		close(client);
		while (read(fd, data, sizeof(data)) > 0)
			;
		_exit(0);
	}
	close(fd);
	fcntl(client, F_SETFL, 0);
	for (i = 1; write(client, data, sizeof(data)) > 0; i++)
		if (i % 64 == 0)
			usleep(50000);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	int server = server_open(), i;

	for (i = 0; !strcmp(what, "files") && argc > 2 && i < atoi(argv[2]); i++)
		open("/dev/null", O_RDONLY);
	if (!strcmp(what, "limit")) {
		client_open();
		while (open("/dev/null", O_RDONLY) >= 0)
			;
	}
	for (;;) {
		if (!strcmp(what, "orphans"))
			close(unread_make(server));
		else if (!strcmp(what, "unread"))
			unread_make(server);
		else if (!strcmp(what, "stream"))
			stream(server);
		else if (!strcmp(what, "connects"))
			client_open();
		usleep(100000);
	}
}
