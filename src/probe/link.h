/* SPDX-License-Identifier: MIT */
/*
 * One connection: opened without waiting, through TLS where asked, and watched for how it ends. The
 * caller owns the loop (epoll, edge-triggered) and the clock.
 *
 * Floor 6, of this folder only.
 */
#ifndef WHYRST_PROBE_LINK_H
#define WHYRST_PROBE_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "probe/protocol.h"
#include "probe/secure.h"

enum link_state {
	LINK_CLOSED, /* by us, or never opened */
	LINK_CONNECTING,
	LINK_GREETING, /* the handshake of TLS */
	LINK_OPEN,
	LINK_ENDED, /* by the peer, or by an error */
};

enum link_end {
	LINK_END_NONE,
	LINK_END_FIN,
	LINK_END_RST,
	LINK_END_TIMEOUT,     /* retransmissions or keepalive probes went unanswered */
	LINK_END_UNREACHABLE, /* ICMP said so */
	LINK_END_TLS,	      /* TLS failed: link_problem() */
	LINK_END_LOCAL,	      /* something on this host: error */
};

struct link {
	int fd; /* -1: none */
	enum link_state state;
	struct secure *secure; /* NULL: plain, or not needed any more */
	int64_t began_ns, connected_ns, ready_ns;
	uint32_t rtt_us; /* of the handshake */
	uint32_t lost;	 /* SYNs sent again */
	uint16_t local_port;
	enum link_end end;
	int error; /* errno behind it */
	int64_t end_ns;
	bool alert;	  /* close_notify came, */
	int64_t alert_ns; /* then */
	bool late_reset;  /* RST after the end by FIN */
	int64_t late_reset_ns;
	bool distrusts;
	char problem[160];
	char tls_version[16];
	struct buf out; /* for the socket, not written yet */
};

/* What a link hands on: plain bytes, in pieces. */
struct link_reader {
	void (*take)(void *context, const uint8_t *bytes, size_t count, int64_t now_ns);
	void *context;
};

void link_init(struct link *link);
/* 0, or -errno of this host. The descriptor is to be watched for input, output and errors. */
int link_open(struct link *link, const struct target *target, int64_t now_ns);
/* What @link's descriptor has to tell is taken in; true: there is more, come again. */
bool link_handle(struct link *link, const struct link_reader *reader, int64_t now_ns);
/* After the end by FIN or alert bytes may still be sent: what they get is the question. */
void link_send(struct link *link, const void *bytes, size_t count, int64_t now_ns);
/*
 * Ends it. True: TLS has said goodbye, and until link_drain() has read away what the peer says to
 * that the descriptor stays open, half closed; else everything is forgotten.
 */
bool link_part(struct link *link);
/* True: the peer has ended it, too. */
bool link_drain(struct link *link);
/* Forgets everything. */
void link_release(struct link *link);

/* What TCP knows: how much of what was sent is not acknowledged, how long no ACK has come. */
struct link_path {
	uint32_t unacked; /* segments */
	uint32_t last_ack_ms;
	uint32_t rtt_us;
	uint32_t retransmits; /* of one segment, in a row */
};
void link_ask_path(const struct link *link, struct link_path *ret_path);

/* TCP keepalive every @seconds; 0 turns it off. */
void link_keep_alive(struct link *link, int seconds);

#endif
