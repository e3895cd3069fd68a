/* SPDX-License-Identifier: MIT */
/* inet_diag: a connection that may have no owner any more, and its destruction. */
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lab/lab_private.h"

/* Asks about the connection call->at (local) to call->to with the message type call->a. Its state,
 * 0 if there is none, or a negative errno. */
static long op_diag(struct lab_call *call)
{
	struct {
		struct nlmsghdr header;
		struct inet_diag_req_v2 query;
	} request = { 0 };
	union {
		struct nlmsghdr header;
		char bytes[8192];
	} reply;
	const struct timeval second = { .tv_sec = 1 };
	int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	ssize_t got;
	long r;

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof(second));
	request.header.nlmsg_len = sizeof(request);
	request.header.nlmsg_type = (uint16_t)call->a;
	request.header.nlmsg_flags = NLM_F_REQUEST | (call->a == SOCK_DESTROY ? NLM_F_ACK : 0);
	request.query.sdiag_family = call->at.family == ADDR_IP6 ? AF_INET6 : AF_INET;
	request.query.sdiag_protocol = IPPROTO_TCP;
	request.query.idiag_states = ~0u;
	request.query.id.idiag_sport = htons(call->at.port);
	request.query.id.idiag_dport = htons(call->to.port);
	memcpy(request.query.id.idiag_src, call->at.ip, 16);
	memcpy(request.query.id.idiag_dst, call->to.ip, 16);
	memset(request.query.id.idiag_cookie, 0xff, sizeof(request.query.id.idiag_cookie));
	if (send(fd, &request, sizeof(request), 0) < 0)
		got = -1;
	else
		got = recv(fd, &reply, sizeof(reply), 0);
	r = got < 0 ? -errno : -EBADMSG;
	close(fd);
	if (got >= (ssize_t)NLMSG_LENGTH(sizeof(struct inet_diag_msg)) &&
	    reply.header.nlmsg_type == SOCK_DIAG_BY_FAMILY)
		r = ((struct inet_diag_msg *)NLMSG_DATA(&reply.header))->idiag_state;
	else if (got >= (ssize_t)NLMSG_LENGTH(sizeof(struct nlmsgerr)) &&
		 reply.header.nlmsg_type == NLMSG_ERROR)
		r = ((struct nlmsgerr *)NLMSG_DATA(&reply.header))->error;
	return r == -ENOENT && call->a != SOCK_DESTROY ? 0 : r;
}

void lab_await_remains(struct lab *lab, enum lab_who who, struct endpoint local,
		       struct endpoint remote, int tcp_state)
{
	int64_t deadline = 0;
	long r = 0;

	while (!lab_broken(lab) && await_tick(lab, &deadline)) {
		struct lab_call call = { .a = SOCK_DIAG_BY_FAMILY, .at = local, .to = remote };

		r = lab_call(lab, who, op_diag, &call);
		/* A listener on the port is what a lookup finds when nothing else is there. */
		if (r == tcp_state || (!tcp_state && r == TCP_LISTEN)) {
			await_came(lab);
			return;
		}
	}
	lab_break(lab, "the connection on %s is in state %s, %s is awaited", lab_who_name(who),
		  await_state_name(r), await_state_name(tcp_state));
}

void lab_await_listener(struct lab *lab, enum lab_who host, struct endpoint at)
{
	struct endpoint stranger = at;

	stranger.port = 1;
	lab_await_remains(lab, host, at, stranger, TCP_LISTEN);
}

long lab_destroy(struct lab *lab, enum lab_who killer, struct lab_sock sock)
{
	struct lab_call call = { .a = SOCK_DESTROY };
	long r;

	call.at = lab_local(lab, sock);
	call.to = lab_remote(lab, sock);
	r = lab_call(lab, killer, op_diag, &call);
	if (r < 0)
		lab_break(lab, "SOCK_DESTROY: %s", strerror((int)-r));
	else
		lab_record(lab, killer, "SOCK_DESTROY", r);
	return r;
}

bool diag_can_destroy(struct lab *lab)
{
	struct lab_call call = { .a = SOCK_DESTROY, .at = lab_endpoint("10.77.0.1", 1) };

	call.to = call.at;
	return lab_call(lab, LAB_CLIENT, op_diag, &call) == -ENOENT;
}
