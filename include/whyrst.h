/* SPDX-License-Identifier: MIT */
/*
 * libwhyrst: who reset a TCP connection, why, and what proves it.
 *
 * Push every TCP segment that you see, in the order in which you saw them; a verdict comes back for
 * every reset that ended a connection. The library does no input or output, reads no clock and no
 * locale, and has no global state: handles are independent of each other, and each may be used by
 * one thread at a time.
 *
 *	static void told(void *context, const struct whyrst_verdict *verdict)
 *	{
 *		printf("%s: %s\n", verdict->class_id, verdict->cause ? verdict->cause : "unknown");
 *	}
 *
 *	struct whyrst_config config = { .size = sizeof(config), .reset = told };
 *	struct whyrst *whyrst;
 *
 *	if (whyrst_new(&config, &whyrst) < 0)
 *		...
 *	while (...)
 *		whyrst_push(whyrst, &segment);
 *	whyrst_finish(whyrst);
 *	whyrst_free(whyrst);
 *
 * Structs that you fill begin with their size, so that later versions can add to their end. Ids
 * (classes, causes, confidences, facts) are English in every language, and are only ever added to.
 *
 * Link with -lwhyrst (pkg-config whyrst); no other library is needed.
 */
#ifndef WHYRST_H
#define WHYRST_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define WHYRST_API 1 /* grows when something is added */

struct whyrst;
struct whyrst_verdict;

/* One end of a connection. */
struct whyrst_endpoint {
	uint8_t family; /* 4 or 6 */
	uint8_t ip[16]; /* network order; IPv4 uses the first four */
	uint16_t port;	/* host byte order */
};

/* Bits of whyrst_segment.flags: those of the TCP header. */
#define WHYRST_FIN 0x01
#define WHYRST_SYN 0x02
#define WHYRST_RST 0x04
#define WHYRST_PSH 0x08
#define WHYRST_ACK 0x10

/* Bits of whyrst_segment.known: which fields hold a value. What is not known is never guessed. */
#define WHYRST_KNOWS_TIME (1u << 0)
#define WHYRST_KNOWS_SEQ (1u << 1) /* set it unless the capture shows none */
#define WHYRST_KNOWS_WINDOW (1u << 2)
#define WHYRST_KNOWS_TTL (1u << 3)
#define WHYRST_KNOWS_IP_ID (1u << 4) /* ip_id and dont_fragment; never for IPv6 */
#define WHYRST_KNOWS_TOS (1u << 5)
#define WHYRST_KNOWS_OPTIONS (1u << 6)	 /* every option was seen: an absent one is absent */
#define WHYRST_KNOWS_DIRECTION (1u << 7) /* outgoing */
#define WHYRST_KNOWS_LINK_SOURCE (1u << 8)

/* Bits of whyrst_segment.options. */
#define WHYRST_OPTION_MSS (1u << 0)	     /* mss */
#define WHYRST_OPTION_WINDOW_SCALE (1u << 1) /* window_scale */
#define WHYRST_OPTION_SACK_PERMITTED (1u << 2)
#define WHYRST_OPTION_SACK (1u << 3)	   /* sack_left, sack_right: the first block */
#define WHYRST_OPTION_TIMESTAMPS (1u << 4) /* ts_value, ts_echo */
#define WHYRST_OPTION_MPTCP (1u << 5)	   /* mptcp_subtypes */
#define WHYRST_OPTION_MD5 (1u << 6)
#define WHYRST_OPTION_AO (1u << 7)
#define WHYRST_OPTION_FAST_OPEN (1u << 8)
#define WHYRST_OPTION_OTHER (1u << 9)

/* What the first bytes of the payload look like. */
enum whyrst_hint {
	WHYRST_HINT_NONE, /* no payload, or nobody looked */
	WHYRST_HINT_OTHER,
	WHYRST_HINT_TLS_HANDSHAKE,
	WHYRST_HINT_TLS_ALERT,
	WHYRST_HINT_TLS_DATA,
	WHYRST_HINT_TLS_CHANGE_CIPHER,
	WHYRST_HINT_HTTP_REQUEST,
	WHYRST_HINT_HTTP_RESPONSE, /* http_status, http_close */
};

/* One TCP segment. Numbers are in host byte order and as in the header: not scaled, not relative.
 */
struct whyrst_segment {
	size_t size; /* sizeof(struct whyrst_segment) */
	struct whyrst_endpoint source;
	struct whyrst_endpoint destination;
	int64_t time_ns; /* since the epoch */
	uint64_t frame;	 /* your number for it; comes back in the verdict */
	uint32_t known;	 /* WHYRST_KNOWS_* */
	uint32_t seq;
	uint32_t ack;		/* with WHYRST_ACK */
	uint32_t payload_bytes; /* by the lengths in the headers, even if not all was captured */
	uint32_t options;	/* WHYRST_OPTION_* */
	uint32_t ts_value;
	uint32_t ts_echo;
	uint32_t sack_left;
	uint32_t sack_right;
	uint32_t link_source; /* anything that tells link-layer source addresses apart, not 0 */
	uint16_t window;
	uint16_t ip_id;
	uint16_t mss;
	uint16_t mptcp_subtypes; /* 1 << subtype (RFC 8684 section 3) */
	uint16_t http_status;
	uint8_t flags; /* WHYRST_FIN ... */
	uint8_t ttl;   /* IPv6: hop limit */
	uint8_t tos;   /* IPv6: traffic class */
	uint8_t window_scale;
	uint8_t mptcp_reason; /* of MP_TCPRST */
	uint8_t hint;	      /* enum whyrst_hint */
	uint8_t http_close;   /* not 0: the HTTP response says Connection: close */
	uint8_t outgoing;     /* not 0: the capturing host sent it */
	uint8_t dont_fragment;
	const uint8_t *reason; /* text that a reset itself carries, or NULL; copied */
	uint16_t reason_bytes;
};

struct whyrst_config {
	size_t size;	      /* sizeof(struct whyrst_config) */
	uint64_t hash_key[2]; /* random: so that nobody who sends packets can aim at a table */
	size_t memory_bytes;  /* most that tables may use; 0: 64 MiB */
	/*
	 * A reset is judged: 5 s of packet time after it, when its addresses and ports are used
	 * again, or in whyrst_finish(). Called from whyrst_push() and whyrst_finish() in the
	 * caller's thread; it must not call either. @verdict is valid during the call.
	 */
	void (*reset)(void *context, const struct whyrst_verdict *verdict);
	void *context;
};

#define WHYRST_ALTERNATIVES_MAX 4
#define WHYRST_EVIDENCE_MAX 8

struct whyrst_alternative {
	const char *cause;	/* id */
	const char *confidence; /* id */
	const char
		*would_decide; /* id of the fact that would tell it from the first; may be NULL */
};

struct whyrst_fact {
	const char *id;	      /* "request_acked_unanswered" */
	const char *meaning;  /* one English sentence */
	int64_t value;	      /* bytes, microseconds, a count, 0 or 1; or of an enumeration: */
	const char *value_id; /* "active", or NULL */
};

/* All strings live as long as the library. */
struct whyrst_verdict {
	struct whyrst_endpoint client;
	struct whyrst_endpoint server;
	int64_t time_ns;
	uint64_t frame;	      /* of the reset */
	int by_client;	      /* not 0: the reset carries the client's address */
	const char *from;     /* who made it: "client", "server", "between", "third", "unknown" */
	const char *class_id; /* the mechanism: "owner-abort" */
	const char *class_confidence; /* "certain", "likely", "possible" */
	const char *cause;	      /* the root: "close-unread", or NULL where it is unknown */
	const char *confidence;	      /* NULL where cause is */
	int expected;		      /* not 0: nobody needs to act */
	const char *executed;  /* was the last request carried out: "yes", "no" (retry is safe),
				  "unknown" */
	uint32_t request_sent; /* bytes of it */
	uint32_t request_acked;
	uint32_t request_answered;
	int alternative_count;
	struct whyrst_alternative alternatives[WHYRST_ALTERNATIVES_MAX]; /* best first */
	int evidence_count;
	struct whyrst_fact evidence[WHYRST_EVIDENCE_MAX]; /* weightiest first */
	const void *internal;				  /* for whyrst_verdict_text() */
};

struct whyrst_counts {
	uint64_t segments;
	uint64_t connections;
	uint64_t normal_ends;
	uint64_t resets;
	uint64_t ignored; /* resets that harmed nothing */
	uint64_t evicted; /* connections forgotten to stay within memory_bytes */
};

/* 0, -EINVAL (a size or pointer that cannot be), or -ENOMEM. */
int whyrst_new(const struct whyrst_config *config, struct whyrst **ret_whyrst);
/* Takes NULL. What is pending is not told. */
void whyrst_free(struct whyrst *whyrst);

/* 0, or -EINVAL for a segment that cannot be (its size, its address families). */
int whyrst_push(struct whyrst *whyrst, const struct whyrst_segment *segment);
/* Judges everything that is pending. More may be pushed afterwards. */
void whyrst_finish(struct whyrst *whyrst);
void whyrst_get_counts(const struct whyrst *whyrst, struct whyrst_counts *ret_counts);

enum whyrst_text {
	WHYRST_TEXT_TITLE,    /* a few words */
	WHYRST_TEXT_SUMMARY,  /* one sentence a person can act on */
	WHYRST_TEXT_STORY,    /* what happens, explained */
	WHYRST_TEXT_DECIDE,   /* what to look at to know that it was this cause */
	WHYRST_TEXT_FIX,      /* what to change: the best first, one a line */
	WHYRST_TEXT_FOLKLORE, /* what is often advised and does not help */
};

/*
 * Words for the cause of @verdict in @language ("en" or "zh"), UTF-8, NUL-terminated in @text of
 * @size bytes, cut at a character if need be. Returns the whole length, or -EINVAL (language), or
 * -ENOENT (no cause, or nothing to say).
 */
int whyrst_verdict_text(const struct whyrst_verdict *verdict, enum whyrst_text what,
			const char *language, char *text, size_t size);

/* The causes that there are: id of the @index-th, NULL after the last. */
const char *whyrst_cause_id(int index);
/* Version of the library, "0.1.0". */
const char *whyrst_version(void);

#ifdef __cplusplus
}
#endif

#endif
