/* SPDX-License-Identifier: MIT */
/*
 * Established connections over loopback, both ends here: what a busy gateway looks like to a health
 * check.
 *
 *	check_sockets COUNT	so many sockets (two a connection), then the line "ready COUNT";
 *they stay until standard input ends
 *
 * Each process holds fewer than 20,000 descriptors and has a server address of its own in
 * 127.1.0.0/16, so that ports do not run out.
 */
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAIRS_PER_PROCESS 9500

static void die(const char *what)
{
	fprintf(stderr, "check_sockets: %s: %s\n", what, strerror(errno));
	exit(1);
}

/* Never returns: the connections are to last until this process is killed. */
static void hold(int number, int pairs, int report)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(9000) };
	const struct linger at_once = { 1, 0 };
	int listener = socket(AF_INET, SOCK_STREAM, 0), one = 1;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	address.sin_addr.s_addr = htonl(0x7f010001u + (unsigned int)number);
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(listener, (struct sockaddr *)&address, sizeof(address)) || listen(listener, 64))
		die("listen");
	for (int i = 0; i < pairs; i++) {
		int client = socket(AF_INET, SOCK_STREAM, 0);

		if (client < 0 || connect(client, (struct sockaddr *)&address, sizeof(address)))
			die("connect");
		/* At the end nothing of them stays in TIME_WAIT. */
		setsockopt(client, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
		if (accept(listener, NULL, NULL) < 0)
			die("accept");
	}
	close(listener);
	if (write(report, "+", 1) != 1)
		die("report");
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	const struct rlimit files = { 2 * PAIRS_PER_PROCESS + 100, 2 * PAIRS_PER_PROCESS + 100 };
	int pairs = argc > 1 ? atoi(argv[1]) / 2 : 0, made = 0, processes = 0, report[2];
	pid_t pids[256];
	char byte;

	if (pairs < 0 || pairs > 256 * PAIRS_PER_PROCESS || pipe(report))
		return 2;
	setrlimit(RLIMIT_NOFILE, &files);
	while (made < pairs) {
		int some = pairs - made < PAIRS_PER_PROCESS ? pairs - made : PAIRS_PER_PROCESS;

		pids[processes] = fork();
		if (pids[processes] < 0)
			die("fork");
		if (!pids[processes])
			hold(processes, some, report[1]);
		processes++;
		made += some;
	}
	close(report[1]);
	for (int i = 0; i < processes; i++)
		if (read(report[0], &byte, 1) != 1)
			die("a process ended");
	printf("ready %d\n", 2 * made);
	fflush(stdout);
	while (read(STDIN_FILENO, &byte, 1) > 0)
		;
	for (int i = 0; i < processes; i++)
		kill(pids[i], SIGKILL);
	while (wait(NULL) > 0)
		;
	return 0;
}
