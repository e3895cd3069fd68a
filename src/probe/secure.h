/* SPDX-License-Identifier: MIT */
/*
 * TLS as a filter between two runs of bytes: what came from the socket goes in, what has to be sent
 * comes out. It touches no socket, so that whoever holds that sees FIN and RST itself.
 *
 * Floor 6, of this folder only.
 */
#ifndef WHYRST_PROBE_SECURE_H
#define WHYRST_PROBE_SECURE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct secure;

/*
 * A client for @host (a name or an address). @alpn may be NULL. 0; -ENOENT: OpenSSL is not on this
 * host; -ENOMEM.
 */
int secure_new(const char *host, const char *alpn, bool insecure, struct secure **ret_secure);
void secure_free(struct secure *secure);

/* Bytes of the socket. 0 or -ENOMEM. */
int secure_feed(struct secure *secure, const void *bytes, size_t count);
/* Bytes for the socket: how many were written to @bytes, at most @size. */
size_t secure_drain(struct secure *secure, void *bytes, size_t size);

/* 1: the handshake is done; 0: not yet; -EPROTO: it failed, secure_problem() says why. */
int secure_handshake(struct secure *secure);
/* Plain bytes: how many, 0: none yet, -EPIPE: the peer said close_notify, -EPROTO. */
ssize_t secure_read(struct secure *secure, void *bytes, size_t size);
/* 0 or -EPROTO. */
int secure_write(struct secure *secure, const void *bytes, size_t count);
/* Puts a close_notify into what is to be sent. */
void secure_close(struct secure *secure);

/* "TLSv1.3", after the handshake. */
const char *secure_version(const struct secure *secure);
/* One clause, foreign text: escape it. */
const char *secure_problem(const struct secure *secure);
/* The handshake failed because the certificate did not verify. */
bool secure_distrusts(const struct secure *secure);

#endif
