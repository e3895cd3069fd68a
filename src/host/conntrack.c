/* SPDX-License-Identifier: MIT */
#include "host/conntrack.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "host/limit.h"
#include "host/netlink.h"
#include "host/netns.h"

#define ASKED_MAX 100 /* a second: in a storm it is one and the same filter */
#define REPLY_BYTES 8192

struct message {
	struct nlmsghdr head;
	struct nfgenmsg family;
	uint8_t attributes[160];
};

struct question {
	const struct endpoint *a, *b;
};

static struct nlattr *add(struct message *message, uint16_t type, const void *data, size_t bytes)
{
	struct nlattr *attribute =
		(struct nlattr *)((uint8_t *)message + NLMSG_ALIGN(message->head.nlmsg_len));

	attribute->nla_type = type;
	attribute->nla_len = (uint16_t)(NLA_HDRLEN + bytes);
	if (bytes)
		memcpy((uint8_t *)attribute + NLA_HDRLEN, data, bytes);
	message->head.nlmsg_len =
		NLMSG_ALIGN(message->head.nlmsg_len) + (uint32_t)NLA_ALIGN(attribute->nla_len);
	return attribute;
}

static struct nlattr *nest(struct message *message, uint16_t type)
{
	return add(message, type | NLA_F_NESTED, NULL, 0);
}

static void nest_end(const struct message *message, struct nlattr *nested)
{
	nested->nla_len = (uint16_t)((const uint8_t *)message + message->head.nlmsg_len -
				     (const uint8_t *)nested);
}

static void fill(struct message *message, const struct endpoint *from, const struct endpoint *to)
{
	bool ip6 = from->family == ADDR_IP6;
	size_t bytes = ip6 ? 16 : 4;
	uint8_t protocol = IPPROTO_TCP;
	uint16_t from_port = htons(from->port), to_port = htons(to->port);
	struct nlattr *tuple, *part;

	memset(message, 0, sizeof(*message));
	message->head.nlmsg_len = NLMSG_LENGTH(sizeof(message->family));
	message->head.nlmsg_type = NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET;
	message->head.nlmsg_flags = NLM_F_REQUEST;
	message->head.nlmsg_seq = 1;
	message->family.nfgen_family = ip6 ? AF_INET6 : AF_INET;
	message->family.version = NFNETLINK_V0;
	tuple = nest(message, CTA_TUPLE_ORIG);
	part = nest(message, CTA_TUPLE_IP);
	add(message, ip6 ? CTA_IP_V6_SRC : CTA_IP_V4_SRC, from->ip, bytes);
	add(message, ip6 ? CTA_IP_V6_DST : CTA_IP_V4_DST, to->ip, bytes);
	nest_end(message, part);
	part = nest(message, CTA_TUPLE_PROTO);
	add(message, CTA_PROTO_NUM, &protocol, sizeof(protocol));
	add(message, CTA_PROTO_SRC_PORT, &from_port, sizeof(from_port));
	add(message, CTA_PROTO_DST_PORT, &to_port, sizeof(to_port));
	nest_end(message, part);
	nest_end(message, tuple);
}

/* An entry is found by either of its two tuples. */
static int ask_one(int fd, const struct endpoint *from, const struct endpoint *to)
{
	uint8_t reply[REPLY_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));
	const struct nlmsghdr *head = (const void *)reply;
	const struct nlmsgerr *error = NLMSG_DATA(head);
	struct message message;
	ssize_t bytes;
	int r;

	fill(&message, from, to);
	r = netlink_ask(fd, &message.head);
	if (r)
		return r;
	bytes = netlink_answer(fd, reply, sizeof(reply));
	if (bytes < 0)
		return (int)bytes;
	if ((size_t)bytes < sizeof(*head))
		return -EPROTO;
	if (head->nlmsg_type != NLMSG_ERROR)
		return head->nlmsg_type == (NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_NEW)
			       ? 1
			       : -EPROTO;
	if ((size_t)bytes < NLMSG_LENGTH(sizeof(*error)))
		return -EPROTO;
	return error->error == -ENOENT ? 0 : error->error ? error->error : -EPROTO;
}

static int ask(void *context)
{
	const struct question *question = context;
	struct timeval patience = { 0, 100000 };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER), r;

	if (fd < 0)
		return errno == EPROTONOSUPPORT ? -EOPNOTSUPP : -errno;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	r = ask_one(fd, question->a, question->b);
	if (r == 0)
		r = ask_one(fd, question->b, question->a);
	close(fd);
	return r;
}

/* A module that is not there the kernel would load for whoever asks. Built in, neither shows. */
static bool can_be_asked(void)
{
	return access("/sys/module/nf_conntrack_netlink", F_OK) == 0 ||
	       (access("/sys/module/nf_conntrack", F_OK) == 0 &&
		access("/sys/module/nf_conntrack/refcnt", F_OK) < 0);
}

int conntrack_ask(uint32_t netns, const struct endpoint *a, const struct endpoint *b)
{
	static struct limit limit;
	struct question question = { a, b };
	int fd = -1, r;

	if (a->family != b->family || (a->family != ADDR_IP4 && a->family != ADDR_IP6))
		return -EINVAL;
	if (!can_be_asked())
		return -EOPNOTSUPP;
	if (limit_reached(&limit, ASKED_MAX))
		return -EAGAIN;
	r = netns_find(netns, &fd);
	if (r)
		return r;
	r = netns_run(fd, ask, &question);
	close(fd);
	return r;
}
