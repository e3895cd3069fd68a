/* SPDX-License-Identifier: MIT */
#include "host/netlink.h"

#include <errno.h>
#include <sys/socket.h>

int netlink_ask(int fd, const struct nlmsghdr *message)
{
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };

	if (sendto(fd, message, message->nlmsg_len, 0, (const struct sockaddr *)&kernel,
		   sizeof(kernel)) < 0)
		return -errno;
	return 0;
}

ssize_t netlink_answer(int fd, void *reply, size_t bytes)
{
	ssize_t got;

	do
		got = recv(fd, reply, bytes, MSG_TRUNC);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return -errno;
	return (size_t)got > bytes ? -EMSGSIZE : got;
}
