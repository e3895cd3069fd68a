/* SPDX-License-Identifier: MIT */
/*
 * Load for pricing: on every core one server and one client process, both pinned there, that keep
 * it busy between them. No core is ever idle while a load runs, so what anything else takes (hooks
 * in the kernel, the process that reads them) shows in the time that an operation takes.
 */
#ifndef WHYRST_BENCH_LIVE_LOAD_H
#define WHYRST_BENCH_LIVE_LOAD_H

#include <stdint.h>

struct load_work {
	/* The server of a core: listens on `listener`, runs until it is killed. */
	void (*serve)(int listener);
	/* The client of a core: once, before the first operation; its answer is handed to step. */
	int (*start)(unsigned int core);
	/* One operation. */
	void (*step)(unsigned int core, int handle, uint64_t number);
};

/* The address that core's server listens on; its `host` part is free for the client to vary. */
struct load_place {
	const char *server_ip;	  /* what the clients connect to, NULL is 127.0.(core + 1).host */
	const char *server_netns; /* path of the servers' network namespace, or NULL */
	uint16_t port;		  /* of core 0; core 1 has the next one */
};

/*
 * Reads lines "T0 T1" (CLOCK_MONOTONIC, ns) from standard input: runs the load from now to T1 and
 * prints "OPERATIONS CPU_NS" of what lay between T0 and T1, CPU time being that of all servers and
 * clients with all the kernel work done on their time. Ends at the end of input. Returns the exit
 * status of the program.
 */
int load_run(const struct load_work *work, const struct load_place *place);

int load_connect(const struct load_place *place, unsigned int core, unsigned int host);
void load_send(int fd, const char *bytes, unsigned int size);
void load_receive(int fd, char *bytes, unsigned int size);
void load_die(const char *what);

#endif
