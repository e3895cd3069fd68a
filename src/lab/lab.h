/* SPDX-License-Identifier: MIT */
/*
 * The lab: four hosts in network namespaces of their own, and programs on them that do what they
 * are told.
 *
 *	client ----------------- server		LAB_DIRECT	10.77.0.0/24, fd77:0::/64
 *	client ---- router ---- server		LAB_ROUTED	10.77.1.0/24 and 10.77.2.0/24
 *	               |
 *	             third				10.77.3.0/24
 *
 * The namespaces have no name and end with the program that made them. Each program (an enum
 * lab_who) is a process of its own, forked when it is first used in a scenario, so that it can be
 * killed, exit or run out of descriptors; a killed one starts afresh with its next call. Its comm
 * is lab-client, lab-server, ... A socket is a program and its descriptor there.
 *
 * Return values: what the call returned in that program, or a negative errno; -EAGAIN
 * for "no answer in time". Calls on a broken scenario do nothing and return -ECANCELED.
 *
 * Floor 6. Linux, CAP_SYS_ADMIN and CAP_NET_ADMIN; `ip` (iproute2), and `nft` for rules.
 */
#ifndef WHYRST_LAB_LAB_H
#define WHYRST_LAB_LAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/addr.h"
#include "wire/observation.h"

enum lab_who {
	LAB_CLIENT,
	LAB_SERVER,
	LAB_ROUTER,
	LAB_THIRD, /* behind the router: a second server, the new owner of an address */
	LAB_HOSTS,
	LAB_CLIENT_2 = LAB_HOSTS, /* a second program on the client host */
	LAB_SERVER_2,		  /* and on the server host: new worker, proxy, administrator */
	LAB_WHO_COUNT,
	LAB_NOBODY = LAB_WHO_COUNT,
};

/* Flags of where and what. */
enum lab_flag {
	LAB_DIRECT = 0,
	LAB_ROUTED = 1 << 0,
	LAB_IP6 = 1 << 1,
	LAB_MPTCP = 1 << 2,
	LAB_NO_LISTENER = 1 << 3, /* lab_pair: the listener is closed after accept() */
};

struct lab;

struct lab_sock {
	enum lab_who who;
	int fd; /* in that program; negative: none */
};

struct lab_pair {
	struct lab_sock client;
	struct lab_sock server;
	struct lab_sock listener; /* still open, unless LAB_NO_LISTENER */
	struct endpoint client_end;
	struct endpoint server_end;
};

/*
 * Ports and addresses
 */
#define LAB_PORTS 16

/* The scenario's own port number @index, 0..LAB_PORTS-1: fresh in each scenario. */
uint16_t lab_port(const struct lab *lab, unsigned int index);
/* The address of @who's host as the others reach it, with that port. */
struct endpoint lab_at(const struct lab *lab, enum lab_who who, unsigned int index,
		       unsigned int flags);
struct endpoint lab_endpoint(const char *host, uint16_t port);
/* A host's own loopback address, with the scenario's port @index. */
struct endpoint lab_loopback(const struct lab *lab, unsigned int index);
/* The story is being told over IPv6: for commands that are not the same there. */
bool lab_ip6(const struct lab *lab);
struct endpoint lab_local(struct lab *lab, struct lab_sock sock);
struct endpoint lab_remote(struct lab *lab, struct lab_sock sock); /* all zero: it has none */

/*
 * Sockets. lab_pair() is the short way to a connection on port 0; the pieces below it serve where
 * an option must be set before connect() or listen().
 */
struct lab_pair lab_pair(struct lab *lab, unsigned int flags);
struct lab_sock lab_listen(struct lab *lab, enum lab_who who, unsigned int port_index,
			   unsigned int flags, int backlog);
struct lab_sock lab_socket(struct lab *lab, enum lab_who who, unsigned int flags);
long lab_bind(struct lab *lab, struct lab_sock sock, struct endpoint at);
long lab_listen_on(struct lab *lab, struct lab_sock sock, int backlog);
long lab_connect(struct lab *lab, struct lab_sock sock, struct endpoint to);
long lab_connect_start(struct lab *lab, struct lab_sock sock, struct endpoint to); /* no wait */
struct lab_sock lab_accept(struct lab *lab, struct lab_sock listener);	   /* must succeed */
struct lab_sock lab_try_accept(struct lab *lab, struct lab_sock listener); /* may fail: fd < 0 */
long lab_error(struct lab *lab, struct lab_sock sock); /* SO_ERROR: how lab_connect_start() went */
int lab_set(struct lab *lab, struct lab_sock sock, int level, int name, const void *value,
	    size_t length);
int lab_set_int(struct lab *lab, struct lab_sock sock, int level, int name, int value);
int lab_linger(struct lab *lab, struct lab_sock sock, bool on, int seconds); /* true, 0: abort */

long lab_send(struct lab *lab, struct lab_sock sock, const char *text);
long lab_send_data(struct lab *lab, struct lab_sock sock, const void *data, size_t length);
/* Filler; by the seed of the run up to half as much again. */
long lab_send_bytes(struct lab *lab, struct lab_sock sock, size_t count);
/* Until the peer's window and our buffer are full. */
long lab_fill(struct lab *lab, struct lab_sock sock);
long lab_recv(struct lab *lab, struct lab_sock sock, size_t most); /* one recv(); 0 is EOF */
long lab_drain(struct lab *lab, struct lab_sock sock);		   /* until EOF or an error */
long lab_shutdown(struct lab *lab, struct lab_sock sock, int how);
long lab_close(struct lab *lab, struct lab_sock sock);
/* Closes under TCP_REPAIR: the state is gone and nothing was sent. */
long lab_forget(struct lab *lab, struct lab_sock sock);
/* SOCK_DESTROY by @killer, as `ss -K` does, of a connection or a listener. */
long lab_destroy(struct lab *lab, enum lab_who killer, struct lab_sock sock);
/* The next sequence number of each direction, without touching the connection. */
void lab_seqs(struct lab *lab, struct lab_sock sock, uint32_t *ret_snd_nxt, uint32_t *ret_rcv_nxt);

/*
 * Awaiting. Each breaks the scenario when it does not come true within five seconds, or within
 * lab_patience() where that is longer.
 */
void lab_await_unread(struct lab *lab, struct lab_sock sock, size_t at_least);
void lab_await_acked(struct lab *lab, struct lab_sock sock); /* everything sent was acknowledged */
void lab_await_state(struct lab *lab, struct lab_sock sock, int tcp_state); /* netinet/tcp.h */
void lab_await_queue(struct lab *lab, struct lab_sock listener, unsigned int length);
/* A connection on @who's host that may have no owner; TIME_WAIT's FIN_WAIT2 phase is TCP_FIN_WAIT2.
 * State 0: it is gone. */
void lab_await_remains(struct lab *lab, enum lab_who who, struct endpoint local,
		       struct endpoint remote, int tcp_state);
/* One of which only a port of either end is known, with so many unread bytes; from then on it is
 * known whole. */
void lab_await_connection(struct lab *lab, enum lab_who host, uint16_t port, int tcp_state,
			  size_t unread, struct endpoint *ret_local, struct endpoint *ret_remote);
/* Somebody listens there: a real program has started. */
void lab_await_listener(struct lab *lab, enum lab_who host, struct endpoint at);
/* Counter of /proc/net/snmp or netstat, as "Tcp.OutRsts", "TcpExt.ListenOverflows". */
uint64_t lab_counter(struct lab *lab, enum lab_who host, const char *name);
void lab_await_counter(struct lab *lab, enum lab_who host, const char *name, uint64_t at_least);
/* Only where time itself is what the story is about. */
void lab_idle_ms(struct lab *lab, unsigned int ms);
/* How long lab_recv(), lab_connect(), lab_try_accept() wait; 1000 ms unless said. */
void lab_patience(struct lab *lab, unsigned int ms);

/*
 * Processes
 */
void lab_kill(struct lab *lab, enum lab_who who, int signal);	 /* and waits for its death */
void lab_signal(struct lab *lab, enum lab_who who, int signal);	 /* SIGSTOP, SIGCONT */
void lab_signal_process(struct lab *lab, pid_t pid, int signal); /* of a real server */
void lab_exit(struct lab *lab, enum lab_who who, int status);
void lab_crash(struct lab *lab, enum lab_who who); /* SIGSEGV by a real fault */
/* No more than @spare further descriptors may be opened; negative: as many as the host allows. */
void lab_limit_files(struct lab *lab, enum lab_who who, int spare);
/* Starts a real program there; it is killed at the end. Returns its pid. */
pid_t lab_spawn(struct lab *lab, enum lab_who host, const char *const argv[]);
/* The same through a shell in lab_folder(), for a redirection or a limit: end with `exec ...`. */
pid_t lab_start(struct lab *lab, enum lab_who host, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* Stops a real program and waits until each of its threads stands still; kill(pid, SIGCONT). */
void lab_stall(struct lab *lab, pid_t pid);
/* A real program ends by itself. */
void lab_await_end(struct lab *lab, pid_t pid);
/* The child of a real program with that text in its title, or the first one (NULL). */
pid_t lab_await_child(struct lab *lab, pid_t parent, const char *title);
/* A file of lab_folder() comes to hold that text. */
void lab_await_output(struct lab *lab, const char *name, const char *text);
/* A shell command in that namespace comes to succeed. */
void lab_await_command(struct lab *lab, enum lab_who host, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Runs a function of the scenario's file in that program (its memory is a copy: what goes in and
 * out is in the call). For whatever the calls above cannot do. */
struct lab_call {
	int fd;
	long a, b;
	struct endpoint at, to;
	uint32_t length;
	uint8_t data[2048];
};
long lab_call(struct lab *lab, enum lab_who who, long (*function)(struct lab_call *call),
	      struct lab_call *call);

/* Runs such a function beside the other calls, in a child of the program that has copies of its
 * descriptors; @call->data's last eight bytes are taken. One for each program. Returns its pid. */
pid_t lab_beside(struct lab *lab, enum lab_who who, long (*function)(struct lab_call *call),
		 struct lab_call *call);
bool lab_beside_over(void); /* asked by that function: it is to end now */
/* Ends it; what it returned and wrote into its call. */
long lab_beside_end(struct lab *lab, enum lab_who who, struct lab_call *ret_call);

/*
 * The network between
 */
void lab_sysctl(struct lab *lab, enum lab_who host, const char *name, const char *value);
/* One nft rule in a chain of its own: hook "input", "output", "forward", "prerouting". */
void lab_rule(struct lab *lab, enum lab_who host, const char *hook, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
void lab_nft(struct lab *lab, enum lab_who host, const char *script); /* one brace a line */
void lab_unrule(struct lab *lab, enum lab_who host);		      /* removes all rules */
/* Packets that leave @device of @host wait in a queue from now on, in their order; until there are
 * so many; until they all go on. NEED_TBF. Devices as those of lab_inject_frame(). */
void lab_hold(struct lab *lab, enum lab_who host, const char *device);
void lab_await_held(struct lab *lab, enum lab_who host, const char *device, unsigned int packets);
void lab_release(struct lab *lab, enum lab_who host, const char *device);
/* A sysctl that all namespaces share (a path below /proc/sys), with NEED_GUEST only: the scenario
 * itself puts the old value back. And how many connections of the machine have no owner, about a
 * tenth of a second ago. */
void lab_machine_sysctl(struct lab *lab, const char *path, const char *value, char *ret_old,
			size_t old_size);
unsigned int lab_orphans(void);
/* A shell command in that namespace that must succeed, and the one that undoes it (or NULL). */
void lab_command(struct lab *lab, enum lab_who host, const char *undo, const char *format, ...)
	__attribute__((format(printf, 4, 5)));
/* A file of this scenario: for the configuration of a real program. lab_folder() is its folder,
 * removed with all it holds at the end. */
const char *lab_folder(struct lab *lab);
void lab_file(struct lab *lab, const char *name, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/*
 * Raw segments. The kernel of the injecting host knows nothing of them and may answer the answers:
 * lab_rule(lab, LAB_CLIENT, "output", "tcp flags & rst == rst drop") keeps it quiet.
 */
struct lab_segment {
	struct endpoint from, to;
	uint32_t seq, ack;
	uint16_t window;
	uint16_t ip_id;
	uint8_t flags; /* enum tcp_flag */
	uint8_t ttl;   /* 0: 64 */
	uint8_t tos;
	uint8_t option_bytes;
	uint8_t options[40]; /* padded to four with NOPs */
	const char *payload; /* or NULL */
};
void lab_inject(struct lab *lab, enum lab_who who, const struct lab_segment *segment);
/* The same through a packet socket on @device: "direct" or "routed"; the router's are "to-client",
 * "to-server", "to-third". */
void lab_inject_frame(struct lab *lab, enum lab_who who, const char *device,
		      const struct lab_segment *segment);
/* Its bytes from the IP header on; their number, 0 if they have no room. */
uint32_t lab_segment_bytes(const struct lab_segment *segment, void *ret_bytes, size_t size);
/* Starts to listen to the packets of a host; then the next one in whose flags @mask equals @value
 * and that comes from or goes to @port. */
int lab_sniff(struct lab *lab, enum lab_who host);
void lab_sniff_next(struct lab *lab, int sniff, uint8_t mask, uint8_t value, uint16_t port,
		    struct observation *ret_segment);

/*
 * A `whyrst live` of @host for the scenario alone, and what its summary counted: for storms, where
 * the number is the story. Start it before what it is to count.
 */
struct lab_tally {
	uint64_t resets;   /* told, and sent by that host; a storm with all it stands for */
	uint64_t of_cause; /* of them, of the cause that was asked for */
	uint64_t repeated; /* further ones of connections already reset */
	uint64_t ignored;
	uint64_t lost;	 /* counted only: the ring was full */
	uint64_t unseen; /* as live says itself: the kernel did not run its programs for them */
};
void lab_tally(struct lab *lab, enum lab_who host);
struct lab_tally lab_tally_end(struct lab *lab, const char *cause);
/* It counted the @resets that its host sent, all but one in a hundred as that cause: where
 * thousands close at once, a few acknowledgements come when all is over. */
void lab_tally_is(struct lab *lab, const struct lab_tally *tally, uint64_t resets);

/*
 * Words
 */
/* Skips the scenario: `return lab_skip(lab, "no room for orphans")`. */
int lab_skip(struct lab *lab, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* The staging failed. */
void lab_break(struct lab *lab, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool lab_broken(const struct lab *lab);
/* The remedy is to be applied this time: `lab run --fixed`. */
bool lab_fixed(const struct lab *lab);
/* What a call returned: a number, or a negative errno. */
void lab_record(struct lab *lab, enum lab_who who, const char *call, long result);
/* The same for what a real program said. */
void lab_record_text(struct lab *lab, enum lab_who who, const char *call, const char *result);
/* The same for each line "call=result" that it wrote into a file of lab_folder(). */
void lab_record_output(struct lab *lab, enum lab_who who, const char *name);

#endif
