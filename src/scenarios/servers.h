/* SPDX-License-Identifier: MIT */
/* Real servers as several scenarios start them. Each stands on the server's port 0 when the recipe
 * returns; what they are told is in the language of their own configuration. */
#ifndef WHYRST_SCENARIOS_SERVERS_H
#define WHYRST_SCENARIOS_SERVERS_H

#include "lab/lab.h"

/* HAProxy between the client and a back end. */
struct server_haproxy {
	pid_t pid;
	struct endpoint server_end; /* clients connect here */
	struct lab_sock back;	    /* the listener of its back end, on LAB_THIRD's port 1 */
	struct endpoint back_end;
};

/* @mode is "tcp" or "http"; @settings go into its section, @check follows the line of its back
 * end. */
struct server_haproxy server_haproxy(struct lab *lab, const char *mode, const char *settings,
				     const char *check);

/* @options as on its command line. */
pid_t server_redis(struct lab *lab, const char *options);

#define SERVER_POSTGRES "/usr/lib/postgresql/*/bin/postgres"

/* Trusts everybody. Takes a second or two, as a new database does. */
pid_t server_postgres(struct lab *lab);
/* A session of the user postgres, past its greeting; and a query with its answer. */
struct lab_sock server_postgres_session(struct lab *lab, enum lab_who who);
void server_postgres_send(struct lab *lab, struct lab_sock session, const char *query);
void server_postgres_query(struct lab *lab, struct lab_sock session, const char *query);

/* Answers every request with "hello"; @settings is JavaScript about `server`. */
pid_t server_node(struct lab *lab, const char *settings);

/*
 * Clients. What their calls returned is in their file "client"; those that do two things do the
 * second when the file "go" is there.
 */

/* A pool of Node.js that asks twice, "first" and "second", and gives up what was idle for
 * @idle_ms. */
pid_t server_node_client(struct lab *lab, unsigned int idle_ms);
/*
 * Java. It connects, writes "request", and then: "read" reads; "write" waits, writes twice and
 * reads; "close" reads the answer and closes, "linger" after setSoLinger(true, 0).
 */
pid_t server_java_client(struct lab *lab, const char *what);

/*
 * The server and LAB_THIRD share a virtual address by keepalived; the server has it, and a client
 * is connected to its port 0 there. Every second keepalived checks that port on the server, by
 * `netstat | grep` or by `whyrst check`, which have some tenths of a second; two failures in a row
 * move the address. Then the server's host gets so many connections that netstat cannot be done in
 * that time.
 */
struct lab_pair server_failover(struct lab *lab, bool by_netstat);
/* Until it has moved, or three more checks did not move it. */
void server_failover_await(struct lab *lab);
void server_failover_deny(struct lab *lab);

#endif
