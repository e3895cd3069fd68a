/* SPDX-License-Identifier: MIT */
/*
 * One parsed step of the notation of example.h, between its reader and its player.
 *
 * Floor 2, of this folder only.
 */
#ifndef WHYRST_FLOW_EXAMPLE_STEP_H
#define WHYRST_FLOW_EXAMPLE_STEP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EXAMPLE_CONNECTIONS_MAX 9

struct example_step {
	int64_t delay_ns;
	bool has_delay;
	int connection;
	int end;
	uint16_t server_port; /* 0: not given */
	uint8_t server_host;
	uint8_t client_host;
	uint8_t flags;
	uint32_t bytes;
	bool probe, again, lost, undelivered, no_timestamps, signed_md5, http_close;
	bool has_ttl, has_id, has_window, has_tos, has_seq, has_ack;
	uint32_t ttl, id, window, tos, seq, ack, mac, tcprst, http;
	uint16_t mptcp;
	uint8_t hint;
	const char *reason;
	size_t reason_bytes;
};

/*
 * Reads the step at *@at and moves *@at behind it. Returns 1, 0 at the end of the text, or -EINVAL
 * with
 * *@at where it is wrong.
 */
int example_read_step(const char **at, struct example_step *ret_step);

#endif
