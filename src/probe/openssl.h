/* SPDX-License-Identifier: MIT */
/*
 * OpenSSL, loaded when a probe first needs it: linked in the usual way it would cost every other
 * verb milliseconds at its start. `make static` defines OPENSSL_LINKED for openssl.c and links it.
 *
 * Floor 6, of this folder only.
 */
#ifndef WHYRST_PROBE_OPENSSL_H
#define WHYRST_PROBE_OPENSSL_H

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

/* Every function that is used: OPENSSL_CALL(library, name). */
#define OPENSSL_CALLS(CALL)                                                                        \
	CALL(ssl, TLS_client_method)                                                               \
	CALL(ssl, SSL_CTX_new)                                                                     \
	CALL(ssl, SSL_CTX_set_default_verify_paths)                                                \
	CALL(ssl, SSL_new)                                                                         \
	CALL(ssl, SSL_free)                                                                        \
	CALL(ssl, SSL_ctrl)                                                                        \
	CALL(ssl, SSL_set_verify)                                                                  \
	CALL(ssl, SSL_set_alpn_protos)                                                             \
	CALL(ssl, SSL_set1_host)                                                                   \
	CALL(ssl, SSL_get0_param)                                                                  \
	CALL(ssl, SSL_set_bio)                                                                     \
	CALL(ssl, SSL_set_connect_state)                                                           \
	CALL(ssl, SSL_do_handshake)                                                                \
	CALL(ssl, SSL_read)                                                                        \
	CALL(ssl, SSL_write)                                                                       \
	CALL(ssl, SSL_shutdown)                                                                    \
	CALL(ssl, SSL_get_error)                                                                   \
	CALL(ssl, SSL_get_version)                                                                 \
	CALL(ssl, SSL_get_verify_result)                                                           \
	CALL(crypto, BIO_new)                                                                      \
	CALL(crypto, BIO_s_mem)                                                                    \
	CALL(crypto, BIO_read)                                                                     \
	CALL(crypto, BIO_write)                                                                    \
	CALL(crypto, ERR_get_error)                                                                \
	CALL(crypto, ERR_clear_error)                                                              \
	CALL(crypto, ERR_reason_error_string)                                                      \
	CALL(crypto, X509_VERIFY_PARAM_set1_ip_asc)                                                \
	CALL(crypto, X509_verify_cert_error_string)

struct openssl {
#define OPENSSL_MEMBER(library, name) __typeof__(&(name)) name;
	OPENSSL_CALLS(OPENSSL_MEMBER)
#undef OPENSSL_MEMBER
};

/* The name of the shared library, for whoever lacks it. */
extern const char *const openssl_file;

/* NULL if it is not on this host. */
const struct openssl *openssl_load(void);

#endif
