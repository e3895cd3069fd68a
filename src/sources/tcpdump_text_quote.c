/* SPDX-License-Identifier: MIT */
#include "sources/tcpdump_text_quote.h"

#include <stdlib.h>
#include <sys/random.h>

#include "base/hash.h"

enum {
	SLOTS = TEXT_QUOTES_MAX * 2,
};

static uint64_t hash_packet(const struct text_quotes *quotes, const struct text_packet *packet)
{
	const struct observation *obs = &packet->obs;
	struct {
		struct endpoint source, destination;
		int64_t time_ns;
		uint32_t date, seq, ack, bytes, flags, pad;
	} what = {
		.source = obs->source,
		.destination = obs->destination,
		.time_ns = packet->time.ns,
		.date = (uint32_t)packet->time.year << 16 |
			(uint32_t)(packet->time.month << 8 | packet->time.day),
		.seq = obs->seq,
		.ack = obs->ack,
		.bytes = obs->payload_bytes,
		.flags = obs->flags,
	};
	uint64_t hash = hash_keyed(quotes->key, &what, sizeof(what));

	return hash ? hash : 1;
}

static bool start(struct text_quotes *quotes)
{
	if (quotes->slots)
		return true;
	quotes->slots = calloc(SLOTS, sizeof(*quotes->slots));
	if (getrandom(quotes->key, sizeof(quotes->key), GRND_NONBLOCK) < 0)
		quotes->key[0] = (uintptr_t)quotes->slots;
	return quotes->slots != NULL;
}

bool text_quotes_has(struct text_quotes *quotes, const struct text_packet *packet)
{
	int64_t ns = packet->time.ns;
	bool back, prose = quotes->prose;
	uint64_t hash;
	size_t at;

	quotes->prose = false;
	/* A time to the second is shared by many packets. */
	if (!packet->has_clock || !packet->time.fraction || packet->time.kind == TEXT_TIME_STEP)
		return false;
	back = quotes->count && (ns < quotes->last_ns || prose);
	if (ns > quotes->last_ns || !quotes->count)
		quotes->last_ns = ns;
	if ((!back && quotes->count >= TEXT_QUOTES_MAX) || !start(quotes))
		return false;
	hash = hash_packet(quotes, packet);
	for (at = hash % SLOTS; quotes->slots[at]; at = (at + 1) % SLOTS)
		if (quotes->slots[at] == hash)
			break;
	if (quotes->slots[at]) {
		quotes->repeated += back;
		return back;
	}
	if (quotes->count < TEXT_QUOTES_MAX) {
		quotes->slots[at] = hash;
		quotes->count++;
	}
	return false;
}

void text_quotes_release(struct text_quotes *quotes)
{
	free(quotes->slots);
}
