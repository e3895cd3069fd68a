/* SPDX-License-Identifier: MIT */
#include "sources/filter.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "base/bytes.h"
#include "base/hash.h"
#include "sources/inner_packet.h"
#include "wire/packet.h"

enum {
	PROGRAMS_MAX = 32,
	SNAP_LENGTH = 262144,
	SLOTS_START = 1024,
	SLOTS_MAX = 1 << 21, /* of 8 bytes: a million connections in 16 MiB */
	/* As much of a packet as has headers: for link types that must be copied first. */
	COPY_BYTES = 512,
};

struct program {
	uint16_t link;
	bool usable;
	struct bpf_program bpf;
};

struct filter {
	const char *words;
	struct program programs[PROGRAMS_MAX];
	int program_count;
	struct program inner; /* for the headers behind others: .link 0 before it is tried */
	/* Keyed hashes of the four; 0 is free. Two of one hash are one in 2^64, and would both
	 * pass. */
	uint64_t key[2];
	uint64_t *slots;
	size_t slot_count;
	size_t used;
	uint64_t overflow; /* packets of connections that could not be remembered */
	uint64_t unusable; /* packets of link types that the words mean nothing to */
	uint16_t unusable_link;
	char unusable_words[64];
};

int filter_new(const char *words, struct filter **ret_filter)
{
	struct filter *filter = calloc(1, sizeof(*filter));

	if (!filter)
		return -ENOMEM;
	filter->words = words;
	filter->slot_count = SLOTS_START;
	filter->slots = calloc(filter->slot_count, sizeof(*filter->slots));
	if (!filter->slots) {
		free(filter);
		return -ENOMEM;
	}
	if (getrandom(filter->key, sizeof(filter->key), GRND_NONBLOCK) < 0)
		filter->key[0] = (uintptr_t)filter;
	*ret_filter = filter;
	return 0;
}

void filter_free(struct filter *filter)
{
	int i;

	if (!filter)
		return;
	for (i = 0; i < filter->program_count; i++)
		if (filter->programs[i].usable)
			pcap_freecode(&filter->programs[i].bpf);
	if (filter->inner.usable)
		pcap_freecode(&filter->inner.bpf);
	free(filter->slots);
	free(filter);
}

/* ---- programs ---------------------------------------------------------------------------------
 */

/* Numbers in files are those of libpcap, but for a few (pcap-common.c). */
static int link_to_dlt(uint16_t link)
{
	switch (link) {
	case LINK_RAW:
	case LINK_RAW_BSD:
	case LINK_RAW_OPENBSD:
		return DLT_RAW;
	default:
		return link;
	}
}

static int compile(const char *words, uint16_t link, struct bpf_program *ret_program,
		   char problem[160])
{
	pcap_t *dead = pcap_open_dead(link_to_dlt(link), SNAP_LENGTH);
	int r = -EINVAL;

	if (!dead) {
		snprintf(problem, 160, "there is not enough memory for a filter");
		return -ENOMEM;
	}
	if (pcap_compile(dead, ret_program, words, 1, PCAP_NETMASK_UNKNOWN) == 0)
		r = 0;
	else
		snprintf(problem, 160, "%s", pcap_geterr(dead));
	pcap_close(dead);
	return r;
}

static struct program *program_find(struct filter *filter, uint16_t link)
{
	int i;

	for (i = 0; i < filter->program_count; i++)
		if (filter->programs[i].link == link)
			return &filter->programs[i];
	return NULL;
}

int filter_compile(struct filter *filter, uint16_t link, char problem[160])
{
	struct program *program = program_find(filter, link);
	int r;

	if (program)
		return program->usable ? 0 : -EINVAL;
	if (filter->program_count == PROGRAMS_MAX) {
		snprintf(problem, 160, "more than %d link types", PROGRAMS_MAX);
		return -EINVAL;
	}
	program = &filter->programs[filter->program_count++];
	program->link = link;
	r = compile(filter->words, link, &program->bpf, problem);
	program->usable = r == 0;
	if (r < 0 && !filter->unusable_words[0]) {
		filter->unusable_link = link;
		snprintf(filter->unusable_words, sizeof(filter->unusable_words), "%.63s", problem);
	}
	return r;
}

static bool program_matches(const struct program *program, const struct filter_packet *packet)
{
	struct pcap_pkthdr header = { .caplen = packet->captured, .len = packet->length };
	uint8_t copy[COPY_BYTES];
	uint32_t bytes = packet->captured < COPY_BYTES ? packet->captured : COPY_BYTES;

	if (packet->link != LINK_NULL || !packet->swapped || bytes < 4)
		return pcap_offline_filter(&program->bpf, &header, packet->bytes) != 0;
	/* The program expects the address family in this host's byte order. */
	memcpy(copy, packet->bytes, bytes);
	copy[0] = packet->bytes[3];
	copy[1] = packet->bytes[2];
	copy[2] = packet->bytes[1];
	copy[3] = packet->bytes[0];
	header.caplen = bytes;
	return pcap_offline_filter(&program->bpf, &header, copy) != 0;
}

/* ---- connections ------------------------------------------------------------------------------
 */

static uint64_t key_of(const struct filter *filter, const struct observation *obs)
{
	struct endpoint ends[2];
	bool swap = endpoint_compare(&obs->source, &obs->destination) > 0;
	uint64_t key;

	ends[swap] = obs->source;
	ends[!swap] = obs->destination;
	key = hash_keyed(filter->key, ends, sizeof(ends));
	return key ? key : 1;
}

static uint64_t *slot_find(uint64_t *slots, size_t count, uint64_t key)
{
	size_t at = key & (count - 1);

	while (slots[at] && slots[at] != key)
		at = (at + 1) & (count - 1);
	return &slots[at];
}

/* Room for one more; false at the limit. Never more than half full. */
static bool slots_grow(struct filter *filter)
{
	size_t count = filter->slot_count * 2, i;
	uint64_t *slots;

	if ((filter->used + 1) * 2 <= filter->slot_count)
		return true;
	if (count > SLOTS_MAX)
		return false;
	slots = calloc(count, sizeof(*slots));
	if (!slots)
		return false;
	for (i = 0; i < filter->slot_count; i++)
		if (filter->slots[i])
			*slot_find(slots, count, filter->slots[i]) = filter->slots[i];
	free(filter->slots);
	filter->slots = slots;
	filter->slot_count = count;
	return true;
}

static bool speaks_of_wrapping(const char *words)
{
	static const char *const names[] = { "vlan",  "mpls",  "pppoe", "geneve",
					     "vxlan", "ether", "wlan",	"llc" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strstr(words, names[i]))
			return true;
	return false;
}

static bool negates(const char *words)
{
	return strstr(words, "not") || strchr(words, '!');
}

static bool is_ip(const uint8_t *type)
{
	return load_be16(type) == 0x0800 || load_be16(type) == 0x86dd;
}

/* Whether something stands between the link's header and the first IP header. */
static bool is_tagged(const struct filter_packet *packet)
{
	switch (packet->link) {
	case LINK_ETHERNET:
		return packet->captured >= 14 && !is_ip(packet->bytes + 12);
	case LINK_SLL:
		return packet->captured >= 16 && !is_ip(packet->bytes + 14);
	case LINK_SLL2:
		return packet->captured >= 2 && !is_ip(packet->bytes);
	default:
		return false;
	}
}

static bool inner_matches(struct filter *filter, const struct observation *obs)
{
	uint8_t bytes[INNER_PACKET_MAX];
	struct filter_packet packet;

	inner_packet_make(obs, bytes, &packet);
	return program_matches(&filter->inner, &packet);
}

/* Whether the words can be asked of inner headers at all. */
static bool has_inner(struct filter *filter)
{
	char problem[160];

	if (!filter->inner.link) {
		filter->inner.link = LINK_RAW;
		filter->inner.usable =
			!speaks_of_wrapping(filter->words) &&
			compile(filter->words, LINK_RAW, &filter->inner.bpf, problem) == 0;
	}
	return filter->inner.usable;
}

static bool matches(struct filter *filter, const struct filter_packet *packet,
		    const struct observation *obs)
{
	const struct program *program;
	bool tagged = is_tagged(packet);
	char problem[160];

	if ((tagged || obs->tunnelled) && has_inner(filter)) {
		if (inner_matches(filter, obs))
			return true;
		/* Without 80 among the outer ports says nothing about those within. */
		if (!obs->tunnelled || negates(filter->words))
			return false;
	}
	program = program_find(filter, packet->link);
	if (!program) {
		filter_compile(filter, packet->link, problem);
		program = program_find(filter, packet->link);
	}
	if (!program || !program->usable) {
		filter->unusable++;
		return false;
	}
	return program_matches(program, packet);
}

bool filter_pass(struct filter *filter, const struct filter_packet *packet,
		 const struct observation *obs)
{
	uint64_t key = key_of(filter, obs);

	if (*slot_find(filter->slots, filter->slot_count, key))
		return true;
	if (!matches(filter, packet, obs))
		return false;
	if (!slots_grow(filter)) {
		filter->overflow++;
		return true;
	}
	*slot_find(filter->slots, filter->slot_count, key) = key;
	filter->used++;
	return true;
}

bool filter_pass_text(struct filter *filter, const struct observation *obs)
{
	uint8_t bytes[INNER_PACKET_MAX];
	struct filter_packet packet;

	inner_packet_make(obs, bytes, &packet);
	return filter_pass(filter, &packet, obs);
}

bool filter_note(const struct filter *filter, char note[160])
{
	if (filter->unusable) {
		snprintf(note, 160, "%llu packets left out: no such filter on link type %u (%s)",
			 (unsigned long long)filter->unusable, filter->unusable_link,
			 filter->unusable_words);
		return true;
	}
	if (filter->overflow) {
		snprintf(note, 160,
			 "more than %d connections match: of later ones only packets that match "
			 "themselves are used (%llu so far)",
			 SLOTS_MAX / 2, (unsigned long long)filter->overflow);
		return true;
	}
	return false;
}
