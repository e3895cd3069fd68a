/* SPDX-License-Identifier: MIT */
/*
 * One connection as the tracker keeps it: two halves (what each end sent), the ladder of packets,
 * and at most one reset under consideration.
 *
 * Floor 2, private to this folder.
 */
#ifndef WHYRST_FLOW_FLOW_H
#define WHYRST_FLOW_FLOW_H

#include <stdbool.h>
#include <stdint.h>

#include "flow/evidence.h"
#include "wire/observation.h"

#define MILLISECOND_NS ((int64_t)1000000)
#define SECOND_NS ((int64_t)1000000000)

/* What identifies a segment again: as a duplicate, or as the trigger of a reset. */
struct recent {
	int64_t time_ns;
	int64_t quiet_ns; /* silence of the connection before it; a retransmission inherits */
	uint32_t seq;
	uint32_t ack;
	uint32_t bytes;
	uint32_t ts_value;
	uint16_t window;
	uint16_t ip_id;
	uint8_t flags;
	uint8_t kind; /* enum trigger */
	uint8_t tos;
	uint8_t hint;
	bool has_id;
	bool has_tos;
	bool first_of_flow; /* nothing of the connection was seen before it */
	bool repeat;	    /* retransmission */
};

#define RECENT_MAX 4

enum half_flag {
	HALF_SEEN = 1 << 0,
	HALF_SEQ = 1 << 1, /* next is known */
	HALF_ISN = 1 << 2,
	HALF_ACKED = 1 << 3, /* acked is known: this end acknowledged something */
	HALF_FIN = 1 << 4,
	HALF_TS = 1 << 5, /* sends timestamps */
	HALF_TTL = 1 << 6,
	HALF_MAC = 1 << 7,
	HALF_TOS = 1 << 8,
	HALF_IDS = 1 << 9, /* a non-zero IP id was seen */
	HALF_IDS_VARY = 1 << 10,
	HALF_ID_ZERO = 1 << 11, /* a zero id with DF was seen on a segment without payload */
	HALF_HOLE = 1 << 12,	/* bytes are missing between hole_start and hole_end */
	HALF_SPOKE = 1 << 13,	/* something other than a SYN or SYN-ACK was seen */
	HALF_TLS = 1 << 14,
	HALF_HTTP_CLOSE = 1 << 15,
	HALF_ACK_UNSEEN = 1 << 16, /* the peer acknowledged bytes that were not captured */
	HALF_WSCALE = 1 << 17,
	HALF_WINDOW = 1 << 18,
	HALF_FORWARDED = 1 << 21, /* seen twice with falling TTL: it passes the capturing host */
	HALF_IDS_JUMP = 1 << 20,  /* its IP ids follow no counter */
	HALF_CUT_IN =
		1 << 19, /* its last answer began while the peer had filled its receive window */
};

/*
 * What one end sent. Times are 0 where nothing of the kind was seen. What every segment touches
 * stands in the first two cache lines (HALF_HOT).
 */
#define HALF_HOT 128

struct half {
	uint32_t flags; /* enum half_flag */
	uint32_t next;	/* after the last byte sent, SYN and FIN counted */
	uint32_t acked; /* highest acknowledgement sent */
	uint32_t isn;
	uint32_t bytes;	     /* of payload, retransmissions not counted */
	uint32_t bytes_tail; /* payload of this end since the other end's last payload */
	uint32_t ts_last;
	uint32_t ts_echo;
	uint32_t acked_at_last_data; /* `acked` when this end last sent payload */
	uint32_t mac;
	uint32_t marks[4]; /* of the last segments, by place in recent: tells duplicates cheaply */
	uint16_t last_id;  /* last non-zero IP id */
	uint16_t window;   /* last, raw */
	uint16_t segments;
	uint8_t recent_at; /* next place in the ring */
	uint8_t tail_hint; /* hint of the last payload since the other end's */
	int64_t last_data_ns;
	int64_t last_ns;
	int64_t fin_ns;
	/* of the other end's payload around this end's last answer: was it cut into? */
	int64_t peer_data_before_ns;
	int64_t peer_data_after_ns;
	uint8_t ttl_low, ttl_high;
	uint8_t ttl_last;
	uint8_t tos;
	uint8_t wscale;
	uint16_t probes;
	uint16_t repeats; /* retransmissions and window probes since the peer last made progress */
	uint16_t turns;	  /* how often its payload followed the other end's */
	uint16_t http_status;
	uint32_t first_seq;
	uint32_t fin_seq; /* of the FIN itself */

	_Alignas(64) uint32_t hole_start;
	uint32_t hole_end;
	int64_t burst_ns;      /* when the oldest byte not yet acknowledged was sent */
	int64_t tail_quiet_ns; /* silence of the connection before bytes_tail began; -1 unknown */
	int64_t probe_ns;      /* last keepalive probe */
	int64_t probe_gap_ns; /* distance of the last two, or of the first from the last activity */
	uint16_t syn_window;
	uint16_t syn_options;
	uint16_t syn_ip_id;
	uint16_t syn_repeats;	       /* SYN or SYN-ACK sent again */
	uint16_t synack_repeats_acked; /* of these: SYN-ACKs after the client's ACK */
	uint32_t syn_ack;	       /* of its SYN-ACK: where the other end's bytes begin */
	uint8_t syn_ttl;
	struct recent recent[RECENT_MAX];
};

enum flow_state {
	FLOW_OPEN,
	FLOW_RESET,   /* waits for its decision */
	FLOW_CLOSED,  /* FIN from both ends */
	FLOW_DECIDED, /* reset, decided; further resets are repeats */
};

/* The ladder keeps the first packets, the last ones before the reset and some after it. */
#define LADDER_HEAD 4
#define LADDER_RING 12
#define LADDER_AFTER 8

struct ladder {
	struct rung head[LADDER_HEAD];
	struct rung ring[LADDER_RING];
	struct rung after[LADDER_AFTER];
	uint32_t ring_total; /* packets that went through the ring */
	uint8_t head_count;
	uint8_t after_count;
};

enum ts_fit {
	TS_UNKNOWN,
	TS_FITS,
	TS_CONTRADICTS,
};

/* The reset under consideration, and what was true when it came. */
struct reset {
	struct observation obs;
	struct recent trigger; /* kind TRIGGER_NOTHING or TRIGGER_UNSEEN without one */
	int64_t since_last_ns; /* -1: nothing came before */
	int64_t quiet_ns;      /* silence before the reset itself; -1 unknown */
	uint32_t open_to_server;
	uint32_t starved;
	uint32_t syns_unanswered;
	uint32_t
		other_seqs; /* further resets of this end with other sequence numbers, within 2 s */
	uint32_t repeats;
	uint32_t copies;  /* of the reset itself, captured again */
	uint8_t resetter; /* side: 0 client, 1 server */
	uint8_t form;
	uint8_t seq_fit;
	uint8_t ts_fit; /* enum ts_fit */
	uint8_t resetter_state, victim_state;
	bool by_client_syn : 1; /* answers a SYN that was set aside on a live connection */
	bool both_ends : 1;
	bool resetter_continues : 1;
	bool victim_continues : 1;
	bool victim_data_after : 1;
	bool challenged : 1;
	bool refused_before : 1;
	bool listened_before : 1;
	bool has_other_side : 1;
	bool trigger_then_fin : 1;
	bool data_after_close : 1;
	int64_t other_side_ns; /* when the resetting host had itself received a reset */
	struct half half[2];   /* as they were */
	uint8_t reason[EVIDENCE_REASON_MAX];
	uint8_t reason_bytes;
};

enum flow_flag {
	FLOW_ROLES_SEEN = 1 << 0,
	FLOW_SYN = 1 << 1,
	FLOW_SYNACK = 1 << 2,
	FLOW_HANDSHAKE = 1 << 3,    /* and the ACK */
	FLOW_COUNTED_OPEN = 1 << 4, /* in its service's count */
	FLOW_SWAPPED = 1 << 5,	    /* the key's lower endpoint is the server */
	FLOW_MPTCP = 1 << 6,
	FLOW_SIGNED = 1 << 7,
	FLOW_TFO = 1 << 8,
	FLOW_DATA_AFTER_CLOSE = 1 << 9,
	FLOW_SYN_ASIDE = 1 << 10, /* a SYN with another number came while the connection lived */
	FLOW_BEGAN_SYNACK = 1 << 11,
	FLOW_JOIN = 1 << 12, /* the SYN carried MP_JOIN */
	FLOW_NORMAL_END = 1 << 13,
	FLOW_RST_IGNORED = 1 << 14,
	FLOW_TLS = 1 << 15,
	FLOW_SYNACK_WRONG = 1 << 16, /* the last SYN-ACK acknowledged no SYN that was seen */
	FLOW_SYNACK_TS_WRONG = 1 << 17,
	FLOW_SCAN = 1 << 18,
	FLOW_REFUSED = 1 << 21,		 /* the reset that was decided answered a SYN */
	FLOW_STARVED = 1 << 20,		 /* the server sent FIN and not one byte */
	FLOW_SYNACK_ELSEWHERE = 1 << 19, /* its SYN went to another address */
};

struct service;

struct flow {
	struct flow *hash_next;
	uint64_t hash;
	struct endpoint client, server;
	uint32_t flags;	 /* enum flow_flag */
	uint8_t state;	 /* enum flow_state */
	uint8_t lru;	 /* which list: 0 open, 1 closed */
	uint8_t old_met; /* enum syn_meets of this incarnation */
	uint8_t file;

	int64_t last_ns;
	int64_t content_ns; /* last payload, SYN or FIN of either end */
	int64_t lru_ns;	    /* when it was last moved to the young end of its list */
	struct ladder *ladder;
	struct reset *reset;
	struct service *service;
	uint32_t packets;
	uint32_t decided_acked; /* what the resetter had acknowledged then */
	uint8_t decided_side;
	uint8_t rtt_samples[2];	  /* behind rtt_to_client_ns and rtt_to_server_ns */
	uint32_t open_at_start;	  /* connections of the service when it was opened */
	int64_t rtt_to_server_ns; /* smallest, capture point to server and back; 0 unknown */

	int64_t rtt_to_client_ns;
	int64_t first_ns;
	struct flow *lru_prev, *lru_next;
	struct flow *service_prev, *service_next;
	struct flow *pending_prev, *pending_next;

	_Alignas(64) struct half half[2]; /* 0 client, 1 server */

	uint64_t number;
	int64_t syn_ns, synack_ns;
	int64_t synack_delay_ns;
	int64_t syn_aside_ns;
	uint32_t syn_aside_seq;
};

enum {
	CLIENT = 0,
	SERVER = 1,
};

/* half.c: takes one segment of @side into account; returns its place in half[side].recent. */
struct recent *half_take(struct flow *flow, int side, const struct observation *obs);
/* Whether @obs repeats a segment just seen: captured twice, not sent twice. */
bool half_is_duplicate(const struct half *half, const struct observation *obs);
/* States as the packets so far imply. */
enum tcp_state half_state(const struct flow *flow, const struct half half[2], int side);
/* The segment @back places before the newest (0), or NULL. */
const struct recent *half_recent(const struct half *half, int back);

static inline void evidence_set_ns(struct evidence *ev, enum fact_id fact, int64_t ns)
{
	/* A clock that was set back in between tells no durations. */
	if (ns >= 0)
		evidence_set(ev, fact, ns / 1000);
}

static inline bool half_has(const struct half *half, uint32_t flag)
{
	return half->flags & flag;
}

/* ladder.c */
void ladder_add(struct ladder *ladder, const struct flow *flow, int side,
		const struct observation *obs, const struct recent *recent);
void ladder_copy(const struct ladder *ladder, const struct reset *reset, struct evidence *ev);

/* reset.c: fills @ret_reset from the segment; returns why it is to be ignored at once, if so. */
enum ignored_why reset_take(struct flow *flow, int side, const struct observation *obs,
			    int64_t capture_age_ns, struct reset *ret_reset);
/* What came after: called for every later segment of the flow while it waits. */
void reset_follow(struct flow *flow, int side, const struct observation *obs);
/* At the decision: whether the reset harmed nothing after all. */
enum ignored_why reset_ignored(const struct flow *flow);
int64_t flow_rtt_ns(const struct flow *flow);
enum sender_kind half_sender(const struct half *half, bool is_server, bool has_reset_ttl,
			     uint8_t reset_ttl);

#endif
