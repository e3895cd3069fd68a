/* SPDX-License-Identifier: MIT */
#include "sources/tcpdump_text_numbers.h"

#include <stdlib.h>
#include <sys/random.h>

#include "base/hash.h"

enum {
	WAYS = 8, /* entries that one hash value may use */
	SETS = 65536 / WAYS,
};

enum mode {
	MODE_UNKNOWN = 0,
	MODE_RELATIVE,
	MODE_ABSOLUTE, /* -S */
};

/* One direction of a connection. */
struct side {
	uint32_t base; /* what printed numbers are relative to */
	uint32_t isn;  /* of a SYN without ACK */
	uint32_t next; /* expected sequence number */
	bool known;    /* base is the true one; else it is 0 and numbers stay as printed */
	bool isn_known;
	bool next_known;
};

struct connection {
	struct endpoint low; /* the smaller by endpoint_compare(): side 0 */
	struct endpoint high;
	struct side side[2];
	uint32_t used; /* tick of the last use, 0: free */
	uint8_t mode;
	bool recorded; /* tcpdump has an entry for it */
	bool assumed;  /* its first line was taken for relative, because its numbers are small */
	uint8_t first_from;
	uint32_t first_seq; /* of that line */
	uint32_t first_ack;
};

struct text_numbers {
	uint64_t key[2];
	uint64_t forgotten;
	uint32_t tick;
	uint8_t mode; /* of the connections so far */
	struct connection table[SETS][WAYS];
};

struct text_numbers *text_numbers_new(void)
{
	/* Zero pages cost nothing until they are used. */
	struct text_numbers *numbers = calloc(1, sizeof(*numbers));

	/* Without randomness the table still works: it is bounded in any case. */
	if (numbers && getrandom(numbers->key, sizeof(numbers->key), GRND_NONBLOCK) < 0)
		numbers->key[0] = (uintptr_t)numbers;
	return numbers;
}

void text_numbers_free(struct text_numbers *numbers)
{
	free(numbers);
}

uint64_t text_numbers_forgotten(const struct text_numbers *numbers)
{
	return numbers->forgotten;
}

static struct connection *find(struct text_numbers *numbers, const struct endpoint *low,
			       const struct endpoint *high)
{
	struct endpoint pair[2] = { *low, *high };
	struct connection *set, *oldest;
	int i;

	set = numbers->table[hash_keyed(numbers->key, pair, sizeof(pair)) % SETS];
	oldest = set;
	if (++numbers->tick == 0)
		numbers->tick = 1;
	for (i = 0; i < WAYS; i++) {
		if (!set[i].used) {
			oldest = &set[i];
			break;
		}
		if (endpoint_same(&set[i].low, low) && endpoint_same(&set[i].high, high)) {
			set[i].used = numbers->tick;
			return &set[i];
		}
		if (set[i].used < oldest->used)
			oldest = &set[i];
	}
	if (oldest->used)
		numbers->forgotten++;
	memset(oldest, 0, sizeof(*oldest));
	oldest->low = *low;
	oldest->high = *high;
	oldest->used = numbers->tick;
	return oldest;
}

/* Distance of two sequence numbers, either way. */
static uint32_t distance(uint32_t a, uint32_t b)
{
	uint32_t d = a - b;

	return d & UINT32_C(0x80000000) ? 0 - d : d;
}

static bool is_small(uint32_t number, int bits)
{
	return distance(number, 0) < UINT32_C(1) << bits;
}

/*
 * What one printed number says about the mode, given what it would be relative to: > 0 relative, <
 * 0 absolute, 0 nothing. Exactly the number that is due is best; else it should be much nearer to
 * one than to the other.
 */
static int number_vote(const struct side *side, uint32_t printed)
{
	uint32_t relative = distance(printed, 0);
	uint32_t absolute = distance(printed, side->base);

	if (!side->known || side->base == 0)
		return 0;
	if (side->next_known && side->base + printed == side->next)
		return 2;
	if (side->next_known && printed == side->next)
		return -2;
	if (relative < absolute / 16)
		return 1;
	return absolute < relative / 16 ? -1 : 0;
}

static void decide_mode(struct text_numbers *numbers, struct connection *c, int from,
			const struct observation *obs)
{
	int vote;

	if (c->mode)
		return;
	vote = number_vote(&c->side[!from], obs->ack);
	if (obs->seen & SEEN_SEQ)
		vote += number_vote(&c->side[from], obs->seq);
	if (!vote)
		return;
	c->mode = vote > 0 ? MODE_RELATIVE : MODE_ABSOLUTE;
	numbers->mode = c->mode;
}

/*
 * The first ACK-bearing packet of a connection: printed absolute by tcpdump, unless the paste
 * leaves out where tcpdump began. Absolute numbers below 2^28 both, or below 2^24 one, are too rare
 * to expect.
 */
static void record_first(struct connection *c, int from, struct observation *obs)
{
	struct side *own = &c->side[from], *other = &c->side[!from];
	bool relative;

	if (other->isn_known && distance(obs->ack, other->next) < UINT32_C(1) << 20)
		relative = false;
	else if (obs->seen & SEEN_SEQ && own->isn_known)
		relative = distance(obs->seq, own->next) > distance(obs->seq, 1);
	else if (obs->seen & SEEN_SEQ)
		relative = is_small(obs->seq, 28) && is_small(obs->ack, 28);
	else
		relative = is_small(obs->ack, 24);
	c->recorded = true;
	if (relative) {
		own->known = own->isn_known;
		own->base = own->isn_known ? own->isn : 0;
		other->known = other->isn_known;
		other->base = other->isn_known ? other->isn : 0;
		obs->seq += own->base;
		obs->ack += other->base;
		c->mode = MODE_RELATIVE;
		c->assumed = obs->seen & SEEN_SEQ && !own->known && !other->known;
		c->first_from = (uint8_t)from;
		c->first_seq = obs->seq;
		c->first_ack = obs->ack;
		return;
	}
	other->base = obs->ack - 1;
	other->known = true;
	if (obs->seen & SEEN_SEQ) {
		own->base = obs->seq;
		own->known = true;
	} else {
		/* tcpdump knew the number and did not print it; it sent nothing since its SYN */
		own->known = own->next_known;
		own->base = own->next_known ? own->next : 0;
	}
}

/*
 * Stacks that count connections from small numbers: their absolute first line looks relative. The
 * next one shows it, when it goes on exactly where the first would end if counted from there.
 */
static void check_assumed(struct connection *c, int from, const struct observation *obs)
{
	struct side *first = &c->side[c->first_from];
	bool same = from == c->first_from;
	uint32_t printed = same ? obs->seq : obs->ack;

	if (!c->assumed || !first->next_known || (same && !(obs->seen & SEEN_SEQ)))
		return;
	if (printed == first->next) {
		c->assumed = false;
	} else if (c->first_seq > 1 && printed == first->next - c->first_seq) {
		first->base = c->first_seq;
		c->side[!c->first_from].base = c->first_ack - 1;
		first->known = c->side[!c->first_from].known = true;
		c->assumed = false;
	}
}

static void rebuild_sack(const struct connection *c, int from, struct observation *obs)
{
	const struct side *other = &c->side[!from];

	if (!(obs->options & OPTION_SACK) || c->mode == MODE_ABSOLUTE)
		return;
	if (c->mode == MODE_UNKNOWN && number_vote(other, obs->sack_left) < 0)
		return;
	obs->sack_left += other->base;
	obs->sack_right += other->base;
}

static void note_next(struct side *own, const struct observation *obs)
{
	uint32_t next;

	if (!(obs->seen & SEEN_SEQ) || obs->flags & TCP_RST)
		return;
	next = obs->seq + obs->payload_bytes + !!(obs->flags & TCP_SYN) + !!(obs->flags & TCP_FIN);
	if (!own->next_known || obs->flags & TCP_SYN || (int32_t)(next - own->next) > 0)
		own->next = next;
	own->next_known = true;
}

/* A packet without ACK: its number is printed as it is. */
static void rebuild_without_ack(struct connection *c, int from, struct observation *obs)
{
	struct side *own = &c->side[from];

	if (obs->flags & TCP_SYN) {
		own->isn = obs->seq;
		own->isn_known = true;
		own->next_known = false;
		note_next(own, obs);
		return;
	}
	/* Beside numbers whose true base is not known, this one says nothing. */
	if (c->recorded && !own->known && c->mode != MODE_ABSOLUTE)
		obs->seen &= (uint16_t)~SEEN_SEQ;
}

void text_numbers_rebuild(struct text_numbers *numbers, struct observation *obs)
{
	bool swapped = endpoint_compare(&obs->source, &obs->destination) > 0;
	int from = swapped;
	struct connection *c = swapped ? find(numbers, &obs->destination, &obs->source)
				       : find(numbers, &obs->source, &obs->destination);
	struct side *own = &c->side[from], *other = &c->side[!from];

	if (!(obs->flags & TCP_ACK)) {
		rebuild_without_ack(c, from, obs);
		return;
	}
	if (obs->flags & TCP_SYN) {
		own->base = obs->seq;
		other->base = obs->ack - 1;
		own->known = other->known = true;
		own->next_known = false;
		other->next = obs->ack;
		other->next_known = true;
		own->isn_known = other->isn_known = false;
		c->recorded = true;
		c->assumed = false;
		c->mode = MODE_UNKNOWN;
	} else if (!c->recorded) {
		record_first(c, from, obs);
	} else {
		check_assumed(c, from, obs);
		decide_mode(numbers, c, from, obs);
		if (c->mode == MODE_RELATIVE ||
		    (c->mode == MODE_UNKNOWN && numbers->mode != MODE_ABSOLUTE)) {
			obs->seq += own->base;
			obs->ack += other->base;
		}
	}
	rebuild_sack(c, from, obs);
	note_next(own, obs);
}

void text_numbers_learn(struct text_numbers *numbers, const struct observation *printed,
			const struct observation *real)
{
	bool swapped = endpoint_compare(&printed->source, &printed->destination) > 0;
	struct connection *c = swapped ? find(numbers, &printed->destination, &printed->source)
				       : find(numbers, &printed->source, &printed->destination);
	struct side *own = &c->side[swapped], *other = &c->side[!swapped];

	if (!c->recorded || c->mode == MODE_ABSOLUTE || !(real->flags & TCP_ACK))
		return;
	if (printed->seen & SEEN_SEQ) {
		own->base += real->seq - printed->seq;
		own->known = true;
	}
	other->base += real->ack - printed->ack;
	other->known = true;
}
