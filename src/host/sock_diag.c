/* SPDX-License-Identifier: MIT */
#include "host/sock_diag.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "host/netlink.h"

#define REPLY_BYTES 32768

int sock_diag_open(void)
{
	struct timeval patience = { 0, 500000 };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);

	if (fd < 0)
		return -errno;
	/* The kernel answers within the call that asks; but nothing here waits for ever. */
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
	return fd;
}

const char *sock_diag_state_name(uint8_t state)
{
	static const char *const names[] = {
		"",	     "ESTABLISHED", "SYN_SENT",	  "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2",
		"TIME_WAIT", "CLOSE",	    "CLOSE_WAIT", "LAST_ACK", "LISTEN",	   "CLOSING",
	};

	return state < sizeof(names) / sizeof(*names) ? names[state] : "";
}

struct question {
	struct nlmsghdr head;
	struct inet_diag_req_v2 body;
};

static int ask(int fd, struct question *question, bool dump)
{
	question->head.nlmsg_len = sizeof(*question);
	question->head.nlmsg_type = SOCK_DIAG_BY_FAMILY;
	question->head.nlmsg_flags = NLM_F_REQUEST;
	if (dump)
		question->head.nlmsg_flags |= NLM_F_DUMP;
	question->body.sdiag_protocol = IPPROTO_TCP;
	return netlink_ask(fd, &question->head);
}

/* --- what the kernel tells ---------------------------------------------------------------------
 */

/* IPv4 within IPv6 is IPv4: a socket of both kinds speaks so of its IPv4 connections. */
static void set_endpoint(uint8_t family, const __be32 address[4], __be16 port,
			 struct endpoint *ret_endpoint)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	const uint8_t *bytes = (const uint8_t *)address;

	memset(ret_endpoint, 0, sizeof(*ret_endpoint));
	ret_endpoint->port = ntohs(port);
	if (family == AF_INET) {
		ret_endpoint->family = ADDR_IP4;
		memcpy(ret_endpoint->ip, bytes, 4);
	} else if (!memcmp(bytes, mapped, sizeof(mapped))) {
		ret_endpoint->family = ADDR_IP4;
		memcpy(ret_endpoint->ip, bytes + 12, 4);
	} else {
		ret_endpoint->family = ADDR_IP6;
		memcpy(ret_endpoint->ip, bytes, 16);
	}
}

/* Older kernels tell less of it, newer ones more. */
static void set_info(const void *data, size_t bytes, struct sock_diag_answer *answer_)
{
	struct tcp_info info = { 0 };

	memcpy(&info, data, bytes < sizeof(info) ? bytes : sizeof(info));
	if (bytes < offsetof(struct tcp_info, tcpi_total_retrans) + sizeof(info.tcpi_total_retrans))
		return;
	answer_->has_info = true;
	answer_->last_sent_ms = info.tcpi_last_data_sent;
	answer_->last_received_ms = info.tcpi_last_data_recv;
	answer_->last_ack_ms = info.tcpi_last_ack_recv;
	answer_->total_retransmits = info.tcpi_total_retrans;
	answer_->has_bytes = bytes >= offsetof(struct tcp_info, tcpi_segs_out);
	answer_->bytes_acked = info.tcpi_bytes_acked;
	answer_->bytes_received = info.tcpi_bytes_received;
}

static void set_drops(const uint8_t *data, size_t bytes, struct sock_diag_answer *answer_)
{
	const size_t at = SK_MEMINFO_DROPS * sizeof(uint32_t);

	if (bytes < at + sizeof(uint32_t))
		return;
	memcpy(&answer_->drops, data + at, sizeof(uint32_t));
	answer_->has_drops = true;
}

static void set_attributes(const uint8_t *at, size_t left, struct sock_diag_answer *answer_)
{
	struct nlattr attribute;

	while (left >= sizeof(attribute)) {
		size_t step;

		memcpy(&attribute, at, sizeof(attribute));
		if (attribute.nla_len < sizeof(attribute) || attribute.nla_len > left)
			return;
		if (attribute.nla_type == INET_DIAG_INFO)
			set_info(at + sizeof(attribute), attribute.nla_len - sizeof(attribute),
				 answer_);
		else if (attribute.nla_type == INET_DIAG_SKV6ONLY &&
			 attribute.nla_len > sizeof(attribute))
			answer_->only_ip6 = at[sizeof(attribute)];
		else if (attribute.nla_type == INET_DIAG_SKMEMINFO)
			set_drops(at + sizeof(attribute), attribute.nla_len - sizeof(attribute),
				  answer_);
		step = NLA_ALIGN(attribute.nla_len);
		if (step > left)
			return;
		at += step;
		left -= step;
	}
}

static void add(const struct nlmsghdr *message, struct sock_diag_list *list)
{
	const struct inet_diag_msg *said = NLMSG_DATA(message);
	struct sock_diag_answer *item;

	if (list->count == list->limit) {
		list->truncated = true;
		return;
	}
	item = &list->items[list->count++];
	memset(item, 0, sizeof(*item));
	item->state = said->idiag_state;
	item->retransmits = said->idiag_retrans;
	item->timer = said->idiag_timer;
	item->expires_ms = said->idiag_expires;
	item->inode = said->idiag_inode;
	item->uid = said->idiag_uid;
	item->receive_queue = said->idiag_rqueue;
	item->send_queue = said->idiag_wqueue;
	item->device = said->id.idiag_if;
	item->cookie = (uint64_t)said->id.idiag_cookie[1] << 32 | said->id.idiag_cookie[0];
	set_endpoint(said->idiag_family, said->id.idiag_src, said->id.idiag_sport, &item->local);
	if (item->state != SOCK_DIAG_LISTEN)
		set_endpoint(said->idiag_family, said->id.idiag_dst, said->id.idiag_dport,
			     &item->remote);
	set_attributes((const uint8_t *)(said + 1),
		       message->nlmsg_len - NLMSG_LENGTH(sizeof(*said)), item);
}

static int error_of(const struct nlmsghdr *message)
{
	const struct nlmsgerr *error = NLMSG_DATA(message);

	if (message->nlmsg_len < NLMSG_LENGTH(sizeof(error->error)))
		return -EBADMSG;
	return error->error < 0 ? error->error : -EBADMSG;
}

int sock_diag_parse(const void *messages, size_t bytes, bool single, struct sock_diag_list *list)
{
	const struct nlmsghdr *message = messages;
	size_t step;

	for (; bytes >= sizeof(*message); message = (const void *)((const char *)message + step)) {
		if (message->nlmsg_len < sizeof(*message) || message->nlmsg_len > bytes)
			return -EBADMSG;
		/* The last one may end without padding. */
		step = NLMSG_ALIGN(message->nlmsg_len);
		step = step < bytes ? step : bytes;
		bytes -= step;
		if (message->nlmsg_flags & NLM_F_DUMP_INTR)
			list->interrupted = true;
		if (message->nlmsg_type == NLMSG_DONE)
			return 1;
		if (message->nlmsg_type == NLMSG_ERROR)
			return error_of(message);
		if (message->nlmsg_type != SOCK_DIAG_BY_FAMILY)
			continue;
		if (message->nlmsg_len < NLMSG_LENGTH(sizeof(struct inet_diag_msg)))
			return -EBADMSG;
		add(message, list);
		if (single)
			return 1;
	}
	return bytes ? -EBADMSG : 0;
}

/* --- questions ---------------------------------------------------------------------------------
 */

static int read_answers(int fd, bool single, struct sock_diag_list *list)
{
	_Alignas(struct nlmsghdr) char reply[REPLY_BYTES];
	int r = 0;

	while (r == 0) {
		ssize_t got = netlink_answer(fd, reply, sizeof(reply));

		r = got < 0 ? (int)got : sock_diag_parse(reply, (size_t)got, single, list);
	}
	return r < 0 ? r : 0;
}

int sock_diag_find(int fd, const struct endpoint *local, const struct endpoint *remote,
		   struct sock_diag_answer *ret)
{
	struct question question = { 0 };
	struct sock_diag_list list = { .items = ret, .limit = 1 };
	struct inet_diag_sockid *id = &question.body.id;
	int r;

	if (local->family != remote->family || local->family == ADDR_NONE)
		return -EINVAL;
	question.body.sdiag_family = local->family == ADDR_IP4 ? AF_INET : AF_INET6;
	question.body.idiag_states = UINT32_MAX;
	question.body.idiag_ext = 1 << (INET_DIAG_INFO - 1);
	memcpy(id->idiag_src, local->ip, 16);
	memcpy(id->idiag_dst, remote->ip, 16);
	id->idiag_sport = htons(local->port);
	id->idiag_dport = htons(remote->port);
	id->idiag_cookie[0] = id->idiag_cookie[1] = INET_DIAG_NOCOOKIE;
	r = ask(fd, &question, false);
	if (r == 0)
		r = read_answers(fd, true, &list);
	if (r < 0)
		return r;
	/* Without such a connection the kernel finds the listener (inet_diag_find_one_icsk()). */
	return list.count && endpoint_same(&ret->local, local) &&
			       endpoint_same(&ret->remote, remote)
		       ? 0
		       : -ENOENT;
}

static int list_family(int fd, uint8_t family, uint32_t states, uint16_t port,
		       struct sock_diag_list *list)
{
	struct question question = { 0 };
	int r;

	question.body.sdiag_family = family;
	question.body.idiag_states = states;
	question.body.idiag_ext = 1 << (INET_DIAG_SKMEMINFO - 1);
	question.body.id.idiag_sport = htons(port);
	r = ask(fd, &question, true);
	return r ? r : read_answers(fd, false, list);
}

int sock_diag_port(int fd, uint32_t states, uint16_t port, struct sock_diag_list *list)
{
	int r = list_family(fd, AF_INET, states, port, list);

	if (r == 0) {
		r = list_family(fd, AF_INET6, states, port, list);
		/* A kernel without IPv6 has none of them. */
		if (r == -ENOENT || r == -EAFNOSUPPORT)
			r = 0;
	}
	return r;
}

int sock_diag_listeners(int fd, struct sock_diag_list *list)
{
	return sock_diag_port(fd, 1u << SOCK_DIAG_LISTEN, 0, list);
}

/* More than fit into one reply: a message is at least 88 bytes long. */
#define BATCH_ITEMS (REPLY_BYTES / 88 + 1)

static int each_of_family(int fd, const struct question *question_,
			  int (*take)(void *context, const struct sock_diag_answer *answer),
			  void *context, bool *interrupted)
{
	_Alignas(struct nlmsghdr) char reply[REPLY_BYTES];
	struct sock_diag_answer items[BATCH_ITEMS];
	struct question question = *question_;
	int r = ask(fd, &question, true);

	while (r == 0) {
		struct sock_diag_list list = { .items = items, .limit = BATCH_ITEMS };
		ssize_t got = netlink_answer(fd, reply, sizeof(reply));

		if (got < 0)
			return (int)got;
		r = sock_diag_parse(reply, (size_t)got, false, &list);
		*interrupted |= list.interrupted;
		for (size_t i = 0; i < list.count; i++) {
			int stop = take(context, &items[i]);

			if (stop)
				return stop;
		}
	}
	return r < 0 ? r : 0;
}

int sock_diag_each(int fd, uint32_t states, bool info,
		   int (*take)(void *context, const struct sock_diag_answer *answer), void *context,
		   bool *ret_interrupted)
{
	struct question question = { 0 };
	bool interrupted = false;
	int r;

	question.body.idiag_states = states;
	if (info)
		question.body.idiag_ext = 1 << (INET_DIAG_INFO - 1);
	question.body.sdiag_family = AF_INET;
	r = each_of_family(fd, &question, take, context, &interrupted);
	if (r == 0) {
		question.body.sdiag_family = AF_INET6;
		r = each_of_family(fd, &question, take, context, &interrupted);
		/* A kernel without IPv6 has none of them. */
		if (r == -ENOENT || r == -EAFNOSUPPORT)
			r = 0;
	}
	if (ret_interrupted)
		*ret_interrupted = interrupted;
	return r;
}
