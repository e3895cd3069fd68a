/* SPDX-License-Identifier: MIT */
/*
 * An observation: one TCP segment as some source saw it. It is the only thing that flows from
 * sources (capture files, pasted text, live) into the core; the core sees no packet bytes.
 *
 * Floor 1. All numbers are in host byte order.
 */
#ifndef WHYRST_WIRE_OBSERVATION_H
#define WHYRST_WIRE_OBSERVATION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"

enum tcp_flag {
	TCP_FIN = 0x01,
	TCP_SYN = 0x02,
	TCP_RST = 0x04,
	TCP_PSH = 0x08,
	TCP_ACK = 0x10,
	TCP_URG = 0x20,
	TCP_ECE = 0x40,
	TCP_CWR = 0x80,
};

/* What of an observation is known. A capture knows nearly all, a pasted line little. */
enum seen_bit {
	SEEN_DATE =
		1 << 0, /* time_ns is since the epoch; else since midnight, or of no known origin */
	SEEN_TTL = 1 << 1,   /* ttl (IPv6: hop limit) */
	SEEN_IP_ID = 1 << 2, /* ip_id (never for IPv6) and dont_fragment */
	SEEN_TOS = 1 << 3,   /* tos (IPv6: traffic class) */
	SEEN_SEQ = 1 << 4,   /* seq: old tcpdump prints none for a bare ACK */
	SEEN_WINDOW = 1 << 5,
	SEEN_OPTIONS =
		1 << 6, /* the whole option list was visible: absence of an option means absence */
	SEEN_MAC = 1 << 7,	 /* link_source: hash of the link-layer source address */
	SEEN_DIRECTION = 1 << 8, /* outgoing says whether the capturing host sent it */
	SEEN_CHECKSUM = 1 << 9,	 /* bad_checksum was computed over the whole segment */
	SEEN_PAYLOAD = 1 << 10,	 /* hint was derived from payload bytes */
	SEEN_TIME = 1 << 11,	 /* time_ns has a value at all */
};

enum option_bit {
	OPTION_MSS = 1 << 0,
	OPTION_WSCALE = 1 << 1,
	OPTION_SACK_OK = 1 << 2,
	OPTION_SACK = 1 << 3,
	OPTION_TS = 1 << 4,
	OPTION_MPTCP = 1 << 5,
	OPTION_MD5 = 1 << 6,
	OPTION_AO = 1 << 7,
	OPTION_TFO = 1 << 8,
	OPTION_OTHER = 1 << 9,
};

/* MPTCP option subtypes (RFC 8684 section 3), as bits of mptcp_subtypes. */
enum mptcp_subtype {
	MPTCP_CAPABLE = 0,
	MPTCP_JOIN = 1,
	MPTCP_DSS = 2,
	MPTCP_ADD_ADDR = 3,
	MPTCP_REMOVE_ADDR = 4,
	MPTCP_PRIO = 5,
	MPTCP_FAIL = 6,
	MPTCP_FASTCLOSE = 7,
	MPTCP_TCPRST = 8,
};

/* The first bytes of a payload, as a hint only. */
enum payload_hint {
	HINT_NONE = 0, /* no payload, or payload not visible */
	HINT_OTHER,
	HINT_TLS_HANDSHAKE, /* record type 22 */
	HINT_TLS_ALERT,	    /* record type 21 */
	HINT_TLS_DATA,	    /* record type 23 */
	HINT_TLS_CCS,	    /* record type 20 */
	HINT_HTTP_REQUEST,
	HINT_HTTP_RESPONSE, /* http_status is set */
};

struct observation {
	int64_t time_ns;
	struct endpoint source; /* as in the IP header; never used in a verdict's words */
	struct endpoint destination;
	uint32_t seq;
	uint32_t ack;		/* raw field; meaningful if flags has TCP_ACK */
	uint32_t payload_bytes; /* from the IP length, not from what was captured */
	uint32_t ts_value;
	uint32_t ts_echo;
	uint32_t sack_left; /* first SACK block */
	uint32_t sack_right;
	uint32_t link_source; /* hash of the source MAC */
	uint16_t seen;	      /* enum seen_bit */
	uint16_t options;     /* enum option_bit */
	uint16_t window;      /* raw, not scaled */
	uint16_t ip_id;
	uint16_t mss;
	uint16_t mptcp_subtypes; /* 1 << enum mptcp_subtype */
	uint16_t http_status;	 /* with HINT_HTTP_RESPONSE */
	uint16_t interface;	 /* of the capture; 0 where there is one */
	uint8_t flags;		 /* enum tcp_flag */
	uint8_t ttl;
	uint8_t tos;
	uint8_t wscale;
	uint8_t mptcp_reason;	 /* of MP_TCPRST */
	uint8_t hint;		 /* enum payload_hint */
	uint8_t tls_alert_level; /* not decoded when encrypted: 0 */
	uint8_t file;		 /* which input of the run, 0.. */
	bool http_close : 1;	 /* the hinted HTTP message says Connection: close */
	bool outgoing : 1;	 /* with SEEN_DIRECTION */
	bool dont_fragment : 1;
	bool bad_checksum : 1; /* with SEEN_CHECKSUM: could be checksum offload */
	bool tunnelled : 1;    /* inside GRE, VXLAN, GENEVE or IP in IP */
	uint64_t frame;	       /* number of the packet or line in its input, from 1 */
	/* Text that a RST segment itself carries (RFC 1122 4.2.2.12), raw and unescaped; valid
	 * until the next call into the source; NULL without. */
	const uint8_t *reason;
	uint16_t reason_bytes;
};

#endif
