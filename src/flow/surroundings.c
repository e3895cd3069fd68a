/* SPDX-License-Identifier: MIT */
#include "flow/surroundings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"

static int table_init(struct node_table *table, size_t object_bytes, uint32_t limit)
{
	uint32_t buckets = 1024;

	while (buckets < limit)
		buckets *= 2;
	memset(table, 0, sizeof(*table));
	slab_init(&table->slab, object_bytes, limit);
	table->buckets = calloc(buckets, sizeof(*table->buckets));
	table->bucket_mask = buckets - 1;
	table->lru.lru_next = table->lru.lru_prev = &table->lru;
	return table->buckets ? 0 : -ENOMEM;
}

static void table_touch(struct node_table *table, struct node *node)
{
	if (table->lru.lru_prev == node)
		return;
	if (node->lru_next) {
		node->lru_prev->lru_next = node->lru_next;
		node->lru_next->lru_prev = node->lru_prev;
	}
	node->lru_prev = table->lru.lru_prev;
	node->lru_next = &table->lru;
	table->lru.lru_prev->lru_next = node;
	table->lru.lru_prev = node;
}

static void table_insert(struct node_table *table, struct node *node, uint64_t hash)
{
	struct node **bucket = &table->buckets[hash & table->bucket_mask];

	node->hash = hash;
	node->hash_next = *bucket;
	node->lru_next = node->lru_prev = NULL;
	*bucket = node;
	table_touch(table, node);
}

static void table_remove(struct node_table *table, struct node *node)
{
	struct node **at = &table->buckets[node->hash & table->bucket_mask];

	while (*at != node)
		at = &(*at)->hash_next;
	*at = node->hash_next;
	node->lru_prev->lru_next = node->lru_next;
	node->lru_next->lru_prev = node->lru_prev;
	table->evicted++;
}

int surroundings_init(struct surroundings *s, const uint64_t hash_key[2], size_t memory_bytes)
{
	uint32_t services = (uint32_t)(memory_bytes / 32 / (sizeof(struct service) + LEVELS * 4));
	uint32_t hosts = (uint32_t)(memory_bytes / 8 / sizeof(struct host));
	int error;

	memcpy(s->hash_key, hash_key, sizeof(s->hash_key));
	error = table_init(&s->services, sizeof(struct service), services < 64 ? 64 : services);
	if (error)
		return error;
	return table_init(&s->hosts, sizeof(struct host), hosts < 64 ? 64 : hosts);
}

void surroundings_release(struct surroundings *s)
{
	struct node *node = s->services.lru.lru_next;

	for (; node && node != &s->services.lru; node = node->lru_next)
		free(((struct service *)node)->opened_at);
	free(s->services.buckets);
	slab_release(&s->services.slab);
	free(s->hosts.buckets);
	slab_release(&s->hosts.slab);
}

struct service *service_find(const struct surroundings *s, const struct endpoint *server)
{
	uint64_t hash = hash_keyed(s->hash_key, server, sizeof(*server));
	struct node *node = s->services.buckets[hash & s->services.bucket_mask];

	for (; node; node = node->hash_next) {
		if (node->hash == hash && endpoint_same(&((struct service *)node)->server, server))
			return (struct service *)node;
	}
	return NULL;
}

struct service *service_get(struct surroundings *s, const struct endpoint *server)
{
	struct service *service = service_find(s, server);

	if (service) {
		table_touch(&s->services, &service->node);
		return service;
	}
	service = slab_take(&s->services.slab);
	if (!service) {
		struct node *node = s->services.lru.lru_next;
		int tries = 64;

		while (node != &s->services.lru && ((struct service *)node)->flows && --tries)
			node = node->lru_next;
		if (node == &s->services.lru || ((struct service *)node)->flows)
			return NULL;
		service = (struct service *)node;
		table_remove(&s->services, node);
		free(service->opened_at);
	}
	memset(service, 0, sizeof(*service));
	service->server = *server;
	table_insert(&s->services, &service->node,
		     hash_keyed(s->hash_key, server, sizeof(*server)));
	return service;
}

struct host *host_find(const struct surroundings *s, const struct endpoint *any)
{
	struct endpoint address = *any;
	uint64_t hash;
	struct node *node;

	address.port = 0;
	hash = hash_keyed(s->hash_key, &address, sizeof(address));
	node = s->hosts.buckets[hash & s->hosts.bucket_mask];
	for (; node; node = node->hash_next) {
		if (node->hash == hash && endpoint_same(&((struct host *)node)->address, &address))
			return (struct host *)node;
	}
	return NULL;
}

struct host *host_get(struct surroundings *s, const struct endpoint *any)
{
	struct host *host = host_find(s, any);

	if (host) {
		table_touch(&s->hosts, &host->node);
		return host;
	}
	host = slab_take(&s->hosts.slab);
	if (!host) {
		struct node *node = s->hosts.lru.lru_next;

		if (node == &s->hosts.lru)
			return NULL;
		table_remove(&s->hosts, node);
		host = (struct host *)node;
	}
	memset(host, 0, sizeof(*host));
	host->address = *any;
	host->address.port = 0;
	table_insert(&s->hosts, &host->node,
		     hash_keyed(s->hash_key, &host->address, sizeof(host->address)));
	return host;
}

uint32_t service_level(uint32_t open)
{
	uint32_t shift, level;

	if (open < 64)
		return open;
	shift = 31 - (uint32_t)__builtin_clz(open) - 4;
	level = 64 + (shift - 2) * 16 + ((open >> shift) & 15);
	return level < LEVELS ? level : LEVELS - 1;
}

void service_note_opened(struct service *service, uint32_t open)
{
	if (!service->opened_at)
		service->opened_at = calloc(LEVELS, sizeof(*service->opened_at));
	if (service->opened_at)
		service->opened_at[service_level(open)]++;
}

void service_forget_opened(struct service *service, uint32_t open)
{
	if (service->opened_at && service->opened_at[service_level(open)])
		service->opened_at[service_level(open)]--;
}

uint64_t service_opened_below(const struct service *service, uint32_t level)
{
	uint32_t end = service_level(level);
	uint64_t sum = 0;

	if (!service->opened_at)
		return 0;
	for (uint32_t i = 0; i < end; i++)
		sum += service->opened_at[i];
	return sum;
}

void host_note_syn(struct host *host, const struct flow *flow, uint32_t isn, int64_t time_ns)
{
	host->syns[host->syns_at++ % RECENT_SYNS] = (struct syn_note){
		.time_ns = time_ns,
		.connection = flow->number,
		.server = flow->server,
		.isn = isn,
		.client_port = flow->client.port,
	};
}

void host_note_accepted(struct host *host, const struct flow *flow, int64_t time_ns)
{
	for (int i = 0; i < RECENT_SYNS; i++) {
		if (host->syns[i].connection == flow->number)
			host->syns[i].accepted_ns = time_ns;
	}
}
