/* SPDX-License-Identifier: MIT */
/* Awaiting a condition and asking a connection about itself. */
#include <errno.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>

#include "host/sock_diag.h"
#include "lab/lab_private.h"

#ifndef TCP_REPAIR_OFF_NO_WP
#define TCP_REPAIR_OFF_NO_WP -1
#endif

enum queue { QUEUE_RECEIVE = 1, QUEUE_SEND = 2 }; /* TCP_RECV_QUEUE, TCP_SEND_QUEUE */

static long op_ioctl(struct lab_call *call)
{
	int value = 0;

	return ioctl(call->fd, (unsigned long)call->a, &value) < 0 ? -errno : value;
}

static long op_info(struct lab_call *call)
{
	struct tcp_info info = { 0 };
	socklen_t size = sizeof(info);

	if (getsockopt(call->fd, IPPROTO_TCP, TCP_INFO, &info, &size) < 0)
		return -errno;
	call->a = info.tcpi_state;
	call->b = info.tcpi_unacked; /* of a listener: its queue */
	return 0;
}

int64_t await_deadline(const struct lab *lab)
{
	unsigned int ms = lab->patience_ms > LAB_AWAIT_MS ? lab->patience_ms : LAB_AWAIT_MS;

	return lab_now_ns() + ms * 1000000ll;
}

void await_moment(struct lab *lab, int64_t from_ns)
{
	if (lab->moment_count < LAB_MOMENTS_MAX)
		lab->moments[lab->moment_count++] = (struct lab_moment){ from_ns, lab_now_ns() };
}

void await_came(struct lab *lab)
{
	await_moment(lab, lab->tick_before_ns);
}

bool await_tick(struct lab *lab, int64_t *deadline)
{
	const struct timespec pause = { .tv_nsec = 300000 };
	bool first = !*deadline;

	if (first)
		*deadline = await_deadline(lab);
	else if (lab_now_ns() > *deadline)
		return false;
	else
		nanosleep(&pause, NULL);
	lab->tick_before_ns = first ? lab_now_ns() : lab->tick_ns;
	lab->tick_ns = lab_now_ns();
	return true;
}

static long ask(struct lab *lab, struct lab_sock sock, long (*op)(struct lab_call *), long a,
		struct lab_call *ret_call)
{
	memset(ret_call, 0, sizeof(*ret_call));
	ret_call->fd = sock.fd;
	ret_call->a = a;
	return lab_call(lab, sock.who, op, ret_call);
}

void lab_await_unread(struct lab *lab, struct lab_sock sock, size_t at_least)
{
	struct lab_call call;
	int64_t deadline = 0;
	long r = 0;

	wait_name(lab, "%zu unread bytes at %s", at_least, lab_who_name(sock.who));
	while (!lab_broken(lab) && await_tick(lab, &deadline)) {
		r = ask(lab, sock, op_ioctl, SIOCINQ, &call);
		if (r >= 0 && (size_t)r >= at_least)
			return;
	}
	lab_break(lab, "%s has %ld unread bytes, %zu are awaited", lab_who_name(sock.who), r,
		  at_least);
}

void lab_await_acked(struct lab *lab, struct lab_sock sock)
{
	struct lab_call call;
	int64_t deadline = 0;
	long r = 0;

	wait_name(lab, "acknowledgements for %s", lab_who_name(sock.who));
	while (!lab_broken(lab) && await_tick(lab, &deadline)) {
		r = ask(lab, sock, op_ioctl, SIOCOUTQ, &call);
		if (r == 0)
			return;
	}
	lab_break(lab, "%ld bytes of %s stay without acknowledgement", r, lab_who_name(sock.who));
}

const char *await_state_name(long state)
{
	const char *name = state > 0 && state < 256 ? sock_diag_state_name((uint8_t)state) : "";

	return *name ? name : "gone";
}

void lab_await_state(struct lab *lab, struct lab_sock sock, int tcp_state)
{
	struct lab_call call = { 0 };
	int64_t deadline = 0;

	wait_name(lab, "state %s of a socket of %s", await_state_name(tcp_state),
		  lab_who_name(sock.who));
	while (!lab_broken(lab) && await_tick(lab, &deadline))
		if (ask(lab, sock, op_info, 0, &call) == 0 && call.a == tcp_state) {
			await_came(lab);
			return;
		}
	lab_break(lab, "%s is in state %s, %s is awaited", lab_who_name(sock.who),
		  await_state_name(call.a), await_state_name(tcp_state));
}

void lab_await_queue(struct lab *lab, struct lab_sock listener, unsigned int length)
{
	struct lab_call call = { 0 };
	int64_t deadline = 0;

	wait_name(lab, "%u connections in the accept queue", length);
	while (!lab_broken(lab) && await_tick(lab, &deadline))
		if (ask(lab, listener, op_info, 0, &call) == 0 && call.b == (long)length)
			return;
	lab_break(lab, "%ld connections wait for accept(), %u are awaited", call.b, length);
}

/* The value under @name in two lines "Prefix: name name" and "Prefix: value value". */
static bool counter_in(const char *file, const char *prefix, const char *name, uint64_t *ret_value)
{
	char titles[8192], values[8192];
	char *title, *value, *rest_of_titles, *rest_of_values;
	FILE *stream = fopen(file, "re");
	bool found = false;

	while (stream && !found && fgets(titles, sizeof(titles), stream) &&
	       fgets(values, sizeof(values), stream)) {
		title = strtok_r(titles, " :\n", &rest_of_titles);
		value = strtok_r(values, " :\n", &rest_of_values);
		if (!title || strcmp(title, prefix) != 0)
			continue;
		while (!found && title && value) {
			title = strtok_r(NULL, " \n", &rest_of_titles);
			value = strtok_r(NULL, " \n", &rest_of_values);
			found = title && value && strcmp(title, name) == 0 &&
				sscanf(value, "%lu", ret_value) == 1;
		}
	}
	if (stream)
		fclose(stream);
	return found;
}

uint64_t lab_counter(struct lab *lab, enum lab_who host, const char *name)
{
	const char *dot = strchr(name, '.');
	char prefix[16];
	uint64_t value = 0;
	bool found;

	if (lab_broken(lab) || hosts_enter(lab, host) < 0)
		return 0;
	snprintf(prefix, sizeof(prefix), "%.*s", dot ? (int)(dot - name) : 0, name);
	name = dot ? dot + 1 : name;
	found = counter_in("/proc/thread-self/net/snmp", prefix, name, &value) ||
		counter_in("/proc/thread-self/net/netstat", prefix, name, &value);
	hosts_leave(lab);
	if (!found)
		lab_break(lab, "this kernel has no counter %s.%s", prefix, name);
	return value;
}

void lab_await_counter(struct lab *lab, enum lab_who host, const char *name, uint64_t at_least)
{
	int64_t deadline = 0;
	uint64_t value = 0;

	wait_name(lab, "%s to reach %lu", name, at_least);
	while (!lab_broken(lab) && await_tick(lab, &deadline)) {
		value = lab_counter(lab, host, name);
		if (value >= at_least) {
			await_came(lab);
			return;
		}
	}
	lab_break(lab, "%s is %lu, %lu is awaited", name, value, at_least);
}

/* The queue a repaired socket is asked about is chosen first (kernel tcp.c, do_tcp_setsockopt). */
static long op_seqs(struct lab_call *call)
{
	int on = 1, none = 0, off = TCP_REPAIR_OFF_NO_WP, queue;
	uint32_t seq[2] = { 0 };
	socklen_t size = sizeof(uint32_t);

	if (setsockopt(call->fd, IPPROTO_TCP, TCP_REPAIR, &on, sizeof(on)) < 0)
		return -errno;
	queue = QUEUE_SEND;
	setsockopt(call->fd, IPPROTO_TCP, TCP_REPAIR_QUEUE, &queue, sizeof(queue));
	getsockopt(call->fd, IPPROTO_TCP, TCP_QUEUE_SEQ, &seq[0], &size);
	queue = QUEUE_RECEIVE;
	setsockopt(call->fd, IPPROTO_TCP, TCP_REPAIR_QUEUE, &queue, sizeof(queue));
	getsockopt(call->fd, IPPROTO_TCP, TCP_QUEUE_SEQ, &seq[1], &size);
	setsockopt(call->fd, IPPROTO_TCP, TCP_REPAIR_QUEUE, &none, sizeof(none));
	if (setsockopt(call->fd, IPPROTO_TCP, TCP_REPAIR, &off, sizeof(off)) < 0)
		return -errno;
	call->a = seq[0];
	call->b = seq[1];
	return 0;
}

void lab_seqs(struct lab *lab, struct lab_sock sock, uint32_t *ret_snd_nxt, uint32_t *ret_rcv_nxt)
{
	struct lab_call call = { 0 };
	long r = ask(lab, sock, op_seqs, 0, &call);

	if (r < 0)
		lab_break(lab, "TCP_REPAIR of %s: %s", lab_who_name(sock.who), strerror((int)-r));
	*ret_snd_nxt = (uint32_t)call.a;
	*ret_rcv_nxt = (uint32_t)call.b;
}
