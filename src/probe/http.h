/* SPDX-License-Identifier: MIT */
/* What HTTP/1.1 has in common with and without TLS. Floor 6, of this folder only. */
#ifndef WHYRST_PROBE_HTTP_H
#define WHYRST_PROBE_HTTP_H

#include "probe/protocol.h"

bool http_asks(const struct target *target);
void http_request(const struct target *target, struct buf *out);
void http_begin(const struct target *target, struct answer *answer);
enum answer_state http_take(struct answer *answer, const uint8_t *bytes, size_t count);

#endif
