/* SPDX-License-Identifier: MIT */
#include "sources/pcapng_block.h"

#include <stdio.h>
#include <stdlib.h>

enum {
	OPTION_END = 0,
	OPTION_IF_TSRESOL = 9,
	OPTION_IF_TSOFFSET = 14,
	OPTION_PACKET_FLAGS = 2, /* epb_flags, and pack_flags of the obsolete block */
	OPTIONS_LOOKED_AT = 64,
	RESOLUTION_DEFAULT = 6, /* microseconds */
	RESOLUTION_BINARY = 0x80,
	INTERFACES_START = 8,
};

#define NS_PER_S 1000000000u

/* Finds an option of at least @bytes; NULL if it is not there. */
static const uint8_t *option_find(const struct pcapng *ng, const uint8_t *at, const uint8_t *end,
				  uint16_t wanted, uint16_t bytes)
{
	int i;

	for (i = 0; i < OPTIONS_LOOKED_AT && end - at >= 4; i++) {
		uint16_t code = pcapng_load16(ng, at);
		uint16_t length = pcapng_load16(ng, at + 2);
		uint32_t padded = (length + 3u) & ~3u;

		at += 4;
		if (code == OPTION_END || (size_t)(end - at) < length)
			return NULL;
		if (code == wanted)
			return length >= bytes ? at : NULL;
		if ((size_t)(end - at) < padded)
			return NULL;
		at += padded;
	}
	return NULL;
}

/* ---- interfaces -------------------------------------------------------------------------------
 */

static bool interfaces_grow(struct pcapng *ng)
{
	uint32_t room = ng->interface_room ? ng->interface_room * 2 : INTERFACES_START;
	struct pcapng_interface *interfaces;

	if (ng->interface_count < ng->interface_room)
		return true;
	if (room > PCAPNG_INTERFACES_MAX)
		return false;
	interfaces = realloc(ng->interfaces, room * sizeof(*interfaces));
	if (!interfaces)
		return false;
	ng->interfaces = interfaces;
	ng->interface_room = room;
	return true;
}

void pcapng_interface_add(struct pcapng *ng, const struct pcapng_block *block)
{
	const uint8_t *body = block->body, *options = body + 8, *value;
	struct pcapng_interface *interface;

	if (block->body_end - body < 8 || !interfaces_grow(ng)) {
		ng->interfaces_refused++;
		return;
	}
	interface = &ng->interfaces[ng->interface_count++];
	interface->link = pcapng_load16(ng, body);
	interface->snap_length = pcapng_load32(ng, body + 4);
	interface->resolution = RESOLUTION_DEFAULT;
	interface->offset_s = 0;
	value = option_find(ng, options, block->body_end, OPTION_IF_TSRESOL, 1);
	if (value)
		interface->resolution = *value;
	value = option_find(ng, options, block->body_end, OPTION_IF_TSOFFSET, 8);
	if (value) {
		uint64_t offset;

		memcpy(&offset, value, sizeof(offset));
		interface->offset_s =
			(int64_t)(ng->capture.swapped ? __builtin_bswap64(offset) : offset);
	}
}

static const struct pcapng_interface *interface_find(struct pcapng *ng, uint32_t number)
{
	if (number < ng->interface_count)
		return &ng->interfaces[number];
	ng->interfaces_unknown++;
	return NULL;
}

/* ---- time -------------------------------------------------------------------------------------
 */

/* Seconds and nanoseconds of @units in the clock of an interface. */
static void clock_split(uint8_t resolution, uint64_t units, uint64_t *ret_s, uint32_t *ret_ns)
{
	uint8_t power = resolution & 0x7f;
	uint64_t per_s = 1, rest;

	*ret_s = 0;
	*ret_ns = 0;
	if (resolution & RESOLUTION_BINARY) {
		if (power > 63)
			return; /* a 64-bit clock of 2^-64 s and finer never reaches a second */
		*ret_s = units >> power;
		rest = units & ((UINT64_C(1) << power) - 1);
		*ret_ns = (uint32_t)((unsigned __int128)rest * NS_PER_S >> power);
		return;
	}
	if (power > 19)
		return;
	while (power--)
		per_s *= 10;
	*ret_s = units / per_s;
	rest = units % per_s;
	*ret_ns = (uint32_t)((unsigned __int128)rest * NS_PER_S / per_s);
}

/* False where the time is beyond what 64 bits of nanoseconds hold: then it is not known. */
static bool clock_read(const struct pcapng_interface *interface, uint64_t units, int64_t *ret_ns)
{
	uint64_t s;
	uint32_t ns;
	int64_t total;

	if (interface->resolution == 6 && units < (uint64_t)INT64_MAX / 1000) {
		*ret_ns = (int64_t)units * 1000;
	} else if (interface->resolution == 9 && units <= INT64_MAX) {
		*ret_ns = (int64_t)units;
	} else {
		clock_split(interface->resolution, units, &s, &ns);
		if (s >= INT64_MAX / NS_PER_S)
			return false;
		*ret_ns = (int64_t)s * NS_PER_S + ns;
	}
	if (!interface->offset_s)
		return true;
	return !__builtin_mul_overflow(interface->offset_s, (int64_t)NS_PER_S, &total) &&
	       !__builtin_add_overflow(*ret_ns, total, ret_ns);
}

/* ---- packets ----------------------------------------------------------------------------------
 */

/* Inbound 1, outbound 2, in the lowest two bits. */
static void flags_read(const struct pcapng *ng, const uint8_t *options, const uint8_t *end,
		       struct capture_record *record)
{
	const uint8_t *value = option_find(ng, options, end, OPTION_PACKET_FLAGS, 4);
	uint32_t direction;

	if (!value)
		return;
	direction = pcapng_load32(ng, value) & 3;
	if (direction != 1 && direction != 2)
		return;
	record->seen |= SEEN_DIRECTION;
	record->outgoing = direction == 2;
}

/* A packet block of either kind, from its timestamp on. */
static bool timed_read(struct pcapng *ng, uint32_t number, const uint8_t *at,
		       const struct pcapng_block *block, struct capture_record *record)
{
	const struct pcapng_interface *interface = interface_find(ng, number);
	uint64_t units = (uint64_t)pcapng_load32(ng, at) << 32 | pcapng_load32(ng, at + 4);
	size_t room = (size_t)(block->body_end - at) - 16;
	size_t padded;

	record->captured = pcapng_load32(ng, at + 8);
	record->length = pcapng_load32(ng, at + 12);
	if (!interface || record->captured > room || record->captured > CAPTURE_PACKET_MAX)
		return false;
	record->bytes = at + 16;
	record->interface = (uint16_t)number;
	record->link = interface->link;
	record->outgoing = false;
	record->seen = 0;
	record->time_ns = 0;
	if (clock_read(interface, units, &record->time_ns))
		record->seen = SEEN_TIME | SEEN_DATE;
	padded = (record->captured + 3u) & ~3u;
	if (padded + 4 <= room)
		flags_read(ng, record->bytes + padded, block->body_end, record);
	return true;
}

static bool simple_read(struct pcapng *ng, const struct pcapng_block *block,
			struct capture_record *record)
{
	const struct pcapng_interface *interface = interface_find(ng, 0);
	size_t room = (size_t)(block->body_end - block->body);

	if (!interface || room < 4)
		return false;
	room -= 4;
	record->length = pcapng_load32(ng, block->body);
	/* How much was captured is told by the interface only; the block adds padding. */
	record->captured = record->length;
	if (interface->snap_length && record->captured > interface->snap_length)
		record->captured = interface->snap_length;
	if (record->captured > room)
		record->captured = (uint32_t)room;
	if (record->captured > CAPTURE_PACKET_MAX)
		return false;
	record->bytes = block->body + 4;
	record->interface = 0;
	record->link = interface->link;
	record->time_ns = 0;
	record->seen = 0;
	record->outgoing = false;
	return true;
}

bool pcapng_packet_read(struct pcapng *ng, const struct pcapng_block *block,
			struct capture_record *ret_record)
{
	if (block->type == PCAPNG_SIMPLE)
		return simple_read(ng, block, ret_record);
	if (block->body_end - block->body < 20)
		return false;
	if (block->type == PCAPNG_ENHANCED)
		return timed_read(ng, pcapng_load32(ng, block->body), block->body + 4, block,
				  ret_record);
	/* Obsolete: a 16-bit interface, and how many were dropped. */
	return timed_read(ng, pcapng_load16(ng, block->body), block->body + 4, block, ret_record);
}

/* ---- the end ----------------------------------------------------------------------------------
 */

void pcapng_settle(struct pcapng *ng)
{
	struct source_counts *counts = &ng->capture.counts;

	if (counts->truncated || counts->corrupt || counts->too_large)
		return;
	if (ng->interfaces_refused)
		snprintf(counts->problem, sizeof(counts->problem),
			 "%llu interfaces were left out: their blocks are damaged, or there are "
			 "more than "
			 "%d",
			 (unsigned long long)ng->interfaces_refused, PCAPNG_INTERFACES_MAX);
	else if (ng->interfaces_unknown)
		snprintf(counts->problem, sizeof(counts->problem),
			 "%llu packets name an interface that the file does not describe",
			 (unsigned long long)ng->interfaces_unknown);
}

void pcapng_free(struct pcapng *ng)
{
	if (!ng)
		return;
	capture_release(&ng->capture);
	free(ng->interfaces);
	free(ng);
}
