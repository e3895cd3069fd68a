/* SPDX-License-Identifier: MIT */
/* Sockets in the programs of the lab: each call has its half there (op_x) and its half here. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lab/lab_private.h"

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

static long result_of(long r)
{
	return r < 0 ? -errno : r;
}

#define WAKING_NS 3000000 /* from a timer to the end of the call that it ends */

static long call_on(struct lab *lab, struct lab_sock sock, const char *name,
		    long (*function)(struct lab_call *call), struct lab_call *call)
{
	long r;

	call->fd = sock.fd;
	if (name)
		wait_name(lab, "%s of %s", name, lab_who_name(sock.who));
	r = lab_call(lab, sock.who, function, call);
	/* A timer woke it, just now. */
	if (r == -ETIMEDOUT)
		await_moment(lab, lab_now_ns() - WAKING_NS);
	if (name && !lab_broken(lab))
		lab_record(lab, sock.who, name, r);
	return r;
}

static long must(struct lab *lab, struct lab_sock sock, const char *what, long r)
{
	if (r < 0)
		lab_break(lab, "%s of %s: %s", what, lab_who_name(sock.who), strerror((int)-r));
	return r;
}

/* No call blocks for ever. */
static void set_timeouts(int fd)
{
	const struct timeval two = { .tv_sec = 2 };

	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &two, sizeof(two));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &two, sizeof(two));
}

static long op_socket(struct lab_call *call)
{
	int fd = socket((int)call->a, SOCK_STREAM | SOCK_CLOEXEC, (int)call->b), on = 1;

	if (fd < 0)
		return -errno;
	set_timeouts(fd);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	return fd;
}

struct lab_sock lab_socket(struct lab *lab, enum lab_who who, unsigned int flags)
{
	struct lab_call call = { .a = hosts_family(lab, flags),
				 .b = flags & LAB_MPTCP ? IPPROTO_MPTCP : 0 };
	struct lab_sock sock = { .who = who };

	sock.fd = (int)must(lab, sock, "socket", lab_call(lab, who, op_socket, &call));
	return sock;
}

static long op_bind(struct lab_call *call)
{
	struct sockaddr_storage address;
	socklen_t size = address_of(&call->at, &address);

	return result_of(bind(call->fd, (struct sockaddr *)&address, size));
}

long lab_bind(struct lab *lab, struct lab_sock sock, struct endpoint at)
{
	struct lab_call call = { .at = at };

	return must(lab, sock, "bind", call_on(lab, sock, NULL, op_bind, &call));
}

static long op_listen(struct lab_call *call)
{
	return result_of(listen(call->fd, (int)call->a));
}

long lab_listen_on(struct lab *lab, struct lab_sock sock, int backlog)
{
	struct lab_call call = { .a = backlog };

	lab_record(lab, sock.who, "listen, backlog", backlog);
	return must(lab, sock, "listen", call_on(lab, sock, NULL, op_listen, &call));
}

struct lab_sock lab_listen(struct lab *lab, enum lab_who who, unsigned int port_index,
			   unsigned int flags, int backlog)
{
	struct lab_sock sock = lab_socket(lab, who, flags);

	lab_bind(lab, sock,
		 lab_endpoint(hosts_family(lab, flags) == AF_INET6 ? "::" : "0.0.0.0",
			      lab_port(lab, port_index)));
	lab_listen_on(lab, sock, backlog);
	return sock;
}

static long op_connect(struct lab_call *call)
{
	struct timeval patience = { .tv_sec = call->a / 1000, .tv_usec = call->a % 1000 * 1000 };
	struct sockaddr_storage address;
	socklen_t size = address_of(&call->to, &address);
	long r;

	setsockopt(call->fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	r = result_of(connect(call->fd, (struct sockaddr *)&address, size));
	set_timeouts(call->fd);
	return r == -EINPROGRESS ? -EAGAIN : r;
}

long lab_connect(struct lab *lab, struct lab_sock sock, struct endpoint to)
{
	struct lab_call call = { .to = to, .a = lab->patience_ms };

	return call_on(lab, sock, "connect", op_connect, &call);
}

static long op_connect_start(struct lab_call *call)
{
	struct sockaddr_storage address;
	socklen_t size = address_of(&call->to, &address);
	int flags = fcntl(call->fd, F_GETFL);
	long r;

	fcntl(call->fd, F_SETFL, flags | O_NONBLOCK);
	r = result_of(connect(call->fd, (struct sockaddr *)&address, size));
	fcntl(call->fd, F_SETFL, flags);
	return r;
}

long lab_connect_start(struct lab *lab, struct lab_sock sock, struct endpoint to)
{
	struct lab_call call = { .to = to };

	return call_on(lab, sock, "connect(start)", op_connect_start, &call);
}

static long wait_for(int fd, short events, long ms)
{
	struct pollfd ready = { .fd = fd, .events = events };
	int r = poll(&ready, 1, (int)ms);

	return r < 0 ? -errno : r == 0 ? -EAGAIN : 0;
}

static long op_accept(struct lab_call *call)
{
	long r = wait_for(call->fd, POLLIN, call->a);

	if (r == 0)
		r = result_of(accept4(call->fd, NULL, NULL, SOCK_CLOEXEC));
	if (r >= 0)
		set_timeouts((int)r);
	return r;
}

struct lab_sock lab_accept(struct lab *lab, struct lab_sock listener)
{
	struct lab_call call = { .a = LAB_AWAIT_MS };
	struct lab_sock sock = { .who = listener.who };

	sock.fd =
		(int)must(lab, listener, "accept", call_on(lab, listener, NULL, op_accept, &call));
	return sock;
}

struct lab_sock lab_try_accept(struct lab *lab, struct lab_sock listener)
{
	struct lab_call call = { .a = lab->patience_ms };
	struct lab_sock sock = { .who = listener.who };

	sock.fd = (int)call_on(lab, listener, NULL, op_accept, &call);
	lab_record(lab, listener.who, "accept", lab_min(sock.fd, 0));
	return sock;
}

static long op_error(struct lab_call *call)
{
	int error = 0;
	socklen_t size = sizeof(error);

	if (getsockopt(call->fd, SOL_SOCKET, SO_ERROR, &error, &size) < 0)
		return -errno;
	return -error;
}

long lab_error(struct lab *lab, struct lab_sock sock)
{
	struct lab_call call = { 0 };

	return call_on(lab, sock, "SO_ERROR", op_error, &call);
}

static long op_name(struct lab_call *call)
{
	struct sockaddr_storage address = { 0 };
	socklen_t size = sizeof(address);
	int r = call->a ? getpeername(call->fd, (struct sockaddr *)&address, &size)
			: getsockname(call->fd, (struct sockaddr *)&address, &size);

	call->at = address_endpoint(&address);
	return result_of(r);
}

struct endpoint lab_local(struct lab *lab, struct lab_sock sock)
{
	struct lab_call call = { 0 };

	must(lab, sock, "getsockname", call_on(lab, sock, NULL, op_name, &call));
	return call.at;
}

struct endpoint lab_remote(struct lab *lab, struct lab_sock sock)
{
	struct lab_call call = { .a = 1 };

	long r = call_on(lab, sock, NULL, op_name, &call);

	if (r != -ENOTCONN)
		must(lab, sock, "getpeername", r);
	return call.at;
}

struct lab_pair lab_pair(struct lab *lab, unsigned int flags)
{
	struct lab_pair pair = { 0 };

	pair.listener = lab_listen(lab, LAB_SERVER, 0, flags, 16);
	pair.client = lab_socket(lab, LAB_CLIENT, flags);
	must(lab, pair.client, "connect",
	     lab_connect(lab, pair.client, lab_at(lab, LAB_SERVER, 0, flags)));
	pair.server = lab_accept(lab, pair.listener);
	pair.client_end = lab_local(lab, pair.client);
	pair.server_end = lab_remote(lab, pair.client);
	if (flags & LAB_NO_LISTENER)
		lab_close(lab, pair.listener);
	return pair;
}

static long op_set(struct lab_call *call)
{
	return result_of(
		setsockopt(call->fd, (int)call->a, (int)call->b, call->data, call->length));
}

int lab_set(struct lab *lab, struct lab_sock sock, int level, int name, const void *value,
	    size_t length)
{
	struct lab_call call = { .a = level, .b = name, .length = (uint32_t)length };

	if (length > sizeof(call.data))
		return -E2BIG;
	memcpy(call.data, value, length);
	return (int)must(lab, sock, "setsockopt", call_on(lab, sock, NULL, op_set, &call));
}

int lab_set_int(struct lab *lab, struct lab_sock sock, int level, int name, int value)
{
	return lab_set(lab, sock, level, name, &value, sizeof(value));
}

int lab_linger(struct lab *lab, struct lab_sock sock, bool on, int seconds)
{
	const struct linger linger = { .l_onoff = on, .l_linger = seconds };

	return lab_set(lab, sock, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger));
}

static long op_send(struct lab_call *call)
{
	return result_of(send(call->fd, call->data, call->length, MSG_NOSIGNAL));
}

long lab_send_data(struct lab *lab, struct lab_sock sock, const void *data, size_t length)
{
	struct lab_call call = { 0 };

	call.length = (uint32_t)lab_min(length, sizeof(call.data));
	memcpy(call.data, data, call.length);
	return call_on(lab, sock, "send", op_send, &call);
}

long lab_send(struct lab *lab, struct lab_sock sock, const char *text)
{
	return lab_send_data(lab, sock, text, strlen(text));
}

/* call->a bytes at most, in pieces; call->b: without waiting for room. */
static long op_send_bytes(struct lab_call *call)
{
	static char filler[65536];
	long sent = 0, r = 0;

	memset(filler, 'x', sizeof(filler));
	while (sent < call->a && r >= 0) {
		r = result_of(send(call->fd, filler,
				   lab_min(sizeof(filler), (size_t)(call->a - sent)),
				   MSG_NOSIGNAL | (call->b ? MSG_DONTWAIT : 0)));
		if (r > 0)
			sent += r;
	}
	return sent || r >= 0 ? sent : r;
}

long lab_send_bytes(struct lab *lab, struct lab_sock sock, size_t count)
{
	struct lab_call call = { .a = (long)count };

	call.a += lab_random(lab, (unsigned int)count / 2 + 1);
	return call_on(lab, sock, "send", op_send_bytes, &call);
}

/* Until nothing more goes in for 30 ms: the peer's window takes a while to close. */
static long op_fill(struct lab_call *call)
{
	struct lab_call piece = { .fd = call->fd, .a = 1 << 16, .b = 1 };
	long sent = 0, r;

	do {
		r = op_send_bytes(&piece);
		if (r > 0)
			sent += r;
		else if (r == -EAGAIN)
			r = wait_for(call->fd, POLLOUT, 30) == 0 ? 1 : r;
	} while (r > 0 && sent < 64 << 20);
	return sent || r == -EAGAIN ? sent : r;
}

long lab_fill(struct lab *lab, struct lab_sock sock)
{
	struct lab_call call = { 0 };

	return call_on(lab, sock, "send(all that fits)", op_fill, &call);
}

static long op_recv(struct lab_call *call)
{
	static char bytes[65536];
	long r = wait_for(call->fd, POLLIN, call->a);

	if (r < 0)
		return r;
	return result_of(
		recv(call->fd, bytes, lab_min(sizeof(bytes), (size_t)call->b), MSG_DONTWAIT));
}

long lab_recv(struct lab *lab, struct lab_sock sock, size_t most)
{
	struct lab_call call = { .a = lab->patience_ms, .b = (long)most };

	return call_on(lab, sock, "recv", op_recv, &call);
}

static long op_drain(struct lab_call *call)
{
	long r;

	call->b = 65536;
	do
		r = op_recv(call);
	while (r > 0);
	return r;
}

long lab_drain(struct lab *lab, struct lab_sock sock)
{
	struct lab_call call = { .a = lab->patience_ms };

	return call_on(lab, sock, "drain", op_drain, &call);
}

static long op_shutdown(struct lab_call *call)
{
	return result_of(shutdown(call->fd, (int)call->a));
}

long lab_shutdown(struct lab *lab, struct lab_sock sock, int how)
{
	struct lab_call call = { .a = how };

	return call_on(lab, sock, "shutdown", op_shutdown, &call);
}

static long op_close(struct lab_call *call)
{
	return result_of(close(call->fd));
}

long lab_close(struct lab *lab, struct lab_sock sock)
{
	struct lab_call call = { 0 };

	return call_on(lab, sock, "close", op_close, &call);
}

static long op_forget(struct lab_call *call)
{
	int on = 1;

	if (setsockopt(call->fd, IPPROTO_TCP, TCP_REPAIR, &on, sizeof(on)) < 0)
		return -errno;
	return result_of(close(call->fd));
}

long lab_forget(struct lab *lab, struct lab_sock sock)
{
	struct lab_call call = { 0 };

	return must(lab, sock, "close under TCP_REPAIR",
		    call_on(lab, sock, "forget", op_forget, &call));
}
