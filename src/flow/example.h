/* SPDX-License-Identifier: MIT */
/*
 * The one-line notation of a connection, for the examples in cause files, for `explain` (which
 * draws them) and for tests. It is played into observations with consistent sequence numbers, ids
 * and timestamps, as two Linux ends would send them.
 *
 *   "c S; s SA; c A; c PA75; s A; +660us s RA"
 *
 * A step is `[+DELAY] END WHAT [ATTRIBUTE...]`, steps end with ';'.
 *   DELAY      since the step before: 20us 5ms 65s 2h; default 100us.
 *   END        c client, s server; c2 s2, c3 s3: further connections of the same client to the same
 *              server (other client port). `c2:139` other server port, `c2@9` other server host
 *              (last byte of its address), `c2#7` other client host: given once, at the
 * connection's first step. WHAT       flags S F R P A in that order, then payload bytes: S, SA, A,
 * PA100, FA, RA, R. RA is an active reset (live window, timestamps, next IP id, ack = all received)
 * and R a passive one (seq = ack of the other end's last packet, no options, id 0, window 0); RA as
 * the answer to a lone S is a refusal (seq 0, ack = its end, window 0). ATTRIBUTE  ttl=47 id=48879
 * win=0 tos=32 seq=N ack=N (relative to the initial numbers) mac=2 nots (no timestamps) probe
 * (keepalive probe: seq one back) again (retransmission of this end's last data or SYN/SYN-ACK)
 * lost (happened, but the capture missed it) undelivered (captured, but the other end never got it)
 *              fastclose tcprst=N join (MPTCP) md5 tls-alert tls-data tls-handshake http=413
 * http-close request reason=TEXT
 *
 * Floor 2.
 */
#ifndef WHYRST_FLOW_EXAMPLE_H
#define WHYRST_FLOW_EXAMPLE_H

#include <stddef.h>

#include "wire/observation.h"

struct example_options {
	bool ip6;	  /* play it over IPv6 */
	int64_t start_ns; /* time of the first step */
};

/*
 * Plays @text; calls @push for each captured segment. Returns 0, or -EINVAL with *ret_offset at the
 * character that is wrong (may be NULL).
 */
int example_play(const char *text, const struct example_options *options,
		 void (*push)(void *context, const struct observation *obs), void *context,
		 size_t *ret_offset);

#endif
