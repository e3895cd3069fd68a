/* SPDX-License-Identifier: MIT */
/*
 * What files say about a program's limit of descriptors, as against what it runs with.
 *
 * Floor 6, of this folder only.
 */
#ifndef WHYRST_AUDIT_LIMITS_H
#define WHYRST_AUDIT_LIMITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct limit_setting {
	uint32_t soft;	/* UINT32_MAX: none */
	char file[160]; /* that says so: the last one that counts */
	int line;	/* of a unit's file */
};

/* "infinity", "unlimited", "-1", "65536", "1024:524288" (the first counts). */
bool limits_parse(const char *text, uint32_t *ret);
/* The same as LimitNOFILE= takes it: "65536", "1024:524288"; false where systemd would ignore it.
 */
bool limits_parse_unit(const char *text, uint32_t *ret_soft, uint32_t *ret_hard);
/* LimitNOFILE= of a unit, with its drop-ins. */
bool limits_of_unit(const char *unit, struct limit_setting *ret);
/* "nofile" of /etc/security/limits.conf and limits.d for that user or for all. */
bool limits_conf(const char *user, struct limit_setting *ret);

/* --- for tests -----------------------------------------------------------------------------------
 */

/* What counts of the lines about nofile: 2, of those for @user; 1, of those for all; 0, none. */
int limits_parse_conf(const char *text, const char *user, uint32_t *ret_soft);

#endif
