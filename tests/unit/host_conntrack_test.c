/* SPDX-License-Identifier: MIT */
/* Whether connection tracking knows a connection, and can be taken at its word, in a namespace of
 * this test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host/conntrack.h"
#include "host/netns.h"
#include "host/untracking.h"

#define RULES                                                                                      \
	"nft add table inet t && nft 'add chain inet t c { type filter hook input priority 0; }' " \
	"&& nft add rule inet t c ct state new accept"

#define IPTABLES "iptables-nft -t raw 2>/dev/null "

/* The only one in a chain before tracking. */
static bool rule(const char *text)
{
	char command[256];

	snprintf(command, sizeof(command),
		 "nft add table inet u && nft 'add chain inet u c { type filter hook prerouting "
		 "priority raw; }' && nft flush chain inet u c && nft add rule inet u c %s",
		 text);
	return system(command) == 0;
}

static struct endpoint end_of(int fd, bool peer)
{
	struct endpoint end = { .family = ADDR_IP4 };
	struct sockaddr_in at = { 0 };
	socklen_t size = sizeof(at);

	(peer ? getpeername : getsockname)(fd, (struct sockaddr *)&at, &size);
	memcpy(end.ip, &at.sin_addr, 4);
	end.port = ntohs(at.sin_port);
	return end;
}

static int connection(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t size = sizeof(at);
	int listener = socket(AF_INET, SOCK_STREAM, 0), client = socket(AF_INET, SOCK_STREAM, 0);

	if (bind(listener, (struct sockaddr *)&at, size) < 0 || listen(listener, 4) < 0 ||
	    getsockname(listener, (struct sockaddr *)&at, &size) < 0 ||
	    connect(client, (struct sockaddr *)&at, size) < 0)
		return -1;
	return client;
}

/* Exit status of the child: 0 as wanted, 77 not to be tried here, else the line that failed. */
#define TRY(what)                                                                                  \
	do {                                                                                       \
		if (!(what))                                                                       \
			_exit(__LINE__ % 256);                                                     \
	} while (0)

static void child(void)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING };
	struct endpoint here, there, nobody;
	uint32_t inode;
	int fd, r;

	if (unshare(CLONE_NEWNET) < 0 || netns_open("/proc/self/ns/net", &fd, &inode) < 0)
		_exit(77);
	TRY(ioctl(socket(AF_INET, SOCK_DGRAM, 0), SIOCSIFFLAGS, &lo) == 0);
	netns_learn_fd(inode, fd);
	if (system(RULES " >/dev/null 2>&1") != 0)
		_exit(77);
	fd = connection();
	TRY(fd >= 0);
	here = end_of(fd, false);
	there = end_of(fd, true);
	r = conntrack_ask(inode, &here, &there);
	if (r == -EOPNOTSUPP)
		_exit(77);
	TRY(r == 1);
	TRY(conntrack_ask(inode, &there, &here) == 1);
	nobody = here;
	nobody.port = 1;
	TRY(conntrack_ask(inode, &nobody, &there) == 0);
	nobody.family = ADDR_IP6;
	TRY(conntrack_ask(inode, &nobody, &there) == -EINVAL);
	/* Rules that keep packets from it, or from where one looks; and one that only compares. */
	TRY(untracking_ask(inode) == 0);
	TRY(rule("ct zone 5 accept") && untracking_ask(inode) == 0);
	TRY(rule("notrack") && untracking_ask(inode) == 1);
	TRY(rule("accept") && untracking_ask(inode) == 0);
	TRY(rule("tcp dport 1 ct zone set 5") && untracking_ask(inode) == 1);
	TRY(rule("accept") && untracking_ask(inode) == 0);
	if (system("iptables-nft -V >/dev/null 2>&1") == 0) {
		TRY(system(IPTABLES "-A PREROUTING -p tcp -j CT --helper ftp") != 0 ||
		    untracking_ask(inode) == 0);
		TRY(system(IPTABLES "-A PREROUTING -p tcp -j CT --notrack") == 0);
		TRY(untracking_ask(inode) == 1);
		TRY(system(IPTABLES "-F") == 0 && untracking_ask(inode) == 0);
		TRY(system(IPTABLES "-A PREROUTING -p tcp -j CT --zone 5") == 0);
		TRY(untracking_ask(inode) == 1);
	}
	/* The old ones cannot be read. */
	if (system("iptables-legacy -t raw -A PREROUTING -j ACCEPT 2>/dev/null") == 0)
		TRY(untracking_ask(inode) == 1);
	/* A storm does not ask for ever. */
	for (int i = 0; i < 300; i++)
		r = conntrack_ask(inode, &here, &there);
	TRY(r == -EAGAIN);
	for (int i = 0; i < 300; i++)
		r = untracking_ask(inode);
	TRY(r == 1 || r == 0);
	_exit(0);
}

static void test_asks(void **state)
{
	int status = 0;
	pid_t pid = fork();

	(void)state;
	if (!pid)
		child();
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_asks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
