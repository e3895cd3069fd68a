/* SPDX-License-Identifier: MIT */
/*
 * The blocks of pcapng that matter here: interfaces, and the three kinds of packets. Private to
 * sources/pcapng*.
 *
 * Floor 6.
 */
#ifndef WHYRST_SOURCES_PCAPNG_BLOCK_H
#define WHYRST_SOURCES_PCAPNG_BLOCK_H

#include "sources/capture.h"

/* Numbered by 16 bits in observations, and in the packet blocks of old. */
#define PCAPNG_INTERFACES_MAX 65536

enum pcapng_block_type {
	PCAPNG_INTERFACE = 1,
	PCAPNG_PACKET = 2, /* obsolete, still found */
	PCAPNG_SIMPLE = 3,
	PCAPNG_ENHANCED = 6,
	PCAPNG_SECTION = 0x0a0d0d0a,
};

struct pcapng_block {
	uint32_t type;
	const uint8_t *body;
	const uint8_t *body_end; /* the second length stands there */
};

struct pcapng_interface {
	int64_t offset_s;     /* if_tsoffset */
	uint32_t snap_length; /* 0: none */
	uint16_t link;
	uint8_t resolution; /* if_tsresol as it stands there */
};

struct pcapng {
	struct capture capture;
	struct pcapng_interface *interfaces; /* of the current section */
	uint32_t interface_count;
	uint32_t interface_room;
	uint64_t interfaces_refused;
	uint64_t interfaces_unknown; /* packets that name an interface which was not described */
};

/* The state of the source is a struct pcapng. */
static inline struct pcapng *pcapng_of(struct source_state *state)
{
	return (struct pcapng *)state;
}

static inline uint32_t pcapng_load32(const struct pcapng *ng, const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return ng->capture.swapped ? __builtin_bswap32(value) : value;
}

static inline uint16_t pcapng_load16(const struct pcapng *ng, const uint8_t *at)
{
	uint16_t value;

	memcpy(&value, at, sizeof(value));
	return ng->capture.swapped ? __builtin_bswap16(value) : value;
}

void pcapng_interface_add(struct pcapng *ng, const struct pcapng_block *block);

/* False if the block contradicts itself or names no interface that there is. */
bool pcapng_packet_read(struct pcapng *ng, const struct pcapng_block *block,
			struct capture_record *ret_record);

/* Puts what went wrong with blocks into the counts. */
void pcapng_settle(struct pcapng *ng);
void pcapng_free(struct pcapng *ng);

#endif
