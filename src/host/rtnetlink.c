/* SPDX-License-Identifier: MIT */
#include "host/rtnetlink.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "host/netlink.h"

#define REPLY_BYTES 32768
#define DUMP_TRIES 3

int rtnetlink_open(void)
{
	struct timeval patience = { 0, 500000 };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (fd < 0)
		return -errno;
	/* The kernel answers within the call that asks; but nothing here waits for ever. */
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	return fd;
}

static bool is_message(const struct nlmsghdr *message, size_t bytes)
{
	return bytes >= sizeof(*message) && message->nlmsg_len >= sizeof(*message) &&
	       message->nlmsg_len <= bytes;
}

static size_t ip_bytes(uint8_t family)
{
	return family == AF_INET ? 4 : family == AF_INET6 ? 16 : 0;
}

static void parse_address(const struct nlmsghdr *message, struct rtnetlink_list *list)
{
	const struct ifaddrmsg *head = NLMSG_DATA(message);
	const struct rtattr *attribute = IFA_RTA(head);
	struct rtnetlink_address found = { .has_stamp = false };
	const void *local = NULL, *other = NULL;
	size_t bytes;
	int left;

	if (message->nlmsg_len < NLMSG_LENGTH(sizeof(*head)))
		return;
	bytes = ip_bytes(head->ifa_family);
	left = (int)(message->nlmsg_len - NLMSG_LENGTH(sizeof(*head)));
	for (; bytes && RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
		size_t size = RTA_PAYLOAD(attribute);
		struct ifa_cacheinfo info;

		if (attribute->rta_type == IFA_LOCAL && size >= bytes) {
			local = RTA_DATA(attribute);
		} else if (attribute->rta_type == IFA_ADDRESS && size >= bytes) {
			other = RTA_DATA(attribute);
		} else if (attribute->rta_type == IFA_CACHEINFO && size >= sizeof(info)) {
			memcpy(&info, RTA_DATA(attribute), sizeof(info));
			found.has_stamp = true;
			found.stamp = info.cstamp;
		}
	}
	/* With both, IFA_ADDRESS is the other end of a point-to-point link (linux/if_addr.h). */
	if (!local)
		local = other;
	if (!local)
		return;
	if (list->count == list->limit) {
		list->truncated = true;
		return;
	}
	found.address.family = head->ifa_family == AF_INET ? ADDR_IP4 : ADDR_IP6;
	memcpy(found.address.ip, local, bytes);
	list->items[list->count++] = found;
}

int rtnetlink_parse_addresses(const void *messages, size_t bytes, struct rtnetlink_list *list)
{
	const struct nlmsghdr *message = messages;
	size_t step;

	for (; is_message(message, bytes); message = (const void *)((const char *)message + step)) {
		/* The last one may end without padding. */
		step = NLMSG_ALIGN(message->nlmsg_len);
		step = step < bytes ? step : bytes;
		bytes -= step;
		if (message->nlmsg_flags & NLM_F_DUMP_INTR)
			list->interrupted = true;
		if (message->nlmsg_type == NLMSG_DONE)
			return 1;
		if (message->nlmsg_type == NLMSG_ERROR) {
			const struct nlmsgerr *error = NLMSG_DATA(message);

			if (message->nlmsg_len < NLMSG_LENGTH(sizeof(error->error)))
				return -EBADMSG;
			return error->error < 0 ? error->error : -EBADMSG;
		}
		if (message->nlmsg_type == RTM_NEWADDR)
			parse_address(message, list);
	}
	return bytes ? -EBADMSG : 0;
}

int rtnetlink_addresses(int fd, struct rtnetlink_list *list)
{
	struct {
		struct nlmsghdr head;
		struct ifaddrmsg body;
	} question = { 0 };
	_Alignas(struct nlmsghdr) char reply[REPLY_BYTES];
	size_t before = list->count;
	int r = 0, i;

	question.head.nlmsg_len = sizeof(question);
	question.head.nlmsg_type = RTM_GETADDR;
	question.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	for (i = 0; i < DUMP_TRIES; i++) {
		list->count = before;
		list->interrupted = false;
		r = netlink_ask(fd, &question.head);
		while (r == 0) {
			ssize_t got = netlink_answer(fd, reply, sizeof(reply));

			r = got < 0 ? (int)got
				    : rtnetlink_parse_addresses(reply, (size_t)got, list);
		}
		if (r < 0 || !list->interrupted)
			break;
	}
	return r < 0 ? r : 0;
}

int rtnetlink_is_local(int fd, const struct endpoint *address)
{
	struct {
		struct nlmsghdr head;
		struct rtmsg body;
		struct rtattr attribute;
		uint8_t ip[16];
	} question = { 0 };
	_Alignas(struct nlmsghdr) char reply[4096];
	const struct nlmsghdr *message = (const struct nlmsghdr *)reply;
	const struct rtmsg *route;
	size_t bytes = address->family == ADDR_IP4 ? 4 : 16;
	ssize_t got;
	int r;

	question.head.nlmsg_len = (uint32_t)(sizeof(question) - sizeof(question.ip) + bytes);
	question.head.nlmsg_type = RTM_GETROUTE;
	question.head.nlmsg_flags = NLM_F_REQUEST;
	question.body.rtm_family = address->family == ADDR_IP4 ? AF_INET : AF_INET6;
	question.body.rtm_dst_len = (uint8_t)(bytes * 8);
	question.attribute.rta_type = RTA_DST;
	question.attribute.rta_len = (uint16_t)RTA_LENGTH(bytes);
	memcpy(question.ip, address->ip, bytes);
	r = netlink_ask(fd, &question.head);
	if (r)
		return r;
	got = netlink_answer(fd, reply, sizeof(reply));
	if (got < 0)
		return (int)got;
	if (!is_message(message, (size_t)got))
		return -EBADMSG;
	/* No route at all (ENETUNREACH), or one that refuses: not ours. */
	if (message->nlmsg_type != RTM_NEWROUTE ||
	    message->nlmsg_len < NLMSG_LENGTH(sizeof(*route)))
		return 0;
	route = NLMSG_DATA(message);
	return route->rtm_type == RTN_LOCAL;
}
