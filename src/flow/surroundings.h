/* SPDX-License-Identifier: MIT */
/*
 * What surrounds a connection: the service it goes to, the hosts at its ends, the pair of hosts.
 * Each table is bounded; the longest unused entry goes first and is counted.
 *
 * Floor 2, private to this folder.
 */
#ifndef WHYRST_FLOW_SURROUNDINGS_H
#define WHYRST_FLOW_SURROUNDINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/slab.h"
#include "flow/flow.h"

struct node {
	struct node *hash_next;
	struct node *lru_prev, *lru_next;
	uint64_t hash;
};

#define RECENT_RESETS 32
#define RECENT_STARVED 16
#define LEVELS 512 /* 64 exact ones, then 16 for each doubling */

/* One server port. */
struct service {
	struct node node;
	struct endpoint server;
	struct flow *flows; /* open or kept, newest first */
	uint32_t open;
	uint32_t starved; /* closed by the server's FIN without one byte of it */
	uint32_t starved_at;
	int64_t starved_ns[RECENT_STARVED];
	uint32_t syn_repeats; /* in the window that began at syn_repeats_ns */
	int64_t syn_repeats_ns;
	int64_t first_synack_ns, last_synack_ns; /* 0: none */
	int64_t last_synack_syn_ns;		 /* the SYN that the last SYN-ACK answered */
	int64_t last_refused_ns;
	int64_t last_refused_syn_ns;
	int64_t resets_ns[RECENT_RESETS];
	uint32_t resets_at;
	uint32_t *opened_at; /* [LEVELS], connections by how many were open then; never reset */
};

#define RECENT_SYNS 8

struct syn_note {
	int64_t time_ns;
	int64_t accepted_ns; /* 0: not, or not yet */
	uint64_t connection;
	struct endpoint server;
	uint32_t isn;
	uint16_t client_port;
};

/* One address. */
struct host {
	struct node node;
	struct endpoint address;	   /* port 0 */
	struct syn_note syns[RECENT_SYNS]; /* that it sent */
	uint32_t syns_at;
	int64_t reset_got_ns[2]; /* last reset that it received, as client and as server; 0: none */
	uint64_t reset_got_connection[2];
	int64_t identity_ns; /* of the values below: its last SYN-ACK or other packet of another
				connection */
	uint64_t identity_connection;
	uint32_t mac;
	uint8_t ttl;
	bool has_mac : 1;
	bool has_ttl : 1;
};

struct node_table {
	struct node **buckets;
	uint32_t bucket_mask;
	struct node lru; /* a ring: lru.lru_next is the oldest */
	struct slab slab;
	uint64_t evicted;
};

struct surroundings {
	uint64_t hash_key[2];
	struct node_table services;
	struct node_table hosts;
};

int surroundings_init(struct surroundings *s, const uint64_t hash_key[2], size_t memory_bytes);
void surroundings_release(struct surroundings *s);

/* Finds or makes; NULL only without memory. A service in use by flows is never evicted. */
struct service *service_get(struct surroundings *s, const struct endpoint *server);
struct service *service_find(const struct surroundings *s, const struct endpoint *server);
struct host *host_get(struct surroundings *s, const struct endpoint *any);
struct host *host_find(const struct surroundings *s, const struct endpoint *any);

uint32_t service_level(uint32_t open);
void service_note_opened(struct service *service, uint32_t open);
void service_forget_opened(struct service *service, uint32_t open);
uint64_t service_opened_below(const struct service *service, uint32_t level);

void host_note_syn(struct host *host, const struct flow *flow, uint32_t isn, int64_t time_ns);
void host_note_accepted(struct host *host, const struct flow *flow, int64_t time_ns);

#endif
