/* SPDX-License-Identifier: MIT */
/*
 * A protocol that `whyrst probe` can speak: one file a protocol, the table is generated (`const
 * struct protocol protocol_<file>`). It says what to send as a request and when its answer is
 * complete; connections, waiting and judging are the same for all (ladder.h).
 *
 * Floor 6.
 */
#ifndef WHYRST_PROBE_PROTOCOL_H
#define WHYRST_PROBE_PROTOCOL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/buf.h"
#include "lang/lang.h"
#include "probe/http_answer.h"

#define PROTOCOL_PORTS_MAX 8
#define TARGET_HOST_MAX 256

/* Whom to probe, and with what. */
struct target {
	char given[TARGET_HOST_MAX + 8]; /* HOST:PORT */
	char host[TARGET_HOST_MAX];	 /* for Host: and the server name of TLS; no port */
	struct endpoint address;
	uint32_t interface; /* of a link-local address; 0: any */
	const struct protocol *protocol;
	const char *path;
	bool get;	  /* GET instead of HEAD */
	bool insecure;	  /* the certificate is not verified */
	const char *text; /* the request of `plain`; NULL: none */
	size_t text_length;
};

enum answer_state {
	ANSWER_MORE,
	ANSWER_DONE,
	ANSWER_LAST, /* done, and the server says that it closes now */
	ANSWER_BAD,  /* not this protocol */
};

/* The answer to one request, so far. */
struct answer {
	struct http_answer http;
};

/* Whose settings are worth naming. */
enum protocol_clients {
	PROTOCOL_CLIENTS_HTTP = 1 << 0,
	PROTOCOL_CLIENTS_OTHER = 1 << 1, /* databases, queues */
};

struct protocol {
	const char *name; /* of --protocol, and in JSON */
	const char *title[LANG_COUNT];
	bool tls;
	unsigned int clients;		    /* enum protocol_clients */
	const char *alpn;		    /* in TLS; NULL: none is offered */
	uint16_t ports[PROTOCOL_PORTS_MAX]; /* where it is assumed when nothing is said */
	/* Whether there is a request at all; without one the path is tested by TCP's keepalive
	 * probe.
	 */
	bool (*asks)(const struct target *target);
	void (*request)(const struct target *target, struct buf *out);
	void (*begin)(const struct target *target, struct answer *answer);
	enum answer_state (*take)(struct answer *answer, const uint8_t *bytes, size_t count);
	/* What is sent after the server has closed, where there is no request. */
	void (*late)(const struct target *target, struct buf *out);
};

extern const struct protocol *const protocol_table[];
extern const int protocol_table_count;

/* By name, or NULL. */
const struct protocol *protocol_find(const char *name);
/* The one that is usual on @port; `plain` if none is. */
const struct protocol *protocol_of_port(uint16_t port);

#endif
