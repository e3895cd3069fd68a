/* SPDX-License-Identifier: MIT */
#include "wire/segment.h"

#include "wire/walk.h"

void segment_decode_options(const uint8_t *options, size_t bytes, struct observation *obs)
{
	tcp_options_decode(options, options + bytes, obs);
	obs->seen |= SEEN_OPTIONS;
}

void segment_decode_payload(const uint8_t *payload, size_t bytes, struct observation *obs)
{
	payload_decode(payload, payload + bytes, obs);
}
