/* SPDX-License-Identifier: MIT */
/* Names, kinds and origins of facts, from facts.def. */
#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "flow/evidence.h"

#define KIND_OF(kind) KIND_##kind
#define ORIGIN_OF(origin) ORIGIN_##origin

struct fact_description {
	const char *id;
	enum fact_kind kind;
	enum fact_origin origin;
	const char *meaning;
};

static const struct fact_description facts[FACT_COUNT_ALL] = {
#define FACT(id, kind, origin, meaning)                                                            \
	[FACT_##id] = { #id, KIND_OF(kind), ORIGIN_OF(origin), meaning },
#include "flow/facts.def"
#undef FACT
};

/* JSON keys: generated, because the preprocessor cannot turn an id into lower case. */
static const char *const keys[FACT_COUNT_ALL] = {
#include "fact_keys.h"
};

#define NAMES(name, ...) static const char *const name[] = { __VA_ARGS__ }

NAMES(capture_place_names, "unknown", "client", "server", "between", "loopback");
NAMES(rst_form_names, "unknown", "active", "passive", "refusal", "foreign", "bare-active");
NAMES(trigger_names, "nothing", "syn", "syn-ack", "handshake-ack", "ack", "probe", "data", "fin",
      "unseen");
NAMES(rst_seq_names, "unknown", "exact", "in-window", "outside");
NAMES(rst_ip_id_names, "zero", "continues", "far", "reflected", "constant");
NAMES(rst_tos_names, "copied", "own", "cleared");
NAMES(sender_kind_names, "unknown", "linux", "windows", "bsd", "box");
NAMES(tcp_state_names, "none", "SYN_SENT", "SYN_RECV", "ESTABLISHED", "FIN_WAIT1", "FIN_WAIT2",
      "CLOSE_WAIT", "CLOSING", "LAST_ACK", "TIME_WAIT", "CLOSED", "LISTEN");
NAMES(syn_meets_names, "nothing", "established", "syn-recv", "fin-wait2", "time-wait");
NAMES(parallel_names, "none", "same-port", "smb", "other-port");
NAMES(host_action_names, "close", "shutdown", "connect-unspec", "exit", "listener-close", "destroy",
      "keepalive-timer", "fin-wait-timer", "memory", "mptcp");
NAMES(host_end_names, "running", "signal", "exit");
NAMES(host_past_names, "none", "closed", "timed-out", "killed", "exited", "destroyed",
      "listener-closed", "connect-given-up", "overflowed");

NAMES(reset_picture_names, "abort", "abort-after-fin", "late", "forgotten", "unborn", "syn-ack",
      "old", "refused", "alien");

#define LIST(kind) [KIND_##kind] = { kind##_names, sizeof(kind##_names) / sizeof(*kind##_names) }

static const struct {
	const char *const *names;
	size_t count;
} value_names[] = {
	LIST(capture_place), LIST(rst_form),	  LIST(trigger),     LIST(rst_seq),
	LIST(rst_ip_id),     LIST(rst_tos),	  LIST(sender_kind), LIST(tcp_state),
	LIST(syn_meets),     LIST(parallel),	  LIST(host_action), LIST(host_end),
	LIST(host_past),     LIST(reset_picture),
};

const char *fact_name(enum fact_id fact)
{
	return keys[fact];
}

enum fact_kind fact_kind(enum fact_id fact)
{
	return facts[fact].kind;
}

bool fact_is_enum(enum fact_id fact)
{
	switch (facts[fact].kind) {
	case KIND_BOOL:
	case KIND_COUNT:
	case KIND_BYTES:
	case KIND_USEC:
	case KIND_NUMBER:
		return false;
	default:
		return true;
	}
}

enum fact_origin fact_origin(enum fact_id fact)
{
	return facts[fact].origin;
}

const char *fact_meaning(enum fact_id fact)
{
	return facts[fact].meaning;
}

const char *fact_value_name(enum fact_id fact, int64_t value)
{
	enum fact_kind kind = facts[fact].kind;

	if (kind >= sizeof(value_names) / sizeof(*value_names) || !value_names[kind].names)
		return NULL;
	if (value < 0 || (uint64_t)value >= value_names[kind].count)
		return NULL;
	return value_names[kind].names[value];
}

int fact_find(const char *name)
{
	for (int i = 0; i < FACT_COUNT_ALL; i++) {
		const char *a = facts[i].id, *b = name;

		while (*a && *b && tolower((unsigned char)*a) == tolower((unsigned char)*b))
			a++, b++;
		if (!*a && !*b)
			return i;
	}
	return -ENOENT;
}
