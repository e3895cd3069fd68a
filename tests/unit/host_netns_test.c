/* SPDX-License-Identifier: MIT */
/*
 * Network namespaces, their addresses and counters, and this host's clocks. A child of this test
 * makes a namespace and stays in it; it ends with the child. Without root that part is skipped.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "host/addresses.h"
#include "host/boot.h"
#include "host/counters.h"
#include "host/netns.h"
#include "host/rtnetlink.h"
#include "because.h"

static pid_t child;
static int to_child[2], from_child[2];
static uint32_t child_inode;

static void set_address(const char *device, const char *address)
{
	struct ifreq request = { 0 };
	struct sockaddr_in ip = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	strcpy(request.ifr_name, device);
	inet_pton(AF_INET, address, &ip.sin_addr);
	memcpy(&request.ifr_addr, &ip, sizeof(ip));
	if (ioctl(fd, SIOCSIFADDR, &request))
		_exit(3);
	close(fd);
}

static void set_up(const char *device)
{
	struct ifreq request = { 0 };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	strcpy(request.ifr_name, device);
	request.ifr_flags = IFF_UP;
	if (ioctl(fd, SIOCSIFFLAGS, &request))
		_exit(4);
	close(fd);
}

/* Makes the namespace, then an address each time it is told to. */
static void child_main(void)
{
	char order;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (unshare(CLONE_NEWNET))
		_exit(2);
	set_up("lo");
	if (write(from_child[1], "r", 1) != 1)
		_exit(1);
	while (read(to_child[0], &order, 1) == 1) {
		set_address("lo:1", "192.0.2.77");
		if (write(from_child[1], "a", 1) != 1)
			_exit(1);
	}
	_exit(0);
}

static int start_child(void **unused)
{
	struct stat st;
	char path[64], answer;

	(void)unused;
	netns_own();
	if (pipe2(to_child, O_CLOEXEC) || pipe2(from_child, O_CLOEXEC))
		return -1;
	child = fork();
	if (child == 0)
		child_main();
	close(from_child[1]);
	if (read(from_child[0], &answer, 1) == 1) {
		snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)child);
		if (stat(path, &st) == 0)
			child_inode = (uint32_t)st.st_ino;
	}
	return 0;
}

static int stop_child(void **unused)
{
	(void)unused;
	close(to_child[1]);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	addresses_release();
	return 0;
}

static struct endpoint host_of(const char *text)
{
	struct endpoint endpoint;

	assert_int_equal(endpoint_parse_host(text, strlen(text), &endpoint), 0);
	endpoint.port = 80;
	return endpoint;
}

static void test_open(void **unused)
{
	char text[300];
	uint32_t inode;
	int fd;

	(void)unused;
	assert_true(netns_own() != 0);
	snprintf(text, sizeof(text), "%d", (int)getpid());
	assert_int_equal(netns_open(text, &fd, &inode), 0);
	assert_int_equal(inode, netns_own());
	close(fd);
	assert_int_equal(netns_open("/proc/self/ns/net", &fd, &inode), 0);
	close(fd);
	assert_int_equal(netns_open("/proc/self/ns/pid", &fd, &inode), -EINVAL);
	assert_int_equal(fd, -1);
	assert_int_equal(netns_open("/dev/null", &fd, &inode), -EINVAL);
	assert_int_equal(netns_open("/tmp", &fd, &inode), -EINVAL);
	assert_int_equal(netns_open("/nonexistent", &fd, &inode), -ENOENT);
	assert_int_equal(netns_open("4294967295", &fd, &inode), -ESRCH);
	assert_int_equal(netns_open("no-such-namespace", &fd, &inode), -ENOENT);
	assert_true(netns_open("", &fd, &inode) < 0);
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	assert_int_equal(netns_open(text, &fd, &inode), -ENAMETOOLONG);
}

static int inode_here(void *context)
{
	struct stat st;

	if (stat("/proc/thread-self/ns/net", &st))
		return -errno;
	*(uint32_t *)context = (uint32_t)st.st_ino;
	return 5;
}

static void test_find_and_run(void **unused)
{
	uint32_t inode = 0;
	int fd, i;

	(void)unused;
	assert_int_equal(netns_find(netns_own(), &fd), 0);
	assert_int_equal(netns_run(fd, inode_here, &inode), 5);
	assert_int_equal(inode, netns_own());
	close(fd);
	assert_int_equal(netns_run(-1, inode_here, &inode), 5);
	assert_int_equal(inode, netns_own());
	assert_int_equal(netns_find(0, &fd), -ENOENT);
	if (!child_inode)
		SKIP_BECAUSE("needs root, for a namespace of its own");
	/* Of two processes that were seen there one is elsewhere by now. */
	netns_learn(child_inode, (uint32_t)getpid());
	netns_learn(child_inode, (uint32_t)child);
	assert_int_equal(netns_find(child_inode, &fd), 0);
	assert_int_equal(netns_run(fd, inode_here, &inode), 5);
	assert_int_equal(inode, child_inode);
	assert_int_equal(inode_here(&inode), 5);
	assert_int_equal(inode, netns_own());
	assert_int_equal(netns_process(child_inode), child);
	/* A search has just been made: what is not known now is answered at once. */
	for (i = 0; i < 1000; i++) {
		int none;

		assert_int_equal(netns_find(1, &none), -ENOENT);
		assert_int_equal(none, -1);
	}
	close(fd);
	netns_learn(1, (uint32_t)getpid());
	assert_int_equal(netns_process(1), 0);
	assert_int_equal(netns_find(1, &fd), -ENOENT);
}

static void test_counters(void **unused)
{
	static const char *const names[] = { "TcpActiveOpens", "TcpExtListenOverflows" };
	uint64_t values[2];

	(void)unused;
	if (!child_inode)
		SKIP_BECAUSE("needs root, for a namespace of its own");
	assert_int_equal(counters_read(child_inode, names, 2, values), 0);
	assert_int_equal(values[0], 0); /* a new namespace */
	assert_int_equal(values[1], 0);
}

static void test_addresses(void **unused)
{
	struct endpoint address = host_of("192.0.2.77"), mapped = host_of("::ffff:192.0.2.77");
	struct endpoint loop = host_of("127.0.0.1"), other = host_of("127.1.2.3");
	struct endpoint loop6 = host_of("::1"), far6 = host_of("2001:db8::1"), none = { 0 };
	struct timespec pause_150ms = { 0, 150000000 };
	struct address_answer answer;
	int64_t before_ns, after_ns;
	char byte;

	(void)unused;
	assert_int_equal(addresses_ask(0, &none, &answer), -EINVAL);
	assert_int_equal(addresses_ask(0, &loop, &answer), 0);
	if (!child_inode)
		SKIP_BECAUSE("needs root, for a namespace of its own");
	assert_int_equal(addresses_ask(1, &loop, &answer), -ENOENT);
	assert_int_equal(addresses_ask(child_inode, &loop, &answer), 0);
	assert_true(answer.local && answer.has_created);
	assert_int_equal(addresses_ask(child_inode, &other, &answer), 0);
	assert_true(answer.local && !answer.has_created);
	assert_int_equal(addresses_ask(child_inode, &far6, &answer), 0);
	assert_false(answer.local);
	assert_int_equal(addresses_ask(child_inode, &address, &answer), 0);
	assert_false(answer.local);
	if (addresses_ask(child_inode, &loop6, &answer) == 0 &&
	    access("/proc/net/if_inet6", F_OK) == 0)
		assert_true(answer.local && answer.has_created);

	before_ns = clock_monotonic_ns();
	assert_int_equal(write(to_child[1], "a", 1), 1);
	assert_int_equal(read(from_child[0], &byte, 1), 1);
	after_ns = clock_monotonic_ns();
	assert_int_equal(addresses_ask(child_inode, &address, &answer), 0);
	assert_false(answer.local); /* remembered for 100 ms */
	nanosleep(&pause_150ms, NULL);
	assert_int_equal(addresses_ask(child_inode, &address, &answer), 0);
	assert_true(answer.local && answer.has_created);
	if (answer.created_ns < before_ns - 30000000 || answer.created_ns > after_ns + 30000000)
		fail_msg("made %lld us after it was told to",
			 (long long)(answer.created_ns - before_ns) / 1000);
	assert_int_equal(addresses_ask(child_inode, &mapped, &answer), 0);
	assert_true(answer.local && answer.has_created);
	/* It is not ours. */
	assert_int_equal(addresses_ask(0, &address, &answer), 0);
	assert_false(answer.local);
}

/* A message of RTM_NEWADDR, as the kernel writes it, cut and bent in every way. */
static void test_messages(void **unused)
{
	struct {
		struct nlmsghdr head;
		struct ifaddrmsg body;
		struct rtattr local;
		uint8_t ip[4];
		struct rtattr cache;
		struct ifa_cacheinfo info;
	} good = {
		.head = { .nlmsg_len = sizeof(good), .nlmsg_type = RTM_NEWADDR },
		.body = { .ifa_family = AF_INET },
		.local = { RTA_LENGTH(4), IFA_LOCAL },
		.ip = { 192, 0, 2, 1 },
		.cache = { RTA_LENGTH(sizeof(struct ifa_cacheinfo)), IFA_CACHEINFO },
		.info = { .cstamp = 4242 },
	};
	struct rtnetlink_address items[2];
	struct rtnetlink_list list = { items, 2, 0, false, false };
	size_t length, i;

	(void)unused;
	for (i = 0; i < 3; i++)
		assert_int_equal(rtnetlink_parse_addresses(&good, sizeof(good), &list), 0);
	assert_int_equal(list.count, 2);
	assert_true(list.truncated);
	assert_int_equal(items[1].stamp, 4242);
	assert_true(items[1].has_stamp);
	assert_int_equal(items[1].address.ip[3], 1);
	for (length = 0; length < sizeof(good); length++) {
		void *cut = malloc(length + !length);

		memcpy(cut, &good, length);
		list.count = 0;
		assert_int_equal(rtnetlink_parse_addresses(cut, length, &list),
				 length ? -EBADMSG : 0);
		/* And with a length that agrees. */
		if (length >= sizeof(struct nlmsghdr))
			((struct nlmsghdr *)cut)->nlmsg_len = (uint32_t)length;
		rtnetlink_parse_addresses(cut, length, &list);
		free(cut);
	}
	for (i = 0; i < sizeof(good); i++) {
		unsigned char bent[sizeof(good)] __attribute__((aligned(8)));
		int value;

		for (value = 0; value < 256; value++) {
			memcpy(bent, &good, sizeof(good));
			bent[i] = (unsigned char)value;
			list.count = 0;
			rtnetlink_parse_addresses(bent, sizeof(bent), &list);
		}
	}
}

static void test_clocks(void **unused)
{
	int64_t now_ns = clock_monotonic_ns(), stamp_ns;
	struct timespec wall;
	int64_t difference;

	(void)unused;
	clock_gettime(CLOCK_REALTIME, &wall);
	difference = wall.tv_sec * INT64_C(1000000000) + wall.tv_nsec -
		     (now_ns + clock_wall_minus_monotonic_ns());
	assert_true(difference > -50000000 && difference < 50000000);
	assert_true(clock_ticks_per_second() >= 24 && clock_ticks_per_second() <= 10000);
	/* A stamp is never in the future. */
	stamp_ns = clock_monotonic_of_stamp_ns((uint32_t)(now_ns / 10000000));
	assert_true(stamp_ns <= clock_monotonic_ns());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open),	 cmocka_unit_test(test_find_and_run),
		cmocka_unit_test(test_counters), cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_messages), cmocka_unit_test(test_clocks),
	};

	return cmocka_run_group_tests(tests, start_child, stop_child);
}
