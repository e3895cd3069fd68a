/* SPDX-License-Identifier: MIT */
/*
 * One packet of any link type: the first byte chooses the link, the second how much was cut off,
 * the rest is the frame, in memory of exactly its size.
 *
 * Seeds: frames
 */
#include <stdlib.h>
#include <string.h>

#include "wire/packet.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count);

static const uint16_t links[] = {
	LINK_ETHERNET, LINK_NULL, LINK_PPP,    LINK_RAW_BSD, LINK_RAW_OPENBSD, LINK_PPP_HDLC,
	LINK_PPPOE,    LINK_RAW,  LINK_C_HDLC, LINK_LOOP,    LINK_SLL,	       LINK_IP4,
	LINK_IP6,      LINK_SLL2, LINK_NFLOG,  7777,
};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t count)
{
	struct observation obs;
	enum packet_result result;
	uint8_t *frame;

	if (count < 2)
		return 0;
	frame = malloc(count - 1);
	if (!frame)
		abort();
	memcpy(frame, bytes + 2, count - 2);
	memset(&obs, 0, sizeof(obs));
	result = packet_decode(links[bytes[0] % 16], frame, (uint32_t)(count - 2),
			       (uint32_t)(count - 2) + bytes[1], true, &obs);
	if (result == PACKET_TCP) {
		/* Text of a reset lies within the frame. */
		if (obs.reason &&
		    (obs.reason < frame || obs.reason + obs.reason_bytes > frame + count - 2))
			abort();
		if (obs.source.family != ADDR_IP4 && obs.source.family != ADDR_IP6)
			abort();
	}
	free(frame);
	return 0;
}
