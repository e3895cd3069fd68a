/* SPDX-License-Identifier: MIT */
/*
 * The memory of connections. Written for every connection of the host, read only when one is reset,
 * so a table is an array whose place is computed from the key: no lock, no list, no call of the
 * kernel. Who finds the place taken takes it over (counted): what is remembered is bounded and the
 * newest, and no more is promised.
 *
 * While a connection is open it is known by its socket, whose address the kernel gives to the next
 * one while it is still in the cache. How a connection ended is known by four numbers alone: that
 * is written line by line in the order in which it comes, by each CPU into its share, for lines all
 * over a table would cost a miss of the TLB each. A small index finds them.
 *
 * Two CPUs may meet at one place. A key is therefore taken away before what stands under it is
 * changed, put back as the last thing, and compared again after a copy.
 *
 * Floor 5.
 */
#ifndef WHYRST_BPF_MEMORY_H
#define WHYRST_BPF_MEMORY_H

#include "note.h"

/* Powers of two. */
#define OPEN_LINES 32768 /* of two sockets */
#define CONNECTS_MAX 4096

#define AGAIN_LEAST_NS 1000000 /* the kernel waits longer before it sends a SYN-ACK again */

/* The compiler keeps the order of what is before and behind it. */
#define ordered() asm volatile("" ::: "memory")

volatile const __u64 seed; /* so that nobody outside can choose whose place is taken over */

/* Mapped ones begin at a page, and so every line of a table at a cache line. */
#define TABLE(name, of, count)                                                                     \
	struct {                                                                                   \
		__uint(type, BPF_MAP_TYPE_ARRAY);                                                  \
		__uint(map_flags, BPF_F_MMAPABLE);                                                 \
		__uint(max_entries, count);                                                        \
		__type(key, __u32);                                                                \
		__type(value, struct of);                                                          \
	} name SEC(".maps")

/*
 * An index: which line a key has. The last eight of a set are kept, the newest first, each in 16
 * bits; whether one is right its line knows. Nobody waits for anybody here: two CPUs at one set may
 * lose a line, no more.
 */
#define INDEX_WAYS 8
#define INDEX_WORDS (INDEX_WAYS / 4)
_Static_assert(PAST_MAX <= 1 << 16, "a line's place in the index");

static __always_inline void index_push(__u64 *set, __u32 line)
{
	set[1] = set[1] << 16 | set[0] >> 48;
	set[0] = set[0] << 16 | line;
}

static __always_inline __u32 index_at(const __u64 *set, int way)
{
	return (__u32)(set[way / 4] >> way % 4 * 16) & 0xffff;
}

volatile const __u32 past_share = PAST_MAX; /* lines of a CPU: powers of two */

/* The line that CPU @cpu writes as its @nth. */
static __always_inline __u32 line_of(__u32 cpu, __u64 nth)
{
	return (cpu * past_share + ((__u32)nth & (past_share - 1))) & (PAST_MAX - 1);
}

/* A socket from its connect() or its handshake on. */
struct open_entry {
	__u64 name;    /* of the socket; 0 free */
	__u64 time_ns; /* of connect(), by tick_ns(), then of the handshake's end */
	__u32 opener;
	__u32 past_at; /* where in the table of the past, once it has ended */
	__u16 pad;
	__u8 ttl;    /* of the segment that the peer's handshake ended with here; 0: not seen */
	__u8 flags;  /* enum past_flag */
	__u32 whose; /* 0: it connects; even: open_of() its connection; odd: ending_of() that, how
		      * is in the table of the past */
};
struct open_line {
	struct open_entry entry[2];
};
_Static_assert(sizeof(struct open_line) == 64, "open_line");
TABLE(open, open_line, OPEN_LINES);

/* How a connection ended here. */
struct past_line {
	__u64 key; /* key_of() its tuple; 0 free */
	__u64 born_ns, closed_ns;
	__u64 bytes_received, bytes_sent;
	char comm[EVENT_COMM];
	__u32 opener, closer;
	__u32 snd_nxt, rcv_nxt, unacked;
	__u32 since_sent, since_received; /* ticks: to divide costs as much as the rest */
	__u32 srtt_us;
	__u16 error;
	__u8 end, state, flags, oom;
	__u8 retransmits; /* PAST_END_TIMED_OUT */
	__u8 pad;
	union {
		struct {
			__u32 exit_code, signal, signal_from; /* PAST_EXITING */
		};
		struct {
			__u32 fd_used, fd_limit; /* PAST_FD_FULL */
		};
	};
	char signal_from_comm[EVENT_COMM];
	__u32 place; /* its own */
};
_Static_assert(sizeof(struct past_line) == 128, "past_line");
TABLE(past, past_line, PAST_MAX);
__u64 past_index[PAST_MAX / INDEX_WAYS * INDEX_WORDS] __attribute__((aligned(64)));

/*
 * When a handshake began: only where packets are watched. Of a line the last eight, the newest
 * first, each a word: 23 bits of its key, whether a SYN was answered or a SYN-ACK came, and the
 * time in 1024 ns, of which 40 bits last for thirteen days.
 */
#define HELLO_WAYS 8
#define HELLO_TAG 41
#define HELLO_SHIFT 10
#define HELLO_SYNACK (1ull << 40)
struct hello_line {
	__u64 word[HELLO_WAYS];
};
TABLE(hello, hello_line, HELLO_MAX / HELLO_WAYS);

/* The last connects of a process: which were made in parallel? */
struct connects_line {
	__u32 tgid;
	__u32 next;
	struct event_sibling list[EVENT_SIBLINGS];
};
TABLE(connects, connects_line, CONNECTS_MAX);

static __always_inline __u64 mix(__u64 hash, __u64 value)
{
	hash = (hash ^ value) * 0x9e3779b97f4a7c15ull;
	return hash ^ hash >> 32;
}

/*
 * The name of a socket or of a network namespace: how far it lies from the counters. (A namespace's
 * number lies beside its count of references, a cache line that all CPUs write.) Where the verifier
 * knows an object for what it is, it lets one pointer be taken from another and no more; where its
 * address comes as a bare number, that of the counters has to be one, too.
 */
__u64 anchor;

static __always_inline __u64 name_of_pointer(const void *object)
{
	__u64 name;

	if (!anchor)
		*(void **)&anchor = watch;
	asm volatile("%0 = %1; %0 -= %2" : "=&r"(name) : "r"(object), "r"(watch));
	return name;
}

static __always_inline __u64 name_of_number(__u64 object)
{
	return object - anchor;
}

/*
 * Stands for a connection as one end in one namespace sees it: with a seed that nobody knows, two
 * of 64 bits are the same by chance only. Of addresses the halves as they stand in memory.
 */
static __always_inline __u64 key_of_words(__u64 local_high, __u64 local_low, __u64 remote_high,
					  __u64 remote_low, __u64 ports, __u64 netns_name)
{
	__u64 key = mix(mix(mix(seed, local_low), remote_low), netns_name + (ports << 32));

	if (local_high | remote_high)
		key = mix(mix(key, local_high), remote_high);
	return key | 1;
}

static __always_inline __u64 key_of(const struct event_tuple *tuple, __u64 netns_name)
{
	const __u64 *word = (const void *)tuple;

	return key_of_words(word[0], word[1], word[2], word[3],
			    (__u64)tuple->local_port << 16 | tuple->remote_port, netns_name);
}

/* The lower half of a mapped address. */
static __always_inline __u64 low_of_ip4(__be32 address)
{
	return (__u64)address << 32 | 0xffff0000;
}

/*
 * Mark the entry of a socket with the connection that it is about. The next one of the same socket
 * overwrites the entry when it begins; if that was missed, what stands there is not its own. The
 * two ends of one connection have other marks, too.
 */
static __always_inline __u32 open_of(__u16 local_port, __u16 remote_port)
{
	return ((__u32)local_port << 16 | remote_port) & ~1u;
}

static __always_inline __u32 ending_of(__u64 key)
{
	return (__u32)(key >> 32) | 1;
}

static __always_inline struct open_line *open_line_of(__u64 name)
{
	__u32 place = (__u32)(mix(seed, name) >> 20) & (OPEN_LINES - 1);

	return bpf_map_lookup_elem(&open, &place);
}

/* The entry of a socket, or NULL. */
static __always_inline struct open_entry *open_find(__u64 name)
{
	struct open_line *line = open_line_of(name);

	if (!line)
		return 0;
	if (line->entry[0].name == name)
		return &line->entry[0];
	return line->entry[1].name == name ? &line->entry[1] : 0;
}

/* Whether @known is about the connection of @key; @mark: open_of() that connection. */
static __always_inline bool open_is_own(const struct open_entry *known, __u64 key, __u32 mark)
{
	return !known->whose || known->whose == (known->whose & 1 ? ending_of(key) : mark);
}

/* A place for a socket that has none: of an ended one before an open one, the older of two. */
static __always_inline struct open_entry *open_place(__u64 name)
{
	struct open_line *line = open_line_of(name);
	struct open_entry *a, *b;

	if (!line)
		return 0;
	a = &line->entry[0];
	b = &line->entry[1];
	if (a->name == name || !a->name)
		return a;
	if (b->name == name || !b->name)
		return b;
	if (a->whose & 1)
		return a;
	if (b->whose & 1)
		return b;
	watch_add(forgotten, 1);
	return a->time_ns <= b->time_ns ? a : b;
}

static __always_inline __u64 *past_set(__u64 key)
{
	return &past_index[((key >> 20) & (PAST_MAX / INDEX_WAYS - 1)) * INDEX_WORDS];
}

/*
 * The next line, without its key: past_named() adds that. (What an interrupt does between the two
 * halves of the count costs one end its line, no more.)
 */
static __always_inline struct past_line *past_new(void)
{
	__u32 cpu = bpf_get_smp_processor_id();
	__u64 nth = watch[cpu & (WATCH_LINES - 1)].ended++;
	__u32 at = line_of(cpu, nth);
	struct past_line *line = bpf_map_lookup_elem(&past, &at);

	if (!line)
		return 0;
	line->key = 0;
	line->place = at;
	ordered();
	return line;
}

static __always_inline void past_named(struct past_line *line, __u64 key)
{
	ordered();
	line->key = key;
	index_push(past_set(key), line->place);
}

static __always_inline struct past_line *past_find(__u64 key)
{
	const __u64 *set = past_set(key);

	for (int way = 0; way < INDEX_WAYS; way++) {
		__u32 at = index_at(set, way);
		struct past_line *line = bpf_map_lookup_elem(&past, &at);

		if (line && line->key == key)
			return line;
	}
	return 0;
}

/* @out is zeroed before, and stays so if nothing is remembered. */
static __always_inline void past_recall(__u64 key, struct event_past *out)
{
	struct past_line *line = past_find(key);

	if (!line)
		return;
	out->born_ns = line->born_ns;
	out->closed_ns = line->closed_ns;
	out->bytes_received = line->bytes_received;
	out->bytes_sent = line->bytes_sent;
	__builtin_memcpy(out->comm, line->comm, EVENT_COMM);
	out->opener = line->opener;
	out->closer = line->closer;
	out->snd_nxt = line->snd_nxt;
	out->rcv_nxt = line->rcv_nxt;
	out->unacked = line->unacked;
	out->since_sent_ms = ticks_to_ms(line->since_sent);
	out->since_received_ms = ticks_to_ms(line->since_received);
	out->srtt_us = line->srtt_us;
	out->error = line->error;
	out->end = line->end;
	out->state = line->state;
	out->flags = line->flags;
	out->retransmits = line->retransmits;
	if (out->flags & PAST_EXITING) {
		out->exit_code = line->exit_code;
		out->oom = line->oom;
		out->signal = line->signal;
		out->signal_from = line->signal_from;
		__builtin_memcpy(out->signal_from_comm, line->signal_from_comm, EVENT_COMM);
	} else if (out->flags & PAST_FD_FULL) {
		out->fd_used = line->fd_used;
		out->fd_limit = line->fd_limit;
	}
	ordered();
	if (line->key != key)
		__builtin_memset(out, 0, sizeof(*out));
}

static __always_inline struct hello_line *hello_line_of(__u64 key)
{
	__u32 place = (__u32)(key >> 20) & (HELLO_MAX / HELLO_WAYS - 1);

	return bpf_map_lookup_elem(&hello, &place);
}

static __always_inline void hello_remember(__u64 key, bool synack)
{
	__u64 now = bpf_ktime_get_ns() >> HELLO_SHIFT;
	struct hello_line *line = hello_line_of(key);

	if (!line)
		return;
	for (int way = HELLO_WAYS - 1; way > 0; way--)
		line->word[way] = line->word[way - 1];
	line->word[0] = key >> HELLO_TAG << HELLO_TAG | (synack ? HELLO_SYNACK : 0) |
			(now & (HELLO_SYNACK - 1));
}

static __always_inline void hello_recall(__u64 key, struct event_hello *out)
{
	__u64 now = bpf_ktime_get_ns() >> HELLO_SHIFT;
	struct hello_line *line = hello_line_of(key);

	for (int way = 0; line && way < HELLO_WAYS; way++) {
		__u64 word = line->word[way];

		if (!word || word >> HELLO_TAG != key >> HELLO_TAG)
			continue;
		out->time_ns = (now - ((now - word) & (HELLO_SYNACK - 1))) << HELLO_SHIFT;
		out->tcp_flags = word & HELLO_SYNACK ? FLAG_SYN | FLAG_ACK : FLAG_SYN;
		return;
	}
}

/* What the socket keeps of its peer's handshake. */
static __always_inline void hello_of_entry(const struct open_entry *entry, struct event_hello *out)
{
	out->ttl = entry->ttl;
	if (out->time_ns)
		return;
	out->time_ns = entry->time_ns;
	out->tcp_flags = entry->flags & PAST_CLIENT ? FLAG_SYN | FLAG_ACK : FLAG_SYN;
}

/*
 * What is remembered of the connection of a full socket, or else by @key. While it is open its
 * four numbers may still be those of an earlier one that has ended.
 */
static __always_inline void connection_recall(__u64 socket, __u8 state, __u64 key, __u32 mark,
					      struct event_past *past, struct event_hello *hello)
{
	struct open_entry *known = 0;
	bool own = socket && state_is_full(state) && state != TCP_LISTEN && state != TCP_SYN_SENT;

	if (own)
		known = open_find(name_of_number(socket));
	if (known && !open_is_own(known, key, mark))
		known = 0;
	hello_recall(key, hello);
	if (known && hello->time_ns > known->time_ns + AGAIN_LEAST_NS)
		hello->again = 1;
	if (known && known->ttl)
		hello_of_entry(known, hello);
	if (known && !(known->whose & 1)) {
		past->born_ns = known->time_ns;
		past->opener = known->opener;
		past->flags = known->flags;
		past->state = TCP_ESTABLISHED;
		return;
	}
	if (own && (state == TCP_ESTABLISHED || state == TCP_CLOSE_WAIT))
		return;
	past_recall(key, past);
	/* A SYN came since: what ended is not what it began. */
	if (hello->time_ns > past->closed_ns && !(hello->tcp_flags & FLAG_ACK))
		__builtin_memset(past, 0, sizeof(*past));
}

static __always_inline struct connects_line *connects_line_of(__u32 tgid)
{
	__u32 place = (__u32)(mix(seed, tgid) >> 20) & (CONNECTS_MAX - 1);

	return bpf_map_lookup_elem(&connects, &place);
}

#endif
