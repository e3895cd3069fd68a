/* SPDX-License-Identifier: MIT */
/*
 * Packets of an interface as they pass, through libpcap: the same observations as a capture gives.
 * Only TCP comes up from the kernel, and of it, as far as the kernel can tell, only what FILTER may
 * want: whole connections, both ways.
 *
 * The namespace is the calling thread's when wire_open() runs; a packet socket stays in it.
 *
 * Floor 6.
 */
#ifndef WHYRST_SOURCES_WIRE_H
#define WHYRST_SOURCES_WIRE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "wire/observation.h"

#define WIRE_ANY "any"
#define WIRE_PROBLEM_BYTES 320
/* Headers, and enough of a payload to tell its protocol. */
#define WIRE_SNAP_BYTES 256
#define WIRE_SNAP_WHOLE 262144
/* Until a packet is handed up at the latest, if no others fill the kernel's block. */
#define WIRE_LATENCY_MS 50

struct wire;

struct wire_packet {
	const uint8_t *bytes;
	uint32_t captured;
	uint32_t length;
	uint16_t link; /* as files number it: wire/packet.h */
	int64_t time_ns;
};

struct wire_options {
	const char *interface; /* NULL: any */
	const char *filter;    /* pcap-filter words or NULL; must stay valid */
	uint32_t snap_bytes;   /* 0: WIRE_SNAP_BYTES */
	/* Called with each TCP segment that comes up, decoded; valid during the call. NULL: none.
	 */
	void (*tap)(void *context, const struct wire_packet *packet, const struct observation *obs);
	void *context;
};

struct wire_counts {
	uint64_t packets; /* handed up by the kernel */
	uint64_t bytes;	  /* of their captured parts */
	uint64_t not_tcp, undecodable, cut_short, fragments, bad_checksum;
	uint64_t lost; /* the kernel's buffer was full, or a device had no room */
};

/*
 * Returns 0, or -errno with libpcap's words in @problem: -EPERM no CAP_NET_RAW, -ENODEV no such
 * interface, -EINVAL words that mean nothing on this link, -ENOTSUP a link type that is not known
 * here.
 */
int wire_open(const struct wire_options *options, struct wire **ret_wire,
	      char problem[WIRE_PROBLEM_BYTES]);
void wire_close(struct wire *wire);

/*
 * Takes what is there, up to @max segments; never waits. Returns how many (0: nothing left), or
 * -ENETDOWN when the interface went down or is gone. `reason` of an observation is valid until the
 * next call.
 */
int wire_read(struct wire *wire, struct observation *ret_obs, int max);

/* Readable when there is something. */
int wire_fd(const struct wire *wire);
uint16_t wire_link(const struct wire *wire);
const char *wire_interface(const struct wire *wire);

/*
 * Whether FILTER selects the connection of these ends: by its words, or because a packet of it
 * matched. Wider words than the user's go to the kernel, so that both directions come.
 */
bool wire_selects(struct wire *wire, const struct endpoint *client, const struct endpoint *server);

void wire_count(struct wire *wire, struct wire_counts *ret_counts);

/*
 * What the kernel is asked for: @words made to mean both directions, and nothing less than the user
 * wants. *ret_exact: it is what the user wants, no more. Without words, or where they say more than
 * can be turned around ("tcp[13] & 4 != 0"), everything: "tcp".
 */
void wire_kernel_words(const char *words, struct buf *out, bool *ret_exact);

#endif
