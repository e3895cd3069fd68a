/* SPDX-License-Identifier: MIT */
/* Sockets of this very program on loopback, as the kernel tells of them, and whose they are. */
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/sock_diag.h"

static const struct endpoint nobody = { .family = ADDR_IP4, .ip = { 127, 0, 0, 1 }, .port = 1 };

/* A connection over loopback of @family; the listener takes both kinds. */
struct trio {
	int listener, client, server;
	struct endpoint client_end, server_end;
};

static void make_trio(struct trio *trio, bool ip4)
{
	struct sockaddr_in6 any = { .sin6_family = AF_INET6, .sin6_addr = in6addr_any };
	struct sockaddr_in6 to = { .sin6_family = AF_INET6, .sin6_addr = in6addr_loopback };
	struct sockaddr_in6 from = { 0 };
	socklen_t length = sizeof(any);
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	int zero = 0;

	trio->listener = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	trio->client = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (trio->listener < 0 || trio->client < 0)
		skip();
	setsockopt(trio->listener, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof(zero));
	setsockopt(trio->client, IPPROTO_IPV6, IPV6_V6ONLY, &zero, sizeof(zero));
	assert_int_equal(bind(trio->listener, (struct sockaddr *)&any, sizeof(any)), 0);
	assert_int_equal(listen(trio->listener, 7), 0);
	assert_int_equal(getsockname(trio->listener, (struct sockaddr *)&any, &length), 0);
	to.sin6_port = any.sin6_port;
	if (ip4) {
		memcpy(to.sin6_addr.s6_addr, mapped, 12);
		memcpy(to.sin6_addr.s6_addr + 12, "\x7f\0\0\1", 4);
	}
	if (connect(trio->client, (struct sockaddr *)&to, sizeof(to)))
		skip();
	trio->server = accept4(trio->listener, NULL, NULL, SOCK_CLOEXEC);
	assert_true(trio->server >= 0);
	length = sizeof(from);
	assert_int_equal(getsockname(trio->client, (struct sockaddr *)&from, &length), 0);
	memset(&trio->client_end, 0, sizeof(trio->client_end));
	trio->client_end.family = ip4 ? ADDR_IP4 : ADDR_IP6;
	if (ip4)
		memcpy(trio->client_end.ip, "\x7f\0\0\1", 4);
	else
		trio->client_end.ip[15] = 1;
	trio->server_end = trio->client_end;
	trio->client_end.port = ntohs(from.sin6_port);
	trio->server_end.port = ntohs(any.sin6_port);
}

static void close_trio(struct trio *trio)
{
	close(trio->client);
	close(trio->server);
	close(trio->listener);
}

static uint32_t inode_of(int fd)
{
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	return (uint32_t)st.st_ino;
}

static int open_or_skip(void)
{
	struct sock_diag_answer answer;
	int fd = sock_diag_open(), r;

	if (fd < 0)
		skip();
	r = sock_diag_find(fd, &nobody, &nobody, &answer);
	if (r != -ENOENT)
		print_message("sock_diag: %s\n", strerror(-r));
	return fd;
}

static void test_find(void **state)
{
	int fd = open_or_skip();

	(void)state;
	for (int ip4 = 0; ip4 < 2; ip4++) {
		struct sock_diag_answer answer, again;
		struct trio trio;

		make_trio(&trio, ip4);
		assert_int_equal(write(trio.client, "hello", 5), 5);
		assert_int_equal(sock_diag_find(fd, &trio.server_end, &trio.client_end, &answer),
				 0);
		assert_int_equal(answer.state, SOCK_DIAG_ESTABLISHED);
		assert_int_equal(answer.receive_queue, 5);
		assert_int_equal(answer.inode, inode_of(trio.server));
		assert_int_equal(answer.uid, geteuid());
		assert_true(answer.has_info && answer.has_bytes);
		assert_int_equal(answer.bytes_received, 5);
		assert_true(answer.last_received_ms < 60000);
		assert_int_equal(sock_diag_find(fd, &trio.client_end, &trio.server_end, &again), 0);
		assert_int_equal(again.inode, inode_of(trio.client));
		assert_true(again.cookie != answer.cookie);
		/* read: the same socket, other numbers */
		assert_int_equal(read(trio.server, (char[8]){ 0 }, 8), 5);
		assert_int_equal(sock_diag_find(fd, &trio.server_end, &trio.client_end, &again), 0);
		assert_true(again.cookie == answer.cookie);
		assert_int_equal(again.receive_queue, 0);
		/* where there is only the listener there is no connection */
		trio.client_end.port = 1;
		assert_int_equal(sock_diag_find(fd, &trio.server_end, &trio.client_end, &answer),
				 -ENOENT);
		close_trio(&trio);
	}
	close(fd);
}

static void test_listeners(void **state)
{
	struct sock_diag_answer items[512];
	struct sock_diag_list list = { .items = items, .limit = 512 };
	int fd = open_or_skip(), found = 0;
	struct trio trio;

	(void)state;
	make_trio(&trio, false);
	assert_int_equal(sock_diag_listeners(fd, &list), 0);
	for (size_t i = 0; i < list.count; i++) {
		assert_int_equal(items[i].state, SOCK_DIAG_LISTEN);
		if (items[i].inode != inode_of(trio.listener))
			continue;
		found++;
		assert_int_equal(items[i].local.port, trio.server_end.port);
		assert_int_equal(items[i].local.family, ADDR_IP6);
		assert_int_equal(items[i].remote.family, ADDR_NONE);
		assert_false(items[i].only_ip6);
		assert_int_equal(items[i].send_queue, 7);
		assert_true(items[i].cookie != 0);
	}
	assert_int_equal(found, 1);
	/* a list that is too short says so */
	list = (struct sock_diag_list){ .items = items, .limit = 0 };
	assert_int_equal(sock_diag_listeners(fd, &list), 0);
	assert_true(list.truncated);
	close_trio(&trio);
	close(fd);
}

static void test_parse(void **state)
{
	union {
		struct nlmsghdr head;
		uint8_t bytes[512];
	} reply;
	struct sock_diag_answer items[2];
	struct sock_diag_list list = { .items = items, .limit = 2 };
	struct inet_diag_msg *said = NLMSG_DATA(&reply.head);
	size_t whole = NLMSG_LENGTH(sizeof(*said) + 8);

	(void)state;
	memset(&reply, 0, sizeof(reply));
	reply.head.nlmsg_len = (uint32_t)whole;
	reply.head.nlmsg_type = SOCK_DIAG_BY_FAMILY;
	said->idiag_family = AF_INET6;
	said->idiag_state = SOCK_DIAG_LISTEN;
	/* an attribute: 5 bytes of length, type, a yes */
	memcpy(said + 1, &(struct nlattr){ 5, INET_DIAG_SKV6ONLY }, 4);
	((uint8_t *)(said + 1))[4] = 1;
	assert_int_equal(sock_diag_parse(&reply, whole, true, &list), 1);
	assert_int_equal(list.count, 1);
	assert_true(items[0].only_ip6);
	/* cut off anywhere: nothing is read beyond the end (ASan) */
	for (size_t bytes = 0; bytes < whole; bytes++) {
		uint32_t words[128];

		memcpy(words, &reply, bytes);
		list.count = 0;
		assert_int_equal(sock_diag_parse(words, bytes, true, &list), bytes ? -EBADMSG : 0);
		assert_int_equal(list.count, 0);
	}
	/* lengths that lie */
	reply.head.nlmsg_len = 3;
	assert_int_equal(sock_diag_parse(&reply, whole, true, &list), -EBADMSG);
	reply.head.nlmsg_len = NLMSG_LENGTH(sizeof(*said) - 4);
	assert_int_equal(sock_diag_parse(&reply, whole, true, &list), -EBADMSG);
	reply.head.nlmsg_len = (uint32_t)whole;
	((struct nlattr *)(said + 1))->nla_len = 600;
	list.count = 0;
	assert_int_equal(sock_diag_parse(&reply, whole, true, &list), 1);
	assert_false(items[0].only_ip6);
	/* what the kernel refuses */
	reply.head.nlmsg_type = NLMSG_ERROR;
	((struct nlmsgerr *)NLMSG_DATA(&reply.head))->error = -ENOENT;
	assert_int_equal(sock_diag_parse(&reply, whole, false, &list), -ENOENT);
}

static void test_owner(void **state)
{
	struct sock_search search = { 0 };
	struct sock_owner owners[3];
	struct trio trio;
	uint32_t a, b;

	(void)state;
	make_trio(&trio, true);
	a = inode_of(trio.client);
	b = inode_of(trio.server);
	owners[0] = (struct sock_owner){ .inode = a < b ? a : b };
	owners[1] = (struct sock_owner){ .inode = a < b ? b : a };
	owners[2] = (struct sock_owner){ .inode = UINT32_MAX };
	assert_int_equal(sock_owners_find(owners, 3, INT64_C(10000000000), &search), 0);
	assert_true(search.whole);
	assert_int_equal(owners[0].pid, getpid());
	assert_int_equal(owners[1].pid, getpid());
	assert_int_equal(owners[2].pid, 0);
	/* in pieces: each goes on where the last one ended, and all are asked in the end */
	owners[0].pid = owners[1].pid = 0;
	for (int i = 0; i < 100000 && !owners[0].pid; i++)
		assert_int_equal(sock_owners_find(owners, 3, 0, &search), 0);
	assert_int_equal(owners[0].pid, getpid());
	close_trio(&trio);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_find),
		cmocka_unit_test(test_listeners),
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_owner),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
