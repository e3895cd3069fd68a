/* SPDX-License-Identifier: MIT */
/* TLS, the handshake only: whatever is spoken inside it, idle connections age all the same. */
#include "probe/protocol.h"

static bool asks(const struct target *target)
{
	(void)target;
	return false;
}

const struct protocol protocol_tls = {
	.name = "tls",
	.title = { "TLS, handshake only", "TLS（只握手）" },
	.clients = PROTOCOL_CLIENTS_HTTP | PROTOCOL_CLIENTS_OTHER,
	.tls = true,
	.ports = { 636, 993, 995, 465, 853, 5671, 6697, 8883 },
	.asks = asks,
};
