/* SPDX-License-Identifier: MIT */
/* Beginnings that several scenarios share. */
#ifndef WHYRST_SCENARIOS_RECIPES_H
#define WHYRST_SCENARIOS_RECIPES_H

#include "lab/lab.h"

/*
 * Segments by hand. A host whose program injects is made deaf to the answers by a rule, so that its
 * TCP, which knows of no such connection, stays out of the story.
 */

/* A SYN by hand from the client's port 1 to the server's port 0. Returns what would complete the
 * handshake. */
struct lab_segment recipe_syn(struct lab *lab);
/* The client's connect() to port 0 begins, and @host's @hook drops its SYN. Returns the SYN-ACK. */
struct lab_segment recipe_connecting(struct lab *lab, enum lab_who host, const char *hook,
				     unsigned int flags, struct lab_sock *ret_client);
/* The client's port 1 was connected to port 0 of the server, which closed first and is in
 * TIME_WAIT. Returns the next segment that the client would send. */
struct lab_segment recipe_time_wait(struct lab *lab, struct lab_sock *ret_listener);
/* Injects and waits until the TCP of @resetter has sent one more reset. */
void recipe_provoke(struct lab *lab, enum lab_who injector, const struct lab_segment *segment,
		    enum lab_who resetter);

/* A connection through the router, closed again: what is held back afterwards is not a question for
 * a hardware address. */
void recipe_warm(struct lab *lab);

/* @victim sends a byte to its peer, and is acknowledged. Returns the reset with which that peer
 * would abort now: the next of its numbers and IP ids, its TTL, window and timestamps as @victim's
 * host sees them. */
struct lab_segment recipe_imitation(struct lab *lab, struct lab_sock victim, uint16_t port);

/* The server signs with TCP MD5; the client with @key, or not at all. If the keys differ, there is
 * no connection and the server's descriptor is negative. */
struct lab_pair recipe_md5(struct lab *lab, const char *key);

/* A further connection to the listener of @pair. */
struct lab_pair recipe_again(struct lab *lab, const struct lab_pair *pair);

/* The server ends its half, the client reads to that end and closes, and then the server does. */
void recipe_end(struct lab *lab, const struct lab_pair *pair);
/* The client's data does not get through until it gives up. When lab_fixed(), it does not give up
 * before the path is back, and each end hears of the other. */
void recipe_outage(struct lab *lab, const struct lab_pair *pair);
/* A server is replaced by a new one on its port and forgets its connection, into which the client
 * then writes. When lab_fixed(), it ends the connection first, and the client makes a new one.
 * @refuses: before the new one listens a second client is refused. */
void recipe_restart(struct lab *lab, bool refuses);

/* iptables on the server host rejects what comes to port 0 and fits @match with a reset. */
void recipe_iptables_reject(struct lab *lab, const char *match);
/* A virtual address, with port 0: the server has it, until it moves to the third host. */
struct endpoint recipe_vip(struct lab *lab);
void recipe_vip_moves(struct lab *lab);
/* The third host has the same address all along; and now the router prefers it. */
void recipe_vip_too(struct lab *lab);
void recipe_vip_rehashed(struct lab *lab);
/* The router forgets the connection to port 0, as after a restart. */
void recipe_untrack(struct lab *lab);
/* So many handshakes lack their last ACK while others fill the accept queue of port 0; then nothing
 * holds it back any more. When lab_fixed(), there is room for all. Returns the listener. */
struct lab_sock recipe_overflow(struct lab *lab, unsigned int count, struct lab_sock *ret_early);
/* One of several listeners on port 0 of the server's host, by SO_REUSEPORT. */
struct lab_sock recipe_listen_too(struct lab *lab, enum lab_who who);
/* Whether this kernel knows tcp_migrate_req, and heeds it. */
bool recipe_moves_queues(void);

/* A connection through the router, of which "one" has arrived and was acknowledged. */
struct lab_pair recipe_routed(struct lab *lab);
/* Its client sends "two" and awaits what comes back; when lab_fixed(), the server gets it. */
void recipe_goes_on(struct lab *lab, const struct lab_pair *pair);
/* The router gives that port to what it sends on to the server; and a connection of which "one" was
 * sent through it so. */
void recipe_translate(struct lab *lab, uint16_t port);
struct lab_pair recipe_translated(struct lab *lab, uint16_t port);

/* That program takes so much memory at once that it does not survive it, unless lab_fixed(). */
void recipe_outgrow(struct lab *lab, enum lab_who who, long bytes);
/* A connection of which "one" was sent through the router, which forgets it when it was idle for
 * @timeout_s; and a pause that is longer. When lab_fixed(), the client sends keepalive probes. */
struct lab_pair recipe_through(struct lab *lab, unsigned int timeout_s);
void recipe_pause(struct lab *lab, const struct lab_pair *pair, unsigned int timeout_s);
/* Probes, one a second. */
void recipe_keepalive(struct lab *lab, struct lab_sock sock);

/*
 * A real nginx on the server's port 0 and a connection to it.
 */
#define RECIPE_REQUEST "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
#define RECIPE_UPLOAD "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5000000\r\n\r\n"

struct recipe_nginx {
	pid_t master;
	pid_t worker;
	struct lab_sock client;
	struct endpoint client_end, server_end;
};

pid_t recipe_nginx_start(struct lab *lab, const char *settings); /* without the connection */
struct recipe_nginx recipe_nginx(struct lab *lab, const char *settings);
/* Until it has closed the connection, and a while longer than any request is under way. */
void recipe_nginx_closed(struct lab *lab, const struct recipe_nginx *nginx);

#endif
