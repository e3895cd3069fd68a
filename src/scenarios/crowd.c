/* SPDX-License-Identifier: MIT */
#include "scenarios/crowd.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CLIENTS_MAX 12000
#define AT_ONCE 256 /* connects between two looks at what has happened */
#define EVENTS 512
#define A_MOMENT_MS 300
#define REQUEST "GET / HTTP/1.1\r\n\r\n"
#define ANSWER "HTTP/1.1 200 OK\r\n\r\n"

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000ll + now.tv_nsec / 1000000;
}

/* --- the clients -------------------------------------------------------------------------------
 */

enum client_state { CLIENT_GONE, CLIENT_CONNECTING, CLIENT_WAITING, CLIENT_SERVED };

struct client {
	int fd;
	uint8_t state; /* enum client_state */
	bool silent;
	uint32_t returns;
};

/* In the program; they stay until crowd_leave(). */
static struct client clients[CLIENTS_MAX];
static uint32_t client_count;

struct clients_run {
	struct crowd crowd;
	struct crowd_sights sights;
	struct sockaddr_storage to;
	socklen_t to_bytes;
	int family;
	int epoll;
	uint32_t waiting;
};

static struct clients_run clients_run;

static void client_start(struct clients_run *run, uint32_t index);

static void client_end(struct clients_run *run, uint32_t index, bool back)
{
	struct client *client = &clients[index];

	close(client->fd);
	client->fd = -1;
	client->state = CLIENT_GONE;
	run->waiting--;
	if (back && client->returns++ < run->crowd.returns)
		client_start(run, index);
}

static void client_start(struct clients_run *run, uint32_t index)
{
	struct epoll_event event = { .events = EPOLLOUT | EPOLLIN, .data.u32 = index };
	struct client *client = &clients[index];
	int fd = socket(run->family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (fd < 0)
		return;
	client->fd = fd;
	client->state = CLIENT_CONNECTING;
	client->silent = run->crowd.silent_every && index % run->crowd.silent_every == 0;
	run->waiting++;
	if (connect(fd, (struct sockaddr *)&run->to, run->to_bytes) < 0 && errno != EINPROGRESS) {
		run->sights.refused += errno == ECONNREFUSED;
		client_end(run, index, true);
		return;
	}
	/* On so short a way the handshake is often over by now: the request follows at once. */
	if (!client->silent && send(fd, REQUEST, strlen(REQUEST), MSG_NOSIGNAL) > 0) {
		run->sights.connected++;
		client->state = CLIENT_WAITING;
		event.events = EPOLLIN;
	}
	epoll_ctl(run->epoll, EPOLL_CTL_ADD, fd, &event);
}

/* The end of the connection, as the program sees it. */
static void client_lost(struct clients_run *run, uint32_t index, bool reset)
{
	struct crowd_sights *sights = &run->sights;

	if (clients[index].silent)
		++*(reset ? &sights->silent_reset : &sights->silent_finished);
	else
		++*(reset ? &sights->reset : &sights->finished);
	client_end(run, index, true);
}

static bool client_connected(struct clients_run *run, uint32_t index)
{
	struct epoll_event event = { .events = EPOLLIN, .data.u32 = index };
	struct client *client = &clients[index];
	int error = 0;
	socklen_t size = sizeof(error);

	getsockopt(client->fd, SOL_SOCKET, SO_ERROR, &error, &size);
	if (error == ECONNREFUSED) {
		run->sights.refused++;
		client_end(run, index, true);
		return false;
	}
	run->sights.connected += !error;
	client->state = CLIENT_WAITING;
	epoll_ctl(run->epoll, EPOLL_CTL_MOD, client->fd, &event);
	if (error ||
	    (!client->silent && send(client->fd, REQUEST, strlen(REQUEST), MSG_NOSIGNAL) < 0)) {
		client_lost(run, index, true);
		return false;
	}
	return true;
}

static void client_event(struct clients_run *run, uint32_t index, uint32_t events)
{
	struct client *client = &clients[index];
	char bytes[256];
	ssize_t got;

	if (client->fd < 0)
		return;
	if (client->state == CLIENT_CONNECTING && !client_connected(run, index))
		return;
	if (!(events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
		return;
	got = recv(client->fd, bytes, sizeof(bytes), 0);
	if (got > 0 && client->state == CLIENT_WAITING) {
		run->sights.answered++;
		client->state = CLIENT_SERVED;
		run->waiting--;
		epoll_ctl(run->epoll, EPOLL_CTL_DEL, client->fd, NULL);
	} else if (got == 0 || (got < 0 && errno != EAGAIN)) {
		client_lost(run, index, got < 0);
	}
}

/* How much happened. */
static int clients_look(struct clients_run *run, int ms)
{
	struct epoll_event events[EVENTS];
	int count = epoll_wait(run->epoll, events, EVENTS, ms), i;

	for (i = 0; i < count; i++)
		client_event(run, events[i].data.u32, events[i].events);
	return count;
}

/* The sockaddr of an endpoint. */
static socklen_t address_make(const struct endpoint *end, struct sockaddr_storage *ret)
{
	struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons(end->port) };
	struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = htons(end->port) };

	memset(ret, 0, sizeof(*ret));
	memcpy(&six.sin6_addr, end->ip, 16);
	memcpy(&four.sin_addr, end->ip, 4);
	if (end->family == ADDR_IP6)
		memcpy(ret, &six, sizeof(six));
	else
		memcpy(ret, &four, sizeof(four));
	return end->family == ADDR_IP6 ? sizeof(six) : sizeof(four);
}

static void descriptors_raise(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static long op_start(struct lab_call *call)
{
	struct clients_run *run = &clients_run;
	uint32_t i;

	memset(run, 0, sizeof(*run));
	memcpy(&run->crowd, call->data, sizeof(run->crowd));
	descriptors_raise();
	client_count = run->crowd.clients < CLIENTS_MAX ? run->crowd.clients : CLIENTS_MAX;
	run->to_bytes = address_make(&call->to, &run->to);
	run->family = call->to.family == ADDR_IP6 ? AF_INET6 : AF_INET;
	run->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (run->epoll < 0)
		return -errno;
	for (i = 0; i < client_count; i++) {
		clients[i] = (struct client){ .fd = -1 };
		client_start(run, i);
		if (i % AT_ONCE == AT_ONCE - 1)
			clients_look(run, 0);
	}
	return 0;
}

static long op_watch(struct lab_call *call)
{
	struct clients_run *run = &clients_run;
	int64_t quiet_since = now_ms(), deadline = quiet_since + run->crowd.ms;
	uint32_t quiet_ms = run->crowd.quiet_ms, i;

	while (run->waiting && now_ms() < deadline && now_ms() - quiet_since < quiet_ms) {
		if (clients_look(run, 20) > 0)
			quiet_since = now_ms();
		if (run->crowd.resets && run->sights.reset >= run->crowd.resets)
			quiet_ms = A_MOMENT_MS;
	}
	for (i = 0; i < client_count; i++)
		run->sights.waiting +=
			clients[i].state == CLIENT_WAITING || clients[i].state == CLIENT_CONNECTING;
	memcpy(call->data, &run->sights, sizeof(run->sights));
	return 0;
}

void crowd_start(struct lab *lab, enum lab_who who, const struct crowd *crowd, struct endpoint to)
{
	struct lab_call call = { .to = to };
	long r;

	memcpy(call.data, crowd, sizeof(*crowd));
	r = lab_call(lab, who, op_start, &call);
	if (r < 0)
		lab_break(lab, "the clients cannot come: %s", strerror((int)-r));
}

static void record(struct lab *lab, enum lab_who who, const char *what, uint32_t count)
{
	if (count)
		lab_record(lab, who, what, count);
}

struct crowd_sights crowd_watch(struct lab *lab, enum lab_who who)
{
	struct lab_call call = { 0 };
	struct crowd_sights sights = { 0 };

	if (lab_call(lab, who, op_watch, &call) < 0)
		return sights;
	memcpy(&sights, call.data, sizeof(sights));
	record(lab, who, "connections", sights.connected);
	record(lab, who, "answered", sights.answered);
	record(lab, who, "saw ECONNRESET", sights.reset);
	record(lab, who, "saw EOF", sights.finished);
	record(lab, who, "silent, saw ECONNRESET", sights.silent_reset);
	record(lab, who, "silent, saw EOF", sights.silent_finished);
	record(lab, who, "refused", sights.refused);
	record(lab, who, "saw nothing", sights.waiting);
	return sights;
}

static long op_leave(struct lab_call *call)
{
	uint32_t i;

	(void)call;
	for (i = 0; i < client_count; i++)
		if (clients[i].fd >= 0)
			close(clients[i].fd);
	client_count = 0;
	close(clients_run.epoll);
	return 0;
}

void crowd_leave(struct lab *lab, enum lab_who who)
{
	struct lab_call call = { 0 };

	lab_call(lab, who, op_leave, &call);
}

/* --- the server --------------------------------------------------------------------------------
 */

struct service {
	int listener, epoll, spare;
	uint32_t held;
	long shed;
};

/* The trick of libuv and others: one descriptor is kept for this. */
static bool service_shed(struct service *service)
{
	int fd;

	if (service->spare < 0)
		return false;
	close(service->spare);
	fd = accept4(service->listener, NULL, NULL, SOCK_CLOEXEC);
	if (fd >= 0) {
		service->shed++;
		close(fd);
	}
	service->spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return fd >= 0;
}

static void service_accept(struct service *service)
{
	struct epoll_event event = { .events = EPOLLIN };
	int fd, i;

	for (i = 0; i < EVENTS; i++) {
		fd = accept4(service->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd < 0) {
			if ((errno == EMFILE || errno == ENFILE) && service_shed(service))
				continue;
			return;
		}
		event.data.fd = fd;
		epoll_ctl(service->epoll, EPOLL_CTL_ADD, fd, &event);
		service->held++;
	}
}

static void service_event(struct service *service, int fd)
{
	char bytes[512];
	ssize_t got = recv(fd, bytes, sizeof(bytes), 0);

	if (got > 0) {
		(void)!send(fd, ANSWER, strlen(ANSWER), MSG_NOSIGNAL);
	} else if (got == 0 || errno != EAGAIN) {
		close(fd);
		service->held--;
	}
}

/* call->b: descriptors. */
static long op_serve(struct lab_call *call)
{
	struct service service = { .listener = call->fd };
	struct epoll_event event = { .events = EPOLLIN, .data.fd = call->fd }, events[EVENTS];
	struct rlimit limit;
	int64_t deadline = 0;
	int count = 0, i;

	descriptors_raise();
	fcntl(call->fd, F_SETFL, fcntl(call->fd, F_GETFL) | O_NONBLOCK);
	service.epoll = epoll_create1(EPOLL_CLOEXEC);
	service.spare = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (call->b >= 0) {
		getrlimit(RLIMIT_NOFILE, &limit);
		limit.rlim_cur = (rlim_t)(service.spare + 1 + call->b);
		setrlimit(RLIMIT_NOFILE, &limit);
	}
	epoll_ctl(service.epoll, EPOLL_CTL_ADD, call->fd, &event);
	/* When it is over: until the last client has closed. */
	while (!lab_beside_over() || ((service.held || count > 0) && now_ms() < deadline)) {
		count = epoll_wait(service.epoll, events, EVENTS, 10);
		for (i = 0; i < count; i++)
			if (events[i].data.fd != service.listener)
				service_event(&service, events[i].data.fd);
			else
				service_accept(&service);
		if (!lab_beside_over())
			deadline = now_ms() + 2000;
	}
	return service.shed;
}

void crowd_serve(struct lab *lab, struct lab_sock listener, int descriptors)
{
	struct lab_call call = { .fd = listener.fd, .b = descriptors };

	lab_beside(lab, listener.who, op_serve, &call);
}

long crowd_dismiss(struct lab *lab)
{
	struct lab_call call;
	long shed = lab_beside_end(lab, LAB_SERVER, &call);

	if (!lab_broken(lab))
		lab_record(lab, LAB_SERVER, "shed", shed);
	return shed;
}

/* --- the queue between them
 * ---------------------------------------------------------------------------- */

#define BACKLOG 1024
#define EARLY 900			    /* wait in the queue already */
#define LATE 1000			    /* shake hands all at once */
#define RESETS (EARLY + LATE - BACKLOG - 1) /* one more than the backlog finds room */

void crowd_overflow(struct lab *lab, bool abort_on_overflow, unsigned int quiet_ms)
{
	const struct crowd early = { .clients = EARLY, .ms = 3000, .quiet_ms = 50 };
	const struct crowd late = {
		.clients = LATE, .ms = 12000, .quiet_ms = quiet_ms, .resets = RESETS
	};
	struct endpoint to = lab_at(lab, LAB_SERVER, 0, LAB_ROUTED);
	struct crowd_sights saw;
	struct lab_tally tally;
	uint64_t resets;

	lab_sysctl(lab, LAB_SERVER, "net.ipv4.tcp_abort_on_overflow",
		   abort_on_overflow ? "1" : "0");
	lab_sysctl(lab, LAB_SERVER, "net.ipv4.tcp_synack_retries", "1");
	lab_listen(lab, LAB_SERVER, 0, LAB_ROUTED, lab_fixed(lab) ? 4 * BACKLOG : BACKLOG);
	lab_tally(lab, LAB_SERVER);
	resets = lab_counter(lab, LAB_SERVER, "Tcp.OutRsts");
	crowd_start(lab, LAB_CLIENT_2, &early, to);
	crowd_watch(lab, LAB_CLIENT_2);
	lab_hold(lab, LAB_ROUTER, "to-client");
	crowd_start(lab, LAB_CLIENT, &late, to);
	lab_await_held(lab, LAB_ROUTER, "to-client", LATE); /* all SYN-ACKs */
	lab_release(lab, LAB_ROUTER, "to-client");
	saw = crowd_watch(lab, LAB_CLIENT);
	resets = lab_counter(lab, LAB_SERVER, "Tcp.OutRsts") - resets;
	tally = lab_tally_end(lab, "accept-overflow");
	if (lab_fixed(lab))
		return;
	if (saw.reset != RESETS)
		lab_break(lab, "%u clients saw a reset, %u are awaited", saw.reset, RESETS);
	lab_tally_is(lab, &tally, resets);
}
