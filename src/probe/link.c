/* SPDX-License-Identifier: MIT */
#include "probe/link.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define OUT_MAX (64 * 1024)
#define PIECE 16384
#define PIECES_MAX 64
#define KEEPALIVE_PROBES 100 /* the caller decides when it has seen enough */

void link_init(struct link *link)
{
	*link = (struct link){ .fd = -1 };
	buf_init(&link->out, OUT_MAX);
}

static socklen_t address_of(const struct target *target, struct sockaddr_storage *ret)
{
	const struct endpoint *endpoint = &target->address;

	memset(ret, 0, sizeof(*ret));
	if (endpoint->family == ADDR_IP6) {
		struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)ret;

		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons(endpoint->port);
		memcpy(&in6->sin6_addr, endpoint->ip, 16);
		in6->sin6_scope_id = target->interface;
		return sizeof(*in6);
	}
	struct sockaddr_in *in4 = (struct sockaddr_in *)ret;

	in4->sin_family = AF_INET;
	in4->sin_port = htons(endpoint->port);
	memcpy(&in4->sin_addr, endpoint->ip, 4);
	return sizeof(*in4);
}

static void end_by_errno(struct link *link, int error, int64_t now_ns)
{
	if (link->state == LINK_ENDED) {
		/* After a FIN a reset shows as EPIPE (tcp_reset(), CLOSE_WAIT), else as itself. */
		if (!link->late_reset && (error == EPIPE || error == ECONNRESET)) {
			link->late_reset = true;
			link->late_reset_ns = now_ns;
		}
		return;
	}
	link->state = LINK_ENDED;
	link->end_ns = now_ns;
	link->error = error;
	switch (error) {
	case ECONNRESET:
	case ECONNREFUSED:
	case EPIPE:
		link->end = LINK_END_RST;
		break;
	case ETIMEDOUT:
		link->end = LINK_END_TIMEOUT;
		break;
	case EHOSTUNREACH:
	case ENETUNREACH:
	case ENOPROTOOPT:
	case EHOSTDOWN:
		link->end = LINK_END_UNREACHABLE;
		break;
	default:
		link->end = LINK_END_LOCAL;
		break;
	}
}

int link_open(struct link *link, const struct target *target, int64_t now_ns)
{
	struct sockaddr_storage address;
	socklen_t length = address_of(target, &address);
	int one = 1, r;

	link->began_ns = now_ns;
	if (target->protocol->tls) {
		r = secure_new(target->host, target->protocol->alpn, target->insecure,
			       &link->secure);
		if (r < 0)
			return r;
	}
	link->fd = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (link->fd < 0)
		return -errno;
	setsockopt(link->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	link->state = LINK_CONNECTING;
	if (connect(link->fd, (struct sockaddr *)&address, length) < 0 && errno != EINPROGRESS)
		end_by_errno(link, errno, now_ns);
	length = sizeof(address);
	if (getsockname(link->fd, (struct sockaddr *)&address, &length) == 0)
		link->local_port = ntohs(address.ss_family == AF_INET6
						 ? ((struct sockaddr_in6 *)&address)->sin6_port
						 : ((struct sockaddr_in *)&address)->sin_port);
	return 0;
}

static void write_out(struct link *link, int64_t now_ns)
{
	ssize_t n;

	while (link->out.length) {
		n = send(link->fd, link->out.data, link->out.length, MSG_NOSIGNAL);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			if (errno != EAGAIN)
				end_by_errno(link, errno, now_ns);
			return;
		}
		memmove(link->out.data, link->out.data + n, link->out.length - (size_t)n);
		link->out.length -= (size_t)n;
	}
}

/* What TLS wants to say goes to the socket. */
static void flush(struct link *link, int64_t now_ns)
{
	char piece[PIECE];
	size_t n;

	while (link->secure && (n = secure_drain(link->secure, piece, sizeof(piece))) > 0)
		buf_add(&link->out, piece, n);
	write_out(link, now_ns);
}

static void end_by_tls(struct link *link, int64_t now_ns)
{
	if (link->state == LINK_ENDED)
		return;
	link->state = LINK_ENDED;
	link->end = LINK_END_TLS;
	link->end_ns = now_ns;
	link->distrusts = secure_distrusts(link->secure);
	strncpy(link->problem, secure_problem(link->secure), sizeof(link->problem) - 1);
}

static void read_secure(struct link *link, const struct link_reader *reader, int64_t now_ns)
{
	uint8_t piece[PIECE];
	ssize_t n;

	if (link->state == LINK_GREETING) {
		int r = secure_handshake(link->secure);

		flush(link, now_ns);
		if (r < 0)
			end_by_tls(link, now_ns);
		if (r <= 0)
			return;
		link->state = LINK_OPEN;
		link->ready_ns = now_ns;
		strncpy(link->tls_version, secure_version(link->secure),
			sizeof(link->tls_version) - 1);
	}
	while (link->state == LINK_OPEN && !link->alert &&
	       (n = secure_read(link->secure, piece, sizeof(piece))) != 0) {
		if (n > 0) {
			reader->take(reader->context, piece, (size_t)n, now_ns);
		} else if (n == -EPIPE) {
			link->alert = true;
			link->alert_ns = now_ns;
		} else {
			end_by_tls(link, now_ns);
		}
	}
	flush(link, now_ns);
}

static void connected(struct link *link, int64_t now_ns)
{
	struct tcp_info info = { 0 };
	socklen_t length = sizeof(info);

	link->connected_ns = now_ns;
	if (!link->secure)
		link->ready_ns = now_ns;
	if (getsockopt(link->fd, IPPROTO_TCP, TCP_INFO, &info, &length) == 0) {
		link->rtt_us = info.tcpi_rtt;
		link->lost = info.tcpi_total_retrans;
	}
	/* A SYN-ACK that answers a repeated SYN measures nothing (Karn). */
	if (!link->rtt_us && !link->lost)
		link->rtt_us = (uint32_t)((now_ns - link->began_ns) / 1000);
	link->state = link->secure ? LINK_GREETING : LINK_OPEN;
	if (link->secure) {
		secure_handshake(link->secure);
		flush(link, now_ns);
	}
}

static void finish_connect(struct link *link, int64_t now_ns)
{
	struct sockaddr_storage address;
	socklen_t length = sizeof(int);
	int error = 0;

	getsockopt(link->fd, SOL_SOCKET, SO_ERROR, &error, &length);
	if (error) {
		end_by_errno(link, error, now_ns);
		return;
	}
	length = sizeof(address);
	if (getpeername(link->fd, (struct sockaddr *)&address, &length) == 0)
		connected(link, now_ns);
}

static void peer_closed(struct link *link, int64_t now_ns)
{
	if (link->state == LINK_ENDED)
		return;
	if (link->state == LINK_GREETING)
		strncpy(link->problem, "closed during the handshake", sizeof(link->problem) - 1);
	link->end = link->state == LINK_GREETING ? LINK_END_TLS : LINK_END_FIN;
	link->state = LINK_ENDED;
	link->end_ns = now_ns;
}

bool link_handle(struct link *link, const struct link_reader *reader, int64_t now_ns)
{
	uint8_t piece[PIECE];
	int pieces = 0;
	ssize_t n;

	if (link->fd < 0)
		return false;
	if (link->state == LINK_CONNECTING)
		finish_connect(link, now_ns);
	if (link->state == LINK_CONNECTING || !link->connected_ns)
		return false;
	write_out(link, now_ns);
	for (;;) {
		/* Who sends without end does not keep the others waiting. */
		if (pieces++ == PIECES_MAX)
			return true;
		n = recv(link->fd, piece, sizeof(piece), 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		if (!link->secure) {
			reader->take(reader->context, piece, (size_t)n, now_ns);
		} else if (link->state != LINK_ENDED && !link->alert) {
			secure_feed(link->secure, piece, (size_t)n);
			read_secure(link, reader, now_ns);
		}
	}
	if (n == 0)
		peer_closed(link, now_ns);
	else if (errno != EAGAIN)
		end_by_errno(link, errno, now_ns);
	if (link->state == LINK_ENDED && link->end == LINK_END_FIN) {
		socklen_t length = sizeof(int);
		int error = 0;

		/* recv() goes on saying 0: the reset that answers late bytes is told here alone. */
		getsockopt(link->fd, SOL_SOCKET, SO_ERROR, &error, &length);
		if (error)
			end_by_errno(link, error, now_ns);
	}
	return false;
}

void link_send(struct link *link, const void *bytes, size_t count, int64_t now_ns)
{
	if (link->fd < 0)
		return;
	if (link->secure)
		secure_write(link->secure, bytes, count);
	else
		buf_add(&link->out, bytes, count);
	flush(link, now_ns);
}

bool link_part(struct link *link)
{
	if (link->fd < 0 || !link->secure || link->state != LINK_OPEN) {
		link_release(link);
		return false;
	}
	secure_close(link->secure);
	flush(link, 0);
	shutdown(link->fd, SHUT_WR);
	return true;
}

bool link_drain(struct link *link)
{
	uint8_t piece[PIECE];
	ssize_t n = 1;

	for (int pieces = 0; n > 0 && pieces < PIECES_MAX; pieces++)
		n = recv(link->fd, piece, sizeof(piece), 0);
	return n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
}

void link_release(struct link *link)
{
	if (link->fd >= 0)
		close(link->fd);
	link->fd = -1;
	secure_free(link->secure);
	link->secure = NULL;
	buf_release(&link->out);
	buf_init(&link->out, OUT_MAX);
	if (link->state != LINK_ENDED)
		link->state = LINK_CLOSED;
}

void link_ask_path(const struct link *link, struct link_path *ret_path)
{
	struct tcp_info info = { 0 };
	socklen_t length = sizeof(info);

	if (link->fd >= 0)
		getsockopt(link->fd, IPPROTO_TCP, TCP_INFO, &info, &length);
	ret_path->unacked = info.tcpi_unacked;
	ret_path->last_ack_ms = info.tcpi_last_ack_recv;
	ret_path->rtt_us = info.tcpi_rtt;
	ret_path->retransmits = info.tcpi_retransmits;
}

void link_keep_alive(struct link *link, int seconds)
{
	int on = seconds > 0, probes = KEEPALIVE_PROBES;

	if (link->fd < 0)
		return;
	setsockopt(link->fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	if (!on)
		return;
	setsockopt(link->fd, IPPROTO_TCP, TCP_KEEPINTVL, &seconds, sizeof(seconds));
	setsockopt(link->fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof(probes));
	/* Last: where it has been idle for longer, a probe goes out now (keepalive_time_elapsed()).
	 */
	setsockopt(link->fd, IPPROTO_TCP, TCP_KEEPIDLE, &seconds, sizeof(seconds));
}
