/* SPDX-License-Identifier: MIT */
#include "probe/openssl.h"

#include <dlfcn.h>
#include <stdbool.h>

#define TEXT_OF(number) #number
#define NAME_OF(library, number) "lib" library ".so." TEXT_OF(number)

/* The version whose headers this was built with. */
const char *const openssl_file = NAME_OF("ssl", OPENSSL_SHLIB_VERSION);

#ifdef OPENSSL_LINKED

const struct openssl *openssl_load(void)
{
	static const struct openssl linked = {
#define OPENSSL_SET(library, name) .name = name,
		OPENSSL_CALLS(OPENSSL_SET)
#undef OPENSSL_SET
	};

	return &linked;
}

#else

const struct openssl *openssl_load(void)
{
	static struct openssl loaded;
	static bool ready;
	void *ssl, *crypto;

	if (ready)
		return &loaded;
	ssl = dlopen(openssl_file, RTLD_NOW | RTLD_LOCAL);
	crypto = ssl ? dlopen(NAME_OF("crypto", OPENSSL_SHLIB_VERSION), RTLD_NOW | RTLD_LOCAL)
		     : NULL;
	if (!crypto)
		return NULL;
	ready = true;
	/* POSIX: what dlsym() returns is a function's address all the same. */
#define OPENSSL_FIND(library, name)                                                                \
	*(void **)&loaded.name = dlsym(library, #name);                                            \
	ready = ready && loaded.name;
	OPENSSL_CALLS(OPENSSL_FIND)
#undef OPENSSL_FIND
	return ready ? &loaded : NULL;
}

#endif
