/* SPDX-License-Identifier: MIT */
#include "probe/secure.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/openssl.h"

struct secure {
	const struct openssl *lib;
	SSL *ssl;
	BIO *in, *out; /* of ssl */
	bool distrusts;
	char problem[160];
};

static SSL_CTX *context_of(const struct openssl *lib)
{
	static SSL_CTX *context;

	if (!context) {
		context = lib->SSL_CTX_new(lib->TLS_client_method());
		if (context)
			lib->SSL_CTX_set_default_verify_paths(context);
	}
	return context;
}

static bool is_address(const char *host)
{
	unsigned char address[16];

	return inet_pton(AF_INET, host, address) == 1 || inet_pton(AF_INET6, host, address) == 1;
}

static void name_server(struct secure *secure, const char *host)
{
	const struct openssl *lib = secure->lib;

	if (is_address(host)) {
		/* RFC 6066 section 3: no address is a server name. */
		lib->X509_VERIFY_PARAM_set1_ip_asc(lib->SSL_get0_param(secure->ssl), host);
		return;
	}
	lib->SSL_ctrl(secure->ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
		      (void *)host);
	lib->SSL_set1_host(secure->ssl, host);
}

int secure_new(const char *host, const char *alpn, bool insecure, struct secure **ret_secure)
{
	const struct openssl *lib = openssl_load();
	struct secure *secure;
	SSL_CTX *context;

	if (!lib)
		return -ENOENT;
	context = context_of(lib);
	secure = context ? calloc(1, sizeof(*secure)) : NULL;
	if (!secure)
		return -ENOMEM;
	secure->lib = lib;
	secure->ssl = lib->SSL_new(context);
	secure->in = lib->BIO_new(lib->BIO_s_mem());
	secure->out = lib->BIO_new(lib->BIO_s_mem());
	if (!secure->ssl || !secure->in || !secure->out) {
		secure_free(secure);
		return -ENOMEM;
	}
	lib->SSL_set_bio(secure->ssl, secure->in, secure->out);
	lib->SSL_set_connect_state(secure->ssl);
	lib->SSL_set_verify(secure->ssl, insecure ? SSL_VERIFY_NONE : SSL_VERIFY_PEER, NULL);
	name_server(secure, host);
	if (alpn) {
		unsigned char list[32];
		size_t n = strlen(alpn);

		list[0] = (unsigned char)n;
		memcpy(list + 1, alpn, n);
		lib->SSL_set_alpn_protos(secure->ssl, list, (unsigned int)n + 1);
	}
	*ret_secure = secure;
	return 0;
}

void secure_free(struct secure *secure)
{
	if (!secure)
		return;
	if (secure->ssl)
		secure->lib->SSL_free(secure->ssl); /* and the two BIOs */
	free(secure);
}

int secure_feed(struct secure *secure, const void *bytes, size_t count)
{
	return secure->lib->BIO_write(secure->in, bytes, (int)count) == (int)count ? 0 : -ENOMEM;
}

size_t secure_drain(struct secure *secure, void *bytes, size_t size)
{
	int n = secure->lib->BIO_read(secure->out, bytes, (int)size);

	return n > 0 ? (size_t)n : 0;
}

static int note_problem(struct secure *secure)
{
	const struct openssl *lib = secure->lib;
	long verified = lib->SSL_get_verify_result(secure->ssl);
	unsigned long code = lib->ERR_get_error();
	const char *reason = code ? lib->ERR_reason_error_string(code) : NULL;

	if (verified != X509_V_OK && reason && strstr(reason, "certificate verify")) {
		secure->distrusts = true;
		reason = lib->X509_verify_cert_error_string(verified);
	}
	snprintf(secure->problem, sizeof(secure->problem), "%s", reason ? reason : "");
	lib->ERR_clear_error();
	return -EPROTO;
}

/* Whether @result of a call only says that more bytes are needed. */
static bool wants_more(struct secure *secure, int result, int *ret_error)
{
	*ret_error = secure->lib->SSL_get_error(secure->ssl, result);
	return *ret_error == SSL_ERROR_WANT_READ || *ret_error == SSL_ERROR_WANT_WRITE;
}

int secure_handshake(struct secure *secure)
{
	int error, r;

	secure->lib->ERR_clear_error();
	r = secure->lib->SSL_do_handshake(secure->ssl);
	if (r == 1)
		return 1;
	return wants_more(secure, r, &error) ? 0 : note_problem(secure);
}

ssize_t secure_read(struct secure *secure, void *bytes, size_t size)
{
	int error, n;

	secure->lib->ERR_clear_error();
	n = secure->lib->SSL_read(secure->ssl, bytes, (int)size);
	if (n > 0)
		return n;
	if (wants_more(secure, n, &error))
		return 0;
	return error == SSL_ERROR_ZERO_RETURN ? -EPIPE : note_problem(secure);
}

int secure_write(struct secure *secure, const void *bytes, size_t count)
{
	secure->lib->ERR_clear_error();
	if (secure->lib->SSL_write(secure->ssl, bytes, (int)count) == (int)count)
		return 0;
	return note_problem(secure);
}

void secure_close(struct secure *secure)
{
	secure->lib->ERR_clear_error();
	secure->lib->SSL_shutdown(secure->ssl);
	secure->lib->ERR_clear_error();
}

const char *secure_version(const struct secure *secure)
{
	return secure->lib->SSL_get_version(secure->ssl);
}

const char *secure_problem(const struct secure *secure)
{
	return secure->problem;
}

bool secure_distrusts(const struct secure *secure)
{
	return secure->distrusts;
}
