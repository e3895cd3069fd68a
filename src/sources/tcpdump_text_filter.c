/* SPDX-License-Identifier: MIT */
#include "sources/tcpdump_text_filter.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/hash.h"

enum {
	SELECTED_MAX = 1 << 20, /* connections; further ones count as filtered out */
	PACKET_MAX = 40 + 20,
};

struct selected {
	struct endpoint end[2];
	bool used;
};

struct text_filter {
	pcap_t *pcap;
	struct bpf_program program;
	bool compiled;
	uint64_t key[2];
	struct selected *table; /* open addressing */
	size_t size;		/* a power of two */
	size_t count;
};

void text_filter_free(struct text_filter *filter)
{
	if (!filter)
		return;
	if (filter->compiled)
		pcap_freecode(&filter->program);
	if (filter->pcap)
		pcap_close(filter->pcap);
	free(filter->table);
	free(filter);
}

int text_filter_new(const char *words, struct text_filter **ret_filter, char problem[160])
{
	struct text_filter *filter = calloc(1, sizeof(*filter));

	if (filter) {
		filter->size = 64;
		filter->table = calloc(filter->size, sizeof(*filter->table));
		filter->pcap = pcap_open_dead(DLT_RAW, 65535);
	}
	if (!filter || !filter->table || !filter->pcap) {
		text_filter_free(filter);
		snprintf(problem, 160, "out of memory");
		return -ENOMEM;
	}
	if (pcap_compile(filter->pcap, &filter->program, words, 1, PCAP_NETMASK_UNKNOWN) != 0) {
		snprintf(problem, 160, "filter: %s", pcap_geterr(filter->pcap));
		text_filter_free(filter);
		return -EINVAL;
	}
	filter->compiled = true;
	if (getrandom(filter->key, sizeof(filter->key), GRND_NONBLOCK) < 0)
		filter->key[0] = (uintptr_t)filter;
	*ret_filter = filter;
	return 0;
}

static void store_be16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void store_be32(uint8_t *at, uint32_t value)
{
	store_be16(at, value >> 16);
	store_be16(at + 2, value);
}

/* Headers as far as they are known; length in the IP header, no payload. Returns its bytes. */
static size_t make_packet(const struct observation *obs, uint8_t packet[PACKET_MAX])
{
	bool ip6 = obs->source.family == ADDR_IP6;
	size_t header = ip6 ? 40 : 20;
	uint32_t length = obs->payload_bytes > 65000 ? 65000 : obs->payload_bytes;
	uint8_t *tcp = packet + header;

	memset(packet, 0, PACKET_MAX);
	if (ip6) {
		packet[0] = (uint8_t)(0x60 | obs->tos >> 4);
		packet[1] = (uint8_t)(obs->tos << 4);
		store_be16(packet + 4, length + 20);
		packet[6] = 6;
		packet[7] = obs->ttl;
		memcpy(packet + 8, obs->source.ip, 16);
		memcpy(packet + 24, obs->destination.ip, 16);
	} else {
		packet[0] = 0x45;
		packet[1] = obs->tos;
		store_be16(packet + 2, length + 40);
		store_be16(packet + 4, obs->ip_id);
		packet[6] = obs->dont_fragment ? 0x40 : 0;
		packet[8] = obs->ttl;
		packet[9] = 6;
		memcpy(packet + 12, obs->source.ip, 4);
		memcpy(packet + 16, obs->destination.ip, 4);
	}
	store_be16(tcp, obs->source.port);
	store_be16(tcp + 2, obs->destination.port);
	store_be32(tcp + 4, obs->seq);
	store_be32(tcp + 8, obs->ack);
	tcp[12] = 0x50;
	tcp[13] = obs->flags;
	store_be16(tcp + 14, obs->window);
	return header + 20;
}

/* Where the connection is, or would be. */
static struct selected *find(const struct text_filter *filter, const struct observation *obs)
{
	bool swap = endpoint_compare(&obs->source, &obs->destination) > 0;
	const struct endpoint end[2] = { swap ? obs->destination : obs->source,
					 swap ? obs->source : obs->destination };
	size_t at = hash_keyed(filter->key, end, sizeof(end)) & (filter->size - 1);

	while (filter->table[at].used && memcmp(filter->table[at].end, end, sizeof(end)) != 0)
		at = (at + 1) & (filter->size - 1);
	if (!filter->table[at].used)
		memcpy(filter->table[at].end, end, sizeof(end));
	return &filter->table[at];
}

static bool grow(struct text_filter *filter)
{
	struct selected *old = filter->table;
	size_t old_size = filter->size, i;
	struct observation obs = { 0 };

	filter->table = calloc(old_size * 2, sizeof(*old));
	if (!filter->table) {
		filter->table = old;
		return false;
	}
	filter->size = old_size * 2;
	for (i = 0; i < old_size; i++) {
		if (!old[i].used)
			continue;
		obs.source = old[i].end[0];
		obs.destination = old[i].end[1];
		find(filter, &obs)->used = true;
	}
	free(old);
	return true;
}

void text_filter_look(struct text_filter *filter, const struct observation *obs)
{
	uint8_t packet[PACKET_MAX];
	struct pcap_pkthdr header = { 0 };
	struct selected *entry;

	header.caplen = (bpf_u_int32)make_packet(obs, packet);
	header.len = header.caplen + obs->payload_bytes;
	if (!pcap_offline_filter(&filter->program, &header, packet))
		return;
	entry = find(filter, obs);
	if (entry->used || filter->count >= SELECTED_MAX)
		return;
	if (filter->count * 2 >= filter->size) {
		if (!grow(filter))
			return;
		entry = find(filter, obs);
	}
	entry->used = true;
	filter->count++;
}

bool text_filter_has(const struct text_filter *filter, const struct observation *obs)
{
	return find(filter, obs)->used;
}
