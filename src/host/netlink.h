/* SPDX-License-Identifier: MIT */
/* Messages to and from the kernel, whatever the family. */
#ifndef WHYRST_HOST_NETLINK_H
#define WHYRST_HOST_NETLINK_H

#include <linux/netlink.h>
#include <sys/types.h>

/* Sends @message to the kernel. 0 or -errno. */
int netlink_ask(int fd, const struct nlmsghdr *message);
/* One datagram of the answer: its bytes, -EMSGSIZE if @bytes are too few, or -errno. */
ssize_t netlink_answer(int fd, void *reply, size_t bytes);

#endif
