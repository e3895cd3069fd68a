/* SPDX-License-Identifier: MIT */
/*
 * Who closes connections when they were idle for some time: servers of this host, by the port that
 * they listen on.
 *
 * Floor 6, of this folder only.
 */
#ifndef WHYRST_AUDIT_IDLE_KEEPERS_H
#define WHYRST_AUDIT_IDLE_KEEPERS_H

#include "audit/config.h"

#define SECOND INT64_C(1000000)
#define KEEPERS_MAX 256

struct keeper {
	int port;
	char host[64]; /* that it listens at; "": all of them */
	int64_t idle_us;
	bool by_default;
	const char *what; /* "HAProxy" */
	const char *setting;
	const char *file;
	int line;
};

struct keepers {
	struct keeper items[KEEPERS_MAX];
	int count;
};

/* Of all configurations. @keepers is zero. */
void keepers_take(struct keepers *keepers);

/* Whether a connection to @address ("127.0.0.1:80", "localhost:80", "[::1]:80") comes to it. */
bool keeper_is_at(const struct keeper *keeper, const char *address);

/* What @setting says as its word @value, else the default and the place of @block. */
struct keeper keeper_of(const struct config_item *setting, const struct config_item *block,
			int value, int64_t unit_us, int64_t default_us);

#endif
