/* SPDX-License-Identifier: MIT */
/*
 * The other end that a log line names.
 *
 * Floor 5.
 */
#ifndef WHYRST_CATALOGUE_PEER_H
#define WHYRST_CATALOGUE_PEER_H

#include <stdbool.h>
#include <stddef.h>

#include "catalogue/entry.h"

#define PEER_MAX 72

/*
 * Writes "192.0.2.7:8080", "[2001:db8::7]:443", "db.example.com:3306" or "backend/srv1" into @peer
 * and returns its length; 0 if the line names nobody. Lower case, addresses in their shortest form,
 * and without the port where it is a client's (32768 and above), so that what belongs together gets
 * one name. @from is where the message stands: what is nearest behind it is preferred to what is
 * before, unless the line marks the peer (Go's "->", nginx's "upstream:" and "client:").
 */
size_t peer_find(const char *line, size_t length, size_t from, const struct entry *entry,
		 char peer[PEER_MAX]);

#endif
