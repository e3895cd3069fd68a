/* SPDX-License-Identifier: MIT */
#include "scenarios/servers.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

struct server_haproxy server_haproxy(struct lab *lab, const char *mode, const char *settings,
				     const char *check)
{
	char front[ENDPOINT_TEXT_MAX], back[ENDPOINT_TEXT_MAX];
	struct server_haproxy haproxy = { .server_end = lab_at(lab, LAB_SERVER, 0, 0),
					  .back_end = lab_at(lab, LAB_THIRD, 1, 0) };

	endpoint_format(&haproxy.server_end, front);
	endpoint_format(&haproxy.back_end, back);
	lab_file(lab, "haproxy.cfg",
		 "defaults\n"
		 "\tmode %s\n"
		 "\ttimeout connect 5s\n"
		 "\ttimeout client 20s\n"
		 "\ttimeout server 20s\n"
		 "listen lab\n"
		 "\tbind %s\n"
		 "\t%s\n"
		 "\tserver one %s %s\n",
		 mode, front, settings, back, check);
	haproxy.back = lab_listen(lab, LAB_THIRD, 1, 0, 16);
	haproxy.pid = lab_start(lab, LAB_SERVER, "exec haproxy -db -f haproxy.cfg >log 2>&1");
	lab_await_listener(lab, LAB_SERVER, haproxy.server_end);
	return haproxy;
}

pid_t server_redis(struct lab *lab, const char *options)
{
	struct endpoint at = lab_at(lab, LAB_SERVER, 0, 0);
	char host[ENDPOINT_TEXT_MAX];
	pid_t pid;

	endpoint_format_host(&at, host);
	pid = lab_start(lab, LAB_SERVER,
			"exec redis-server --bind %s --port %u --protected-mode no --save '' %s "
			">log 2>&1",
			host, at.port, options);
	lab_await_listener(lab, LAB_SERVER, at);
	return pid;
}

pid_t server_postgres(struct lab *lab)
{
	struct endpoint at = lab_at(lab, LAB_SERVER, 0, 0);
	char host[ENDPOINT_TEXT_MAX];
	pid_t pid;

	endpoint_format_host(&at, host);
	/* It refuses to run as root. */
	pid = lab_start(lab, LAB_SERVER,
			"bin=$(ls -d " SERVER_POSTGRES " | sort -V | tail -n 1); bin=${bin%%/*}; "
			"install -d -o postgres data; exec >log 2>&1; cd data; "
			"exec setpriv --reuid=postgres --regid=postgres --clear-groups sh -c \""
			"PATH=$bin:$PATH; initdb -D . -A trust -U postgres --no-sync --locale=C && "
			"echo 'host all all all trust' >>pg_hba.conf && "
			"exec postgres -D . -p %u -c listen_addresses=%s "
			"-c unix_socket_directories= -c fsync=off\"",
			at.port, host);
	lab_patience(lab, 20000);
	lab_await_listener(lab, LAB_SERVER, at);
	/* It listens before it has recovered. */
	lab_await_output(lab, "log", "ready to accept connections");
	return pid;
}

/* The protocol: a type, a length that counts itself, a body of strings that end with zero. */
static void message_send(struct lab *lab, struct lab_sock session, char type, const char *body,
			 size_t length)
{
	char message[512];
	uint32_t size = htonl((uint32_t)length + 4);
	size_t at = 0;

	if (type)
		message[at++] = type;
	memcpy(message + at, &size, 4);
	memcpy(message + at + 4, body, length);
	lab_send_data(lab, session, message, at + 4 + length);
}

/* Until ReadyForQuery, after which it says nothing more. */
static long read_answer(struct lab_call *call)
{
	static const char ready[] = { 'Z', 0, 0, 0, 5, 'I' };
	char bytes[4096];
	size_t length = 0;
	ssize_t got;

	while (length < sizeof(ready) ||
	       memcmp(bytes + length - sizeof(ready), ready, sizeof(ready)) != 0) {
		got = recv(call->fd, bytes + length, sizeof(bytes) - length, 0);
		if (got <= 0)
			return got ? -errno : -EPIPE;
		length += (size_t)got;
	}
	return (long)length;
}

static void await_ready(struct lab *lab, struct lab_sock session)
{
	struct lab_call call = { .fd = session.fd };
	long r = lab_call(lab, session.who, read_answer, &call);

	if (r < 0)
		lab_break(lab, "PostgreSQL does not answer: %s", strerror((int)-r));
	else
		lab_record(lab, session.who, "recv", r);
}

struct lab_sock server_postgres_session(struct lab *lab, enum lab_who who)
{
	static const char greeting[] = "\0\3\0\0user\0postgres\0database\0postgres\0";
	struct lab_sock session = lab_socket(lab, who, 0);

	lab_connect(lab, session, lab_at(lab, LAB_SERVER, 0, 0));
	message_send(lab, session, '\0', greeting, sizeof(greeting));
	await_ready(lab, session);
	return session;
}

void server_postgres_send(struct lab *lab, struct lab_sock session, const char *query)
{
	message_send(lab, session, 'Q', query, strlen(query) + 1);
}

void server_postgres_query(struct lab *lab, struct lab_sock session, const char *query)
{
	server_postgres_send(lab, session, query);
	await_ready(lab, session);
}
