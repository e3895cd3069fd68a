/* SPDX-License-Identifier: MIT */
/*
 * The answer to an HTTP/1.1 request, as it comes, in whatever pieces: where its head ends, what of
 * the head matters to whoever keeps connections open, and where its body ends (RFC 9112 sections
 * 4 to 7). Bodies are counted, never kept.
 *
 * Floor 6. No allocation, no I/O. Input is hostile.
 */
#ifndef WHYRST_PROBE_HTTP_ANSWER_H
#define WHYRST_PROBE_HTTP_ANSWER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTP_LINE_MAX 256	  /* of a longer line the rest is not looked at */
#define HTTP_HEAD_MAX (64 * 1024) /* bytes of a head, interim answers and trailers together */
#define HTTP_BODY_MAX (64ll * 1024 * 1024)
#define HTTP_SERVER_MAX 64

enum http_phase {
	HTTP_STATUS_LINE,
	HTTP_FIELDS,
	HTTP_BODY,
	HTTP_BODY_TO_END, /* of the connection */
	HTTP_CHUNK_SIZE,
	HTTP_CHUNK,
	HTTP_CHUNK_END,
	HTTP_TRAILERS,
	HTTP_DONE,
	HTTP_BAD,
};

struct http_answer {
	enum http_phase phase;
	bool to_head; /* it answers a HEAD: no body follows */
	int status;   /* 0: not known yet */
	bool closes;  /* the server says, by its version or a field, that it closes afterwards */
	int64_t announced_s;	      /* Keep-Alive: timeout=; -1: not said */
	int64_t announced_max;	      /* Keep-Alive: max=; -1: not said */
	char server[HTTP_SERVER_MAX]; /* Server:, as sent: escape it */
	/* inner */
	bool chunked, has_length, is_11, keeps;
	int64_t left;	 /* bytes of the body or chunk still to come */
	int64_t body;	 /* bytes of the body so far */
	uint32_t head;	 /* bytes of the head so far */
	uint16_t length; /* of line */
	char line[HTTP_LINE_MAX];
};

void http_answer_init(struct http_answer *answer, bool to_head);

/*
 * Takes @count bytes, or fewer where the answer ends before. Returns how many were taken; phase
 * says whether it is HTTP_DONE, HTTP_BAD (no HTTP/1.x, or beyond a limit), or goes on.
 */
size_t http_answer_take(struct http_answer *answer, const uint8_t *bytes, size_t count);

/* The connection ended: an answer whose body goes to the end is complete. */
void http_answer_end(struct http_answer *answer);

#endif
