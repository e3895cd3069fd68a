/* SPDX-License-Identifier: MIT */
/* The sockets of one namespace: listeners and their queues, half-closed connections, all of them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "audit/sample.h"
#include "audit/tally.h"
#include "host/sysctl.h"

#define STATE(name) (1u << SOCK_DIAG_##name)

/* --- listeners ---------------------------------------------------------------------------------
 */

static struct audit_listener *listener_of(struct audit_space *space,
					  const struct sock_diag_answer *answer)
{
	struct audit_listener *listener;

	for (int i = 0; i < space->listener_count; i++)
		if (space->listeners[i].cookie == answer->cookie)
			return &space->listeners[i];
	if (space->listener_count == AUDIT_LISTENERS_MAX) {
		space->listeners_truncated = true;
		return NULL;
	}
	/* Twice as many each time: at powers of two from 16 on. */
	if ((space->listener_count & (space->listener_count - 1)) == 0 &&
	    (!space->listener_count || space->listener_count >= 16)) {
		size_t room = space->listener_count ? (size_t)space->listener_count * 2 : 16;
		void *grown = realloc(space->listeners, room * sizeof(*listener));

		if (!grown)
			return NULL;
		space->listeners = grown;
	}
	listener = &space->listeners[space->listener_count++];
	*listener = (struct audit_listener){ .local = answer->local,
					     .cookie = answer->cookie,
					     .inode = answer->inode };
	return listener;
}

static int take_listener(void *context, const struct sock_diag_answer *answer)
{
	struct audit_listener *listener = listener_of(context, answer);

	if (!listener)
		return 0;
	listener->backlog = answer->send_queue;
	listener->queue = answer->receive_queue;
	if (listener->queue > listener->queue_most)
		listener->queue_most = listener->queue;
	listener->looks++;
	/* sk_acceptq_is_full() in include/net/sock.h: one more than the backlog is let in. */
	listener->full += listener->queue > listener->backlog;
	listener->waiting += listener->queue > 0;
	return 0;
}

int sample_listeners(struct audit_space *space)
{
	int fd = sock_diag_open(), r;

	if (fd < 0)
		return fd;
	r = sock_diag_each(fd, STATE(LISTEN), false, take_listener, space, NULL);
	close(fd);
	return r;
}

/* --- connections that one end has closed -------------------------------------------------------
 */

static int take_half(void *context, const struct sock_diag_answer *answer)
{
	struct audit_halves *halves = context;
	struct audit_half *half;

	if (halves->count == AUDIT_HALVES_MAX) {
		halves->truncated = true;
		return 1;
	}
	if ((halves->count & (halves->count - 1)) == 0 && (!halves->count || halves->count >= 64)) {
		size_t room = halves->count ? halves->count * 2 : 64;
		void *grown = realloc(halves->items, room * sizeof(*half));

		if (!grown)
			return -ENOMEM;
		halves->items = grown;
	}
	half = &halves->items[halves->count++];
	*half = (struct audit_half){ .cookie = answer->cookie,
				     .local = answer->local,
				     .remote = answer->remote,
				     .inode = answer->inode,
				     .unread = answer->receive_queue,
				     .expires_ms = answer->timer ? answer->expires_ms : 0,
				     .age_ms = answer->has_info ? (int64_t)answer->last_ack_ms : -1,
				     .state = answer->state };
	return 0;
}

static int compare_halves(const void *a, const void *b)
{
	const struct audit_half *one = a, *other = b;

	return (one->cookie > other->cookie) - (one->cookie < other->cookie);
}

int sample_halves(struct audit_halves *ret)
{
	int fd = sock_diag_open(), r;

	*ret = (struct audit_halves){ 0 };
	if (fd < 0)
		return fd;
	r = sock_diag_each(fd, STATE(CLOSE_WAIT) | STATE(FIN_WAIT1) | STATE(FIN_WAIT2), true,
			   take_half, ret, NULL);
	close(fd);
	if (ret->count)
		qsort(ret->items, ret->count, sizeof(*ret->items), compare_halves);
	return r < 0 ? r : 0;
}

/* --- all ---------------------------------------------------------------------------------------
 */

static int take_any(void *context, const struct sock_diag_answer *answer)
{
	tally_add(context, answer);
	return 0;
}

int sample_sockets(struct audit_space *space)
{
	int64_t range[2] = { 32768, 60999 };
	uint64_t key[2] = { (uintptr_t)space, 0 };
	char value[64];
	int fd = sock_diag_open(), r;

	if (fd < 0)
		return fd;
	if (sysctl_read("net.ipv4.ip_local_port_range", value, sizeof(value)) == 0)
		sysctl_numbers(value, range, 2);
	if (getrandom(key, sizeof(key), 0) < 0)
		key[1] = (uint64_t)getpid();
	space->sockets = tally_new(key, (uint32_t)range[0], (uint32_t)range[1]);
	if (!space->sockets) {
		close(fd);
		return -ENOMEM;
	}
	/* Which ports are served has to be known before the first connection is counted. */
	for (int i = 0; i < space->listener_count; i++)
		tally_listens(space->sockets, space->listeners[i].local.port);
	r = sock_diag_each(fd, UINT32_MAX, false, take_any, space->sockets,
			   &space->sockets->interrupted);
	close(fd);
	for (int i = 0; i < space->listener_count; i++) {
		const struct tally_group *group =
			tally_served(space->sockets, space->listeners[i].local.port);

		space->listeners[i].handshakes = group ? (int)group->count[SOCK_DIAG_SYN_RECV] : 0;
	}
	return r;
}

/* --- connections that a packet filter has forgotten ---------------------------------------------
 */

static int take_idle(void *context, const struct sock_diag_answer *answer)
{
	struct audit_space *space = context;
	uint32_t idle_ms = answer->last_sent_ms < answer->last_received_ms
				   ? answer->last_sent_ms
				   : answer->last_received_ms;

	/* An acknowledgement or a keepalive probe keeps it in mind, too. */
	if (idle_ms > answer->last_ack_ms)
		idle_ms = answer->last_ack_ms;
	space->forgotten += answer->has_info && idle_ms / 1000 > space->forget_s;
	return 0;
}

static int64_t number_here(const char *name, int64_t otherwise)
{
	char value[64];
	int64_t number;

	if (sysctl_read(name, value, sizeof(value)) || sysctl_numbers(value, &number, 1) != 1)
		return otherwise;
	return number;
}

int sample_forgotten(struct audit_space *space)
{
	int fd, r;

	if (number_here("net.netfilter.nf_conntrack_tcp_loose", 1) != 0)
		return 0;
	space->forget_s = number_here("net.netfilter.nf_conntrack_tcp_timeout_established", 432000);
	fd = sock_diag_open();
	if (fd < 0)
		return fd;
	r = sock_diag_each(fd, STATE(ESTABLISHED), true, take_idle, space, NULL);
	close(fd);
	return r;
}
