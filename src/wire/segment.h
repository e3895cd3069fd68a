/* SPDX-License-Identifier: MIT */
/*
 * The parts of a segment that somebody else has taken apart already, as the kernel's own view of it
 * is: options and the first bytes of the payload, decoded as packet_decode() does.
 *
 * Floor 1.
 */
#ifndef WHYRST_WIRE_SEGMENT_H
#define WHYRST_WIRE_SEGMENT_H

#include <stddef.h>

#include "wire/observation.h"

/* Fills the fields of @obs that come from the option list; all of it is taken as seen. */
void segment_decode_options(const uint8_t *options, size_t bytes, struct observation *obs);

/* Fills the hints of @obs from the first @bytes of its payload. */
void segment_decode_payload(const uint8_t *payload, size_t bytes, struct observation *obs);

#endif
