/* SPDX-License-Identifier: MIT */
#include "cmds/check.h"

#include <errno.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "host/boot.h"

#define READ_MAX (1 << 20) /* of what a server says unasked */

static bool take_address(const struct ifaddrs *one, const char *device, struct endpoint *ret)
{
	const struct sockaddr *address = one->ifa_addr;

	if (!address || strcmp(one->ifa_name, device) ||
	    address->sa_family != (ret->family == ADDR_IP4 ? AF_INET : AF_INET6))
		return false;
	if (ret->family == ADDR_IP4)
		memcpy(ret->ip, &((const struct sockaddr_in *)(const void *)address)->sin_addr, 4);
	else
		memcpy(ret->ip, &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr,
		       16);
	return true;
}

int check_reachable(const struct sock_diag_answer *listener, struct endpoint *ret)
{
	char device[IF_NAMESIZE];
	struct ifaddrs *list, *one;

	*ret = listener->local;
	if (!listener->device) {
		if (ret->family == ADDR_IP4)
			memcpy(ret->ip, "\x7f\0\0\1", 4);
		else
			ret->ip[15] = 1;
		return 0;
	}
	/* What comes over loopback is not for a socket that is bound to another device. */
	if (!if_indextoname(listener->device, device) || getifaddrs(&list))
		return -EADDRNOTAVAIL;
	for (one = list; one && !take_address(one, device, ret); one = one->ifa_next)
		;
	freeifaddrs(list);
	return one ? 0 : -EADDRNOTAVAIL;
}

static socklen_t set_address(const struct endpoint *to, uint32_t device,
			     struct sockaddr_storage *ret)
{
	struct sockaddr_in *ip4 = (struct sockaddr_in *)ret;
	struct sockaddr_in6 *ip6 = (struct sockaddr_in6 *)ret;

	memset(ret, 0, sizeof(*ret));
	if (to->family == ADDR_IP4) {
		ip4->sin_family = AF_INET;
		ip4->sin_port = htons(to->port);
		memcpy(&ip4->sin_addr, to->ip, 4);
		return sizeof(*ip4);
	}
	ip6->sin6_family = AF_INET6;
	ip6->sin6_port = htons(to->port);
	if (IN6_IS_ADDR_LINKLOCAL((const struct in6_addr *)(const void *)to->ip))
		ip6->sin6_scope_id = device;
	memcpy(&ip6->sin6_addr, to->ip, 16);
	return sizeof(*ip6);
}

/* 0, or -ETIMEDOUT at @end_ns. */
static int await(int fd, short events, int64_t end_ns)
{
	for (;;) {
		struct pollfd one = { .fd = fd, .events = events };
		int64_t left_ns = end_ns - clock_monotonic_ns();
		struct timespec left;
		int r;

		if (left_ns <= 0)
			return -ETIMEDOUT;
		left.tv_sec = left_ns / 1000000000;
		left.tv_nsec = left_ns % 1000000000;
		r = ppoll(&one, 1, &left, NULL);
		if (r > 0)
			return 0;
		if (r < 0 && errno != EINTR)
			return -errno;
	}
}

static int complete(int fd, const struct endpoint *to, uint32_t device, int64_t end_ns)
{
	struct sockaddr_storage address;
	socklen_t length = set_address(to, device, &address);
	int error = 0, r;

	if (connect(fd, (struct sockaddr *)&address, length) == 0)
		return 0;
	if (errno != EINPROGRESS)
		return -errno;
	r = await(fd, POLLOUT, end_ns);
	if (r < 0)
		return r;
	length = sizeof(error);
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length))
		return -errno;
	return -error;
}

/* Our FIN, then whatever the server still says, until its own. */
static void part(int fd, int64_t end_ns, struct check_handshake *ret)
{
	int64_t begin_ns = clock_monotonic_ns();
	char bytes[4096];
	size_t total = 0;

	if (shutdown(fd, SHUT_WR)) {
		ret->reset = errno == ECONNRESET || errno == ENOTCONN;
		return;
	}
	while (total < READ_MAX && await(fd, POLLIN, end_ns) == 0) {
		ssize_t got = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);

		if (got > 0) {
			total += (size_t)got;
			continue;
		}
		if (got < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		ret->reset = got < 0 && errno == ECONNRESET;
		ret->closed = got == 0;
		ret->closed_ns = clock_monotonic_ns() - begin_ns;
		return;
	}
}

void check_connect(const struct endpoint *to, uint32_t device, int64_t limit_ns,
		   struct check_handshake *ret)
{
	int64_t begin_ns = clock_monotonic_ns();
	int fd;

	*ret = (struct check_handshake){ .tried = true, .to = *to, .allowed_ns = limit_ns };
	fd = socket(to->family == ADDR_IP4 ? AF_INET : AF_INET6,
		    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0) {
		ret->error = -errno;
		return;
	}
	ret->error = complete(fd, to, device, begin_ns + limit_ns);
	ret->took_ns = clock_monotonic_ns() - begin_ns;
	/* A reset that answers a SYN is ECONNREFUSED: this one came after the handshake. */
	if (ret->error == -ECONNRESET || ret->error == -EPIPE) {
		ret->error = 0;
		ret->reset = true;
	} else if (ret->error == 0)
		part(fd, begin_ns + limit_ns, ret);
	close(fd);
}
