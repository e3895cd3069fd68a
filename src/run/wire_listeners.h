/* SPDX-License-Identifier: MIT */
/*
 * The listeners of a network namespace over the last seconds, from looking again and again. What
 * one look shows says nothing about a moment before it; two looks around that moment do: a socket
 * that both show was there, and where none shows any, nobody listened.
 *
 * Times are those of packets: CLOCK_REALTIME. Floor 7.
 */
#ifndef WHYRST_RUN_WIRE_LISTENERS_H
#define WHYRST_RUN_WIRE_LISTENERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"

struct listeners;

/* @diag_fd: of host/sock_diag.h; the caller closes it. NULL without memory. */
struct listeners *listeners_new(int diag_fd);
void listeners_free(struct listeners *listeners);

/* Looks, unless that was done less than @age_ns ago, or too much time would go into it. */
void listeners_look(struct listeners *listeners, int64_t age_ns);

/* Forgets all: the clock was set, and earlier times mean nothing. */
void listeners_forget(struct listeners *listeners);

/* 1: a socket took connections to @server from @from_ns to @to_ns; 0: none did; -1: not proven. */
int listeners_at(const struct listeners *listeners, const struct endpoint *server, int64_t from_ns,
		 int64_t to_ns);

/*
 * Whether the listener that @server had at @at_ns is younger than a connection that was first seen
 * at @first_ns: 1 or 0; -1: not proven. 0 needs @from_birth: that it began then.
 */
int listeners_newer(const struct listeners *listeners, const struct endpoint *server,
		    int64_t first_ns, bool from_birth, int64_t at_ns);

/* --- for tests: a look as the kernel would have shown it
 * ---------------------------------------------------- */

struct sock_diag_answer;

void listeners_note(struct listeners *listeners, const struct sock_diag_answer *shown,
		    uint32_t count, int64_t begin_ns, int64_t end_ns);

#endif
